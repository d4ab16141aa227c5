"""A window that reads and an engine that writes, both as fast as they can: `python -m tests.tools.busy_database`.

    --seconds S    how long (default 60)
    --readers N    threads that read (default 2)
    --writers N    threads that write (default 2)

Prints how long each kind waited for its turn. Anything that is refused counts as wrong: so must every row be there that
was written, and no reader may see half of a transaction.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.database.database import Database
from tests.database.shelf import found, open_in


@dataclass
class Waits:
    """Milliseconds that one thread waited, its work included; and what went wrong in it."""

    kind: str
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def share(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def write(database: Database, name: str) -> None:
    """Two rows that belong together."""
    with database.writing() as connection:
        connection.execute("INSERT INTO note (text) VALUES (?)", (name,))
        connection.execute("INSERT INTO note (text, rating) VALUES (?, 1)", (name,))
        connection.execute("INSERT INTO words VALUES (?)", (name,))


def read(database: Database, _: str) -> None:
    """A page and a count, as a gallery reads them."""
    with database.reading() as connection:
        rows = connection.execute("SELECT text, rating FROM note ORDER BY id DESC LIMIT 60").fetchall()
        (count,) = connection.execute("SELECT count(*) FROM note").fetchone()
        (rated,) = connection.execute("SELECT count(*) FROM note WHERE rating = 1").fetchone()
        if count != 2 * rated or len(rows) != min(count, 60):
            raise AssertionError(f"half a transaction: {count} rows, {rated} of them rated")


def hammer(database: Database, seconds: float, readers: int, writers: int) -> list[Waits]:
    """What each thread waited, readers first."""
    until = time.monotonic() + seconds
    jobs: list[tuple[Waits, Callable[[Database, str], None]]] = [
        *((Waits(f"reader {number}"), read) for number in range(readers)),
        *((Waits(f"writer {number}"), write) for number in range(writers)),
    ]
    threads = [threading.Thread(target=_repeat, args=(database, waits, job, until)) for waits, job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = sum(len(waits.milliseconds) for waits, job in jobs if job is write)
    everything = [waits for waits, _ in jobs]
    _check(database, written, everything[0])
    return everything


def _repeat(database: Database, waits: Waits, job: Callable[[Database, str], None], until: float) -> None:
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            job(database, f"{waits.kind} row{len(waits.milliseconds)}")
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the finding)
            waits.wrong.append(repr(error))
        waits.milliseconds.append(1000 * (time.perf_counter() - began))


def _check(database: Database, written: int, waits: Waits) -> None:
    with database.reading() as connection:
        (count,) = connection.execute("SELECT count(*) FROM note").fetchone()
    if count != 2 * written or found(database, "writer") != written:
        waits.wrong.append(f"{count} rows after {written} transactions")


def table(everything: Sequence[Waits]) -> str:
    lines = [f"{'ms':10} {'turns':>7} {'p50':>8} {'p99':>8} {'most':>8} wrong"]
    for waits in everything:
        shares = (f"{waits.share(share):8.2f}" for share in (0.5, 0.99, 1.0))
        lines.append(f"{waits.kind:10} {len(waits.milliseconds):7} {' '.join(shares)} {len(waits.wrong)}")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--readers", type=int, default=2)
    options.add_argument("--writers", type=int, default=2)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_in(Path(folder)) as database:
        everything = hammer(database, chosen.seconds, chosen.readers, chosen.writers)
    print(table(everything))
    wrong = [text for waits in everything for text in waits.wrong]
    print("\n".join(wrong[:10]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
