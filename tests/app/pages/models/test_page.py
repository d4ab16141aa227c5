"""The models page: what is there and why not, files coming in by copy or where they are, and leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.models import page as page_module
from app.pages.models.page import ModelsPage
from app.widgets.entry_list import ENTRY
from core.engine import Engine, discard_model
from core.library import importing
from core.paths import Home
from tests.app.test_accessibility import nameless
from tests.jobs.fake import Fake
from tests.tiny import write_base

LONG = 30_000


@dataclass
class Shelf:
    """A page, its home, and what the page has said."""

    page: ModelsPage
    home: Home
    qtbot: QtBot
    said: list[str] = field(default_factory=list)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=LONG)

    def names(self) -> list[str]:
        return [entry.path.name for entry in self.page.found if entry.place != "built in"]

    def button(self, name: str) -> QPushButton:
        found = self.page.findChild(QPushButton, name)
        assert found is not None
        return found

    def press(self, name: str) -> None:
        button = self.button(name)
        self.until(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def drop(self, *paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.page.dropEvent(
            QDropEvent(
                QPoint(9, 9),
                Qt.DropAction.CopyAction,
                data,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )

    def choose(self, name: str) -> None:
        self.page.list.choose([str(entry.path) for entry in self.page.found if entry.path.name == name])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("downloads") / "boats.safetensors", torch.float16)


@pytest.fixture
def shelf(qtbot: QtBot, atelier: Atelier, tmp_path: Path) -> Iterator[Shelf]:
    home = Home(tmp_path / "home")
    thread = EngineThread(home, lambda home: Engine(home, Fake(home)))
    page = ModelsPage(atelier, thread)
    shelf = Shelf(page, home, qtbot)
    thread.opened.connect(page.opened)
    page.say.connect(lambda code, data: shelf.said.append(atelier.language.say(code, **data)))
    page.resize(948, 700)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(thread.opened, timeout=LONG):
        thread.start()
    shelf.until(lambda: len(page.found) >= 2)
    yield shelf
    page.hide()
    thread.close()


def test_the_starter_is_there_and_says_what_it_is(shelf: Shelf) -> None:
    line = shelf.page.list.model().index(0, 0).data(ENTRY).line
    assert line == "Model: makes pictures from words · comes with Hanga"
    assert nameless(shelf.page) == []


class TestBringingIn:
    def test_a_copy(self, shelf: Shelf, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "PIECE", 100_000)
        shelf.drop(base)
        shelf.press("models.import.copy")
        shelf.until(lambda: shelf.names() == ["boats.safetensors"])
        assert (shelf.home.models / base.name).read_bytes() == base.read_bytes()
        assert shelf.said == ["boats.safetensors is ready to be used."]

    def test_a_copy_that_is_stopped_leaves_nothing(
        self, shelf: Shelf, base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "PIECE", 1_000)
        shelf.drop(base)
        shelf.press("models.import.copy")
        shelf.until(lambda: shelf.home.models.is_dir() and any(shelf.home.models.iterdir()))
        shelf.press("models.import.stop")
        shelf.until(lambda: not any(shelf.home.models.iterdir()))
        assert (shelf.names(), shelf.said) == ([], [])

    def test_where_it_is(self, shelf: Shelf, base: Path) -> None:
        shelf.drop(base)
        shelf.press("models.import.use")
        shelf.until(lambda: shelf.names() == ["boats.safetensors"])
        assert not shelf.home.models.exists()
        entry = shelf.page.found[2]
        assert (entry.place, entry.name) == ("shared", str(base))

    def test_what_cannot_be_used_is_refused_in_words(self, shelf: Shelf, tmp_path: Path) -> None:
        for name in ("old.ckpt", "old.pt"):
            (tmp_path / name).write_bytes(b"x")
            shelf.drop(tmp_path / name)
        shelf.until(lambda: len(shelf.said) == 2)
        assert all("hidden programs" in sentence for sentence in shelf.said)
        assert shelf.names() == []

    def test_thousands_of_files_are_looked_at_in_part(self, shelf: Shelf, tmp_path: Path) -> None:
        paths = [tmp_path / f"{number}.txt" for number in range(10_000)]
        shelf.drop(*paths)
        shelf.until(lambda: len(shelf.said) == 2)
        assert shelf.said[0] == "Looking at 10000 files …"


class TestWhatIsThere:
    def test_a_refused_file_says_why(self, shelf: Shelf) -> None:
        shelf.home.models.mkdir(parents=True)
        (shelf.home.models / "page.safetensors").write_bytes(b"<!doctype html>" + b" " * 99)
        shelf.page.refresh()
        shelf.until(lambda: shelf.names() == ["page.safetensors"])
        entry = shelf.page.list.model().index(2, 0).data(ENTRY)
        assert (entry.tone, "web page" in entry.line) == ("warn_ink", True)
        shelf.choose("page.safetensors")
        assert not shelf.button("models.deeds.use").isEnabled()

    def test_used_for_create(self, shelf: Shelf) -> None:
        used: list[str] = []
        shelf.page.use_model.connect(used.append)
        shelf.choose("base.safetensors")
        shelf.press("models.deeds.use")
        assert used == ["starter"]
        assert not shelf.button("models.deeds.remove").isEnabled()

    def test_removed(self, shelf: Shelf, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_module, "discard_model", partial(discard_model, send=Path.unlink))
        shelf.home.models.mkdir(parents=True)
        (shelf.home.models / base.name).write_bytes(base.read_bytes())
        shelf.page.refresh()
        shelf.until(lambda: shelf.names() == [base.name])
        shelf.choose(base.name)
        shelf.press("models.deeds.remove")
        shelf.until(lambda: shelf.names() == [])
        assert shelf.said == ["boats.safetensors was moved to the trash of your system."]
