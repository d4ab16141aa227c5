"""A home with a library in it, pictures that no model has made, and what artists do to folders behind our back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from core.database.connections import SETTINGS
from core.database.database import Database
from core.library.catalogue import Picture
from core.library.keeper import Keeper
from core.library.library import Library
from core.library.query import Query
from core.paths import Home
from core.plan import Start
from core.record import ImageRecord, record_of
from core.request import Request
from tests.library.conftest import plan_for
from tests.tools.many_pictures import png

LATENTS = {"final": np.ones((4, 2, 2), np.float32)}


@dataclass
class Shelf:
    root: Path
    database: Database = field(init=False)
    library: Library = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        self.open()

    @property
    def home(self) -> Home:
        return Home(self.root)

    @property
    def keeper(self) -> Keeper:
        return Keeper(self.home)

    def open(self) -> None:
        self.database = Database.open(self.home.database, self.home.snapshots)
        self.library = Library(self.home, self.database)

    def close(self) -> None:
        self.library.close()
        self.database.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def record(self, prompt: str = "a fox", job: str = "job", parent: str | None = None, **plan: object) -> ImageRecord:
        """Of one second later than the last."""
        self.made += 1
        request = Request(prompt=prompt, negative="fog")
        created = f"2026-01-02T{self.made // 3600:02}:{self.made // 60 % 60:02}:{self.made % 60:02}+00:00"
        return record_of(replace(plan_for(request, (self.made,)), **plan), 0, created, "Hanga 0", parent, job)  # type: ignore[arg-type]

    def write(self, record: ImageRecord, latents: bool = False) -> Path:
        if latents:
            self.keeper.keep_latents(record, LATENTS)
        return self.keeper.keep_picture(np.full((4, 6, 3), self.made % 256, np.uint8), record)

    def picture(self, prompt: str = "a fox", latents: bool = False, **record: object) -> Picture:
        return self.library.add(self.write(self.record(prompt, **record), latents))  # type: ignore[arg-type]

    def child(self, of: Picture) -> Picture:
        """Refined from the latents that were kept with `of`."""
        return self.picture(f"{of.prompt} refined", parent=of.key, start=Start(key=of.key))

    def foreign(self, name: str = "foreign.png", text: str = "a heron in the reeds") -> Path:
        """A file of another program, of which the library has not been told."""
        self.made += 1
        path = self.home.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(png(8 + self.made, 5, {"parameters": text}))
        return path

    def found(self, text: str = "", **query: object) -> list[str]:
        """Prompts, or names of files without one, newest first."""
        page = self.library.page(Query(text=text, **query), 1000)  # type: ignore[arg-type]
        return [picture.prompt or picture.path.name for picture in page.pictures]


@contextlib.contextmanager
def shelf_in(root: Path) -> Iterator[Shelf]:
    """Nothing here asks what a power cut leaves, so nobody waits for the disk."""
    hasty = [setting.replace("synchronous = FULL", "synchronous = OFF") for setting in SETTINGS]
    with patch("core.database.connections.SETTINGS", hasty), patch("os.fsync"):
        shelf = Shelf(root)
        try:
            yield shelf
        finally:
            shelf.close()
