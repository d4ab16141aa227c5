"""A disk that refuses the Nth call, for every N: `python -m tests.tools.refusing_disk` (Linux, with strace).

    --most N       calls of each kind that are refused, one after the other (default 60; fewer once all is quiet)
    --calls NAMES  system calls, separated by commas

A program opens the database, adds rows, says which are safe, and closes. Whatever it is refused, once or from then on,
it says one error of the disk and ends in peace; and a later program, which is refused nothing, finds every row that was
said to be safe in a file that needed no recovery.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import HangaError
from tests.database.shelf import add, open_in, texts
from tests.house import ROOT

CALLS: Final = ("openat", "pwrite64", "fsync", "fdatasync", "ftruncate", "unlink", "fcntl", "write", "pread64")
ERRORS: Final = ("EIO", "ENOSPC", "EROFS", "EACCES")
ROWS: Final = 4


def work(home: Path) -> None:
    """The program that is refused something."""
    print("begin", flush=True)
    try:
        with open_in(home) as database:
            for number in range(ROWS):
                add(database, [f"row {number} " + "x" * 5000])
                print("safe", number, flush=True)
    except HangaError as error:
        print("refused", error.code, flush=True)


@dataclass(frozen=True)
class Outcome:
    what: str
    wrong: str = ""


def attempt(home: Path, call: str, error: str, when: str) -> Outcome:
    """One program, refused `call` with `error`, `when` as strace counts: "3" the third time, "3+" from then on."""
    with open_in(home) as database:
        add(database, ["there before"])
    trace = home.parent / "trace"
    inject = [f"--inject={call}:error={error}:when={when}", f"--trace={call}", "-f", "-qq", "-o", str(trace)]
    paths = [f"--trace-path={home / name}" for name in ("hanga.db", "hanga.db-journal", "snapshots")]
    program = [sys.executable, "-m", "tests.tools.refusing_disk", "--work", str(home)]
    ended = subprocess.run(
        ["strace", *inject, *paths, *program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    said = [line.split() for line in ended.stdout.splitlines()]
    if ended.returncode:
        return Outcome("raised", ended.stderr.strip().splitlines()[-1])
    codes = [words[1] for words in said if words[0] == "refused"]
    wrong = _look(home, sum(words[0] == "safe" for words in said))
    if not any("INJECTED" in line for line in trace.read_text().splitlines()):
        return Outcome("quiet", wrong)
    return Outcome(codes[0] if codes else "went on", wrong)


def _look(home: Path, safe: int) -> str:
    with open_in(home) as database:
        found = [text.split(" x")[0] for text in texts(database)]
        if database.recovered is not None:
            return f"had to be recovered: {database.recovered.reason}"
    expected = ["there before", *(f"row {number}" for number in range(ROWS))]
    return "" if found[: safe + 1] == expected[: safe + 1] else f"{found} though {safe} were safe"


def campaign(calls: tuple[str, ...], most: int) -> dict[str, Counter[str]]:
    """How often which refused call ended how. What is wrong is printed, with what repeats it."""
    table: dict[str, Counter[str]] = {}
    for call in calls:
        for error in ERRORS:
            for later in ("", "+"):
                outcomes = table.setdefault(f"{call} {error}{later}", Counter())
                for number in range(1, most + 1):
                    with tempfile.TemporaryDirectory() as folder:
                        outcome = attempt(Path(folder) / "home", call, error, f"{number}{later}")
                    outcomes[outcome.what] += 1
                    if outcome.wrong:
                        outcomes["WRONG"] += 1
                        print(f"{call} {error} {number}{later}: {outcome.wrong}", file=sys.stderr)
                    if outcome.what == "quiet":
                        break
    return table


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--most", type=int, default=60)
    options.add_argument("--calls", type=lambda text: tuple(text.split(",")), default=CALLS)
    options.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.work:
        work(chosen.work)
        return 0
    table = campaign(chosen.calls, chosen.most)
    for kind, outcomes in table.items():
        print(f"{kind:24}", "  ".join(f"{what} {count}" for what, count in sorted(outcomes.items())))
    return 1 if any("WRONG" in outcomes for outcomes in table.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
