"""What a picture was made from, and what was made from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.library import catalogue
from core.library.catalogue import THERE, Picture


@dataclass(frozen=True)
class Lineage:
    """`ancestors`: the parent first, then its parent, as far as the library has them. `children`: oldest first."""

    ancestors: tuple[Picture, ...]
    children: tuple[Picture, ...]


@dataclass(frozen=True, kw_only=True)
class ModelSeen:
    """A model file that pictures were made with. `kind`: base, refiner, lora, vae. `last`: id of the newest picture."""

    kind: str
    name: str
    sha256: str
    count: int
    last: int


def lineage(connection: sqlite3.Connection, root: Path, number: int) -> Lineage:
    """Raises HangaError file.unknown_picture."""
    picture = catalogue.picture(connection, root, number)
    children: Iterable[Picture] = ()
    if picture.key is not None:
        children = catalogue.pictures(connection, root, "parent = ? AND id != ?", picture.key, picture.id)
    return Lineage(tuple(_ancestors(connection, root, picture)), tuple(children))


def _ancestors(connection: sqlite3.Connection, root: Path, picture: Picture) -> Iterable[Picture]:
    """Files say what their parents are, so they may as well go round in circles."""
    seen = {picture.key}
    order = f"missing != {THERE}, id"
    while picture.parent is not None and picture.parent not in seen:
        seen.add(picture.parent)
        found = catalogue.pictures(connection, root, "key = ?", picture.parent, order=order)
        if not found:
            return
        picture = found[0]
        yield picture


def models_seen(connection: sqlite3.Connection) -> list[ModelSeen]:
    """Those used last come first. A model that no picture shows any more is none."""
    query = """
        SELECT kind, name, sha256, count(*) AS count, max(picture) AS last
        FROM models JOIN picture_models ON model = models.id GROUP BY models.id ORDER BY last DESC, kind, name
    """
    return [ModelSeen(**row) for row in connection.execute(query)]
