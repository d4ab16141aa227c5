"""Break the database in every way that can be thought of, and open it: `python -m tests.tools.damaged_database`.

    --rounds N     attempts of each kind (default 50)
    --seed S       of the damage; each attempt prints the seed that replays it when something is wrong

Each attempt begins with a home whose last session was killed: a snapshot holds what was there before it. Passed is
an attempt when the database opens and can be used (if damage only shows in use: after opening it once more), holds at
least what the snapshot held, and the broken file lies aside, as it was.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.database.database import Database
from core.errors import HangaError
from tests.database.shelf import add, files, found, open_in, texts

BEFORE: Final = [f"before {number} {'boat tree hill'[number % 14 :]}" for number in range(200)]
AFTER: Final = [f"after {number}" for number in range(50)]
PAGE: Final = 4096

Damage = Callable[[Path, random.Random], None]


def _edit(change: Callable[[bytearray, random.Random], object]) -> Damage:
    def damage(path: Path, dice: random.Random) -> None:
        content = bytearray(path.read_bytes())
        change(content, dice)
        path.write_bytes(content)

    return damage


def _flip_bits(content: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice([1, 1, 10, 100])):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def _flip_header(content: bytearray, dice: random.Random) -> None:
    content[dice.randrange(100)] ^= 1 << dice.randrange(8)


def _page(content: bytearray, dice: random.Random) -> slice:
    start = dice.randrange(len(content) // PAGE) * PAGE
    return slice(start, start + PAGE)


def _zero_page(content: bytearray, dice: random.Random) -> None:
    content[_page(content, dice)] = bytes(PAGE)


def _noise_page(content: bytearray, dice: random.Random) -> None:
    content[_page(content, dice)] = dice.randbytes(PAGE)


def _swap_pages(content: bytearray, dice: random.Random) -> None:
    one, other = _page(content, dice), _page(content, dice)
    content[one], content[other] = content[other], content[one]


def _truncate(content: bytearray, dice: random.Random) -> None:
    del content[dice.randrange(len(content)) :]


def _lengthen(content: bytearray, dice: random.Random) -> None:
    content += dice.randbytes(dice.randrange(1, 3 * PAGE))


def _from_the_future(content: bytearray, dice: random.Random) -> None:
    content[60:64] = struct.pack(">I", dice.choice([2, 3, 99, 2**31, 2**32 - 1]))


def _statements(*choices: str) -> Damage:
    def damage(path: Path, dice: random.Random) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(f"PRAGMA writable_schema = ON; {dice.choice(choices)}")
        connection.close()

    return damage


def _other_database(path: Path, _: random.Random) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')")
    connection.close()


def _strange_companion(path: Path, dice: random.Random) -> None:
    """A journal or log that belongs to another database, or to none."""
    end = dice.choice(["-journal", "-wal", "-shm"])
    header = dice.choice([b"", bytes.fromhex("d9d505f920a163d7"), bytes.fromhex("377f0682")])
    path.with_name(path.name + end).write_bytes(header + dice.randbytes(dice.randrange(3 * PAGE)))


def _torn_journal(path: Path, dice: random.Random) -> None:
    """A journal that would put other pages back, cut off somewhere: what SQLite plays back, it plays back whole."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("UPDATE note SET rating = 5, text = text || 'x'")
    journal = path.with_name(path.name + "-journal")
    torn, content = journal.read_bytes(), path.read_bytes()
    connection.rollback()
    connection.close()
    path.write_bytes(content)
    journal.write_bytes(torn[: dice.randrange(len(torn) + 1)])


KINDS: Final[Mapping[str, Damage]] = {
    "bits flipped": _edit(_flip_bits),
    "bit of the header": _edit(_flip_header),
    "page of zeros": _edit(_zero_page),
    "page of noise": _edit(_noise_page),
    "pages swapped": _edit(_swap_pages),
    "cut off": _edit(_truncate),
    "too long": _edit(_lengthen),
    "version of the future": _edit(_from_the_future),
    "nothing in it": lambda path, _: _write(path, b""),
    "no file": lambda path, _: path.unlink(),
    "a picture": lambda path, dice: _write(path, b"\x89PNG\r\n\x1a\n" + dice.randbytes(PAGE)),
    "a text": lambda path, _: _write(path, b"Dear diary,\n" * 500),
    "another database": _other_database,
    "another schema": _statements(
        "DROP TABLE note",
        "DROP INDEX note_by_rating",
        "CREATE TABLE more (x)",
        "ALTER TABLE note RENAME COLUMN text TO words",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 7",
        "DELETE FROM migration",
        "DROP TABLE migration",
        "UPDATE sqlite_schema SET rootpage = 2",
        "UPDATE sqlite_schema SET sql = 'nonsense' WHERE name = 'note'",
    ),
    "search index": _statements(
        "UPDATE words_data SET block = zeroblob(40)",
        "UPDATE words_data SET block = zeroblob(length(block))",
        "UPDATE words_data SET block = zeroblob(3) WHERE id > 10",
    ),
    "strange companion": _strange_companion,
    "torn journal": _torn_journal,
}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@dataclass(frozen=True)
class Outcome:
    """`what`: how the database came back. `wrong`: what is not as promised, empty if nothing."""

    what: str
    wrong: str = ""


def prepare(home: Path) -> Path:
    """A home with a snapshot of BEFORE, whose database, left open by a killed program, also holds AFTER."""
    with open_in(home / "first") as database:
        add(database, BEFORE)
    database = open_in(home / "first")
    add(database, AFTER)
    shutil.copytree(home / "first", home / "killed")
    database.close()
    return home / "killed"


def attempt(prepared: Path, kind: str, seed: int, home: Path) -> Outcome:
    """Damage a copy of `prepared`, made at `home`, and see what comes of it."""
    shutil.copytree(prepared, home)
    KINDS[kind](home / "hanga.db", random.Random(f"{kind} {seed}"))
    broken = files(home)
    try:
        return _judge(broken, home)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the finding)
        return Outcome("raised", repr(error))
    finally:
        shutil.rmtree(home)


def _judge(broken: Mapping[str, bytes], home: Path) -> Outcome:
    what = ""
    with open_in(home) as database:
        met, held = _use(database)
        recovered = database.recovered
        database._changed = False
    if met:
        what = "met in use, then "
        with open_in(home) as database:
            met, held = _use(database)
            recovered = database.recovered
    if met:
        return Outcome(what, "damage again after recovery")
    if recovered is None:
        return Outcome(what + "as it was", "" if len(held) >= len(BEFORE) else "rows are gone, and nobody said so")
    lost = set(BEFORE) - set(held)
    aside = [path.read_bytes() for path in recovered.kept_aside if path.suffix == ".db"]
    known = broken.get("hanga.db", b"")
    companions = [name for name in broken if name.startswith("hanga.db-") and not name.endswith("is-damaged")]
    if not companions and not what and "hanga.db" in broken and aside != [known]:
        return Outcome(what, "the broken file does not lie aside as it was")
    return Outcome(what + _source(recovered.source), "rows of the snapshot are gone" if lost else "")


def _source(source: Path | None) -> str:
    if source is None:
        return "anew"
    return "mended" if "damaged" in source.name else "snapshot"


def _use(database: Database) -> tuple[bool, list[str]]:
    """Whether damage was met, and the texts that are there. New ones can be written, and are found."""
    try:
        found(database, "boat")
        held = texts(database)
        add(database, ["fresh boat"])
        if not found(database, "fresh"):
            return True, held
    except HangaError as error:
        if error.code != "disk.database_damaged":
            raise
        return True, []
    return False, held


def campaign(rounds: int, seed: int, folder: Path) -> dict[str, Counter[str]]:
    """How often which kind of damage ended how. What is wrong is printed, with the seed that replays it."""
    prepared = prepare(folder)
    table: dict[str, Counter[str]] = {}
    for kind in KINDS:
        table[kind] = Counter()
        for turn in range(seed, seed + rounds):
            outcome = attempt(prepared, kind, turn, folder / "attempt")
            table[kind][outcome.what] += 1
            if outcome.wrong:
                table[kind]["WRONG"] += 1
                print(f"--seed {turn} --rounds 1, {kind}: {outcome.wrong}", file=sys.stderr)
    return table


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = campaign(chosen.rounds, chosen.seed, Path(folder))
    for kind, outcomes in table.items():
        print(f"{kind:24}", "  ".join(f"{what} {count}" for what, count in sorted(outcomes.items())))
    return 1 if any("WRONG" in outcomes for outcomes in table.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
