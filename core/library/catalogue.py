"""Rows of pictures: written from what was found in files, read as what a gallery shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

from core.errors import HangaError
from core.library.facts import VAE, Facts, Found, Place, Used
from core.library.labels import COLLECTION, TAG, index_tags, names_of
from core.library.marks import Marks, marks_of, put_marks
from core.library.search import indexed
from core.plain import from_plain
from core.plan import BASE
from core.request import Request

THERE: Final = 0
GONE: Final = 1
LOOSE: Final = 2
"""Values of the column `missing`."""

SECOND: Final = 1 << 20
"""How far ids of pictures of two successive seconds are apart."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of the library. `missing`: its file is not where it was. `rating`: 0 (none) to 5. `key`, `parent`,
    `job`, `index` as its record has them; None, or 0 for `index`, for other programs' pictures, of which seed, model
    and request are known as far as they were understood."""

    id: int
    path: Path
    width: int
    height: int
    size: int
    digest: str
    rating: int
    rejected: bool
    missing: bool
    tags: tuple[str, ...]
    collections: tuple[str, ...]
    index: int
    seed: int | None
    key: str | None
    parent: str | None
    job: str | None
    model: str | None
    asked: str
    """The request as JSON without defaults, "" if there is none."""

    @property
    def created(self) -> datetime:
        """When it was made, to the second."""
        return datetime.fromtimestamp(self.id // SECOND).astimezone()

    @cached_property
    def request(self) -> Request | None:
        """What was asked for, with the seed of this picture; models by name only."""
        return from_plain(Request, json.loads(self.asked)) if self.asked else None

    @property
    def prompt(self) -> str:
        return "" if self.request is None else self.request.prompt


def pictures(
    connection: sqlite3.Connection, root: Path, condition: str, *values: Any, order: str = "id"
) -> list[Picture]:
    """Those for which the SQL `condition` holds."""
    rows = connection.execute(f"SELECT id FROM pictures WHERE {condition} ORDER BY {order}", values)
    return pictures_of(connection, root, [row["id"] for row in rows])


def pictures_of(connection: sqlite3.Connection, root: Path, numbers: Sequence[int]) -> list[Picture]:
    """In the order of their ids as given; those that are not there are left out."""
    tags, collections = (names_of(connection, kind, numbers) for kind in (TAG, COLLECTION))
    query = f"""
        SELECT pictures.*, texts.request, (SELECT name FROM picture_models JOIN models ON models.id = model
            WHERE picture = pictures.id AND kind = '{BASE}') AS base
        FROM pictures JOIN texts ON picture = pictures.id WHERE pictures.id IN (SELECT value FROM json_each(?))
    """
    found = {row["id"]: row for row in connection.execute(query, (json.dumps(list(numbers)),))}
    return [
        _picture(root, found[number], tags.get(number, ()), collections.get(number, ()))
        for number in numbers
        if number in found
    ]


def _picture(root: Path, row: sqlite3.Row, tags: tuple[str, ...], collections: tuple[str, ...]) -> Picture:
    return Picture(
        id=row["id"],
        path=root / row["path"],
        width=row["width"],
        height=row["height"],
        size=row["size"],
        digest=row["digest"].hex(),
        rating=row["rating"],
        rejected=bool(row["rejected"]),
        missing=row["missing"] != THERE,
        tags=tags,
        collections=collections,
        index=row["place"],
        seed=None if row["seed"] is None else int(row["seed"]),
        key=row["key"],
        parent=row["parent"],
        job=row["job"],
        model=row["base"],
        asked=row["request"],
    )


def picture(connection: sqlite3.Connection, root: Path, number: int) -> Picture:
    """Raises HangaError file.unknown_picture."""
    found = pictures(connection, root, "id = ?", number)
    if not found:
        raise HangaError("file.unknown_picture", number=number)
    return found[0]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """All that the catalogue knows of one picture, so that it can be taken out and put back."""

    id: int
    missing: bool
    found: Found
    marks: Marks


def entry(connection: sqlite3.Connection, number: int) -> Entry | None:
    """None if there is no such picture."""
    query = "SELECT * FROM pictures JOIN texts ON picture = id WHERE id = ?"
    row = connection.execute(query, (number,)).fetchone()
    if row is None:
        return None
    facts = Facts(
        width=row["width"],
        height=row["height"],
        created=row["id"] // SECOND,
        index=row["place"],
        seed=row["seed"],
        key=row["key"],
        start=row["start"],
        parent=row["parent"],
        job=row["job"],
        request=row["request"],
        text=row["text"],
        models=_models_of(connection, number),
    )
    place = Place(path=row["path"], size=row["size"], mtime_ns=row["mtime_ns"])
    ((_, marks),) = marks_of(connection, (number,))
    found = Found(place=place, digest=row["digest"].hex(), facts=facts)
    return Entry(id=number, missing=row["missing"] != THERE, found=found, marks=marks)


def insert(connection: sqlite3.Connection, found: Found, missing: int = THERE, wanted: int | None = None) -> int:
    """A new row for what was found, and its id: the one `wanted` if it is free."""
    number = _free_id(connection, _first_id(found) if wanted is None else wanted)
    columns = {"id": number, "missing": missing, **_row(found)}
    names, blanks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO pictures ({names}) VALUES ({blanks})", tuple(columns.values()))
    _write_facts(connection, number, found)
    return number


def put_back(connection: sqlite3.Connection, kept: Entry, missing: int) -> int:
    """The row that `entry` gave, with its marks; its id, which is a new one if another picture has it now."""
    number = insert(connection, kept.found, missing, kept.id)
    put_marks(connection, [(number, kept.marks)])
    return number


def update(connection: sqlite3.Connection, number: int, found: Found) -> None:
    """The row now tells of `found`, and it is there. Id and marks stay."""
    columns = {"missing": THERE, **_row(found)}
    settings = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE pictures SET {settings} WHERE id = ?", (*columns.values(), number))
    for table, column in (("words", "rowid"), ("texts", "picture"), ("picture_models", "picture")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
    _write_facts(connection, number, found)


def forget(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM pictures WHERE id = ?", (number,))


def _row(found: Found) -> dict[str, str | int | bytes | None]:
    place, facts = found.place, found.facts
    return {
        "path": place.path,
        "size": place.size,
        "mtime_ns": place.mtime_ns,
        "digest": bytes.fromhex(found.digest),
        "width": facts.width,
        "height": facts.height,
        "seed": facts.seed,
        "key": facts.key,
        "start": facts.start,
        "parent": facts.parent,
        "job": facts.job,
        "place": facts.index,
    }


def _write_facts(connection: sqlite3.Connection, number: int, found: Found) -> None:
    facts = found.facts
    connection.execute("INSERT INTO texts VALUES (?, ?, ?)", (number, facts.request, facts.text))
    for used in facts.models:
        row = (used.kind, used.name, used.sha256)
        connection.execute("INSERT OR IGNORE INTO models (kind, name, sha256) VALUES (?, ?, ?)", row)
        query = "INSERT INTO picture_models SELECT id, ? FROM models WHERE kind = ? AND name = ? AND sha256 = ?"
        connection.execute(query, (number, *row))
    query = "INSERT INTO words (rowid, prompt, negative, models, tags, other) VALUES (?, ?, ?, ?, '', ?)"
    connection.execute(query, (number, *_words(found)))
    index_tags(connection, (number,))


def _words(found: Found) -> tuple[str, str, str, str]:
    facts = found.facts
    asked = json.loads(facts.request) if facts.request else {}
    prompts = "\n".join(filter(None, (asked.get("prompt"), asked.get("prompt_2"))))
    negatives = "\n".join(filter(None, (asked.get("negative"), asked.get("negative_2"))))
    models = "\n".join(PurePosixPath(used.name).stem for used in facts.models if used.kind != VAE)
    other = "\n".join((PurePosixPath(found.place.path).stem, facts.seed or "", facts.text))
    return indexed(prompts), indexed(negatives), indexed(models), indexed(other)


def _models_of(connection: sqlite3.Connection, number: int) -> tuple[Used, ...]:
    query = "SELECT kind, name, sha256 FROM picture_models JOIN models ON models.id = model WHERE picture = ?"
    return tuple(Used(**row) for row in connection.execute(query, (number,)))


def _first_id(found: Found) -> int:
    """From what does not change with time and place, so that a picture that is read again gets the same."""
    facts = found.facts
    apart = int(found.digest[:5], 16) if facts.key is None else (facts.index & 0xFFF) << 8 | int(found.digest[:2], 16)
    return facts.created * SECOND + apart


def _free_id(connection: sqlite3.Connection, wanted: int) -> int:
    """`wanted`, or the one after the last that is taken in that second, or in the next."""
    number = wanted
    while connection.execute("SELECT 1 FROM pictures WHERE id = ?", (number,)).fetchone():
        end = (number // SECOND + 1) * SECOND
        (last,) = connection.execute("SELECT max(id) FROM pictures WHERE id < ?", (end,)).fetchone()
        number = last + 1
    return number
