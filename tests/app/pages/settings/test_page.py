"""The settings page: a change holds at once, in the window and in the engine, outlasts the program, and goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.settings.page import SettingsPage
from core.engine import Engine
from core.errors import HangaError
from core.paths import Home
from core.settings import Settings, load, save
from tests.app.test_accessibility import nameless
from tests.jobs.fake import Fake

LONG = 30_000


@dataclass
class Desk:
    """A page, its home, and what the page has said."""

    page: SettingsPage
    home: Home
    qtbot: QtBot
    thread: EngineThread
    said: list[str] = field(default_factory=list)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=LONG)

    def saved(self) -> Settings:
        return load(self.home.settings)[0]

    def pick(self, name: str, value_row: int) -> None:
        box = self.page.findChild(QComboBox, f"settings.{name}")
        assert box is not None
        box.setCurrentIndex(value_row)
        box.activated.emit(value_row)


@pytest.fixture
def desk(qtbot: QtBot, atelier: Atelier, tmp_path: Path) -> Iterator[Desk]:
    home = Home(tmp_path)
    save(Settings(language="en", theme="dark"), home.settings)
    thread = EngineThread(home, lambda home: Engine(home, Fake(home)))
    page = SettingsPage(atelier, thread)
    desk = Desk(page, home, qtbot, thread)
    thread.noticed.connect(page.hear)
    thread.opened.connect(page.opened)
    page.say.connect(lambda code, data: desk.said.append(code))
    page.undoable.connect(lambda code, data, back: desk.said.append(code))
    page.resize(948, 700)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(thread.opened, timeout=LONG):
        thread.start()
    theme = page.findChild(QComboBox, "settings.theme")
    assert theme is not None
    desk.until(lambda: theme.currentText() == "Dark")
    yield desk
    page.hide()
    thread.close()


def test_the_language_changes_at_once_and_goes_back(desk: Desk, atelier: Atelier) -> None:
    desk.pick("language", 2)
    desk.until(lambda: atelier.language.choice == "ja")
    label = desk.page.findChild(QPushButton, "settings.keys")
    assert label is not None
    assert label.text().startswith("キーボード")
    assert desk.saved().language == "ja"
    desk.page.undo()
    desk.until(lambda: atelier.language.choice == "en")
    assert desk.saved().language == "en"


def test_the_theme_changes_at_once(desk: Desk, atelier: Atelier) -> None:
    desk.pick("theme", 3)
    desk.until(lambda: atelier.look.choice == "neutral")
    desk.pick("theme", 1)
    desk.until(lambda: atelier.look.choice == "light")
    assert desk.saved().theme == "light"


def test_motion(desk: Desk, atelier: Atelier) -> None:
    desk.pick("motion", 1)
    desk.until(lambda: atelier.look.moves)
    desk.pick("motion", 2)
    desk.until(lambda: not atelier.look.moves)


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        ("vram_limit", 6.5, 6.5),
        ("latents_limit", 3, 3.0),
        ("export_quality", 80, 80),
        ("previews", False, False),
        ("export_metadata", False, False),
    ],
)
def test_numbers_and_switches(desk: Desk, name: str, value: float, setting: Any) -> None:
    box = desk.page.findChild(QWidget, f"settings.{name}")
    if isinstance(box, QCheckBox):
        box.setChecked(bool(value))
    else:
        assert isinstance(box, QDoubleSpinBox)
        box.setValue(value)
    desk.until(lambda: getattr(desk.saved(), name) == setting)
    desk.until(lambda: desk.said == ["window_settings.changed"])


def test_all_memory_again(desk: Desk) -> None:
    box = desk.page.findChild(QDoubleSpinBox, "settings.vram_limit")
    assert box is not None
    box.setValue(4)
    desk.until(lambda: desk.saved().vram_limit == 4)
    box.setValue(0)
    desk.until(lambda: desk.saved().vram_limit is None)
    assert box.text() == "all that is free"


def test_changes_in_quick_succession_all_hold(desk: Desk) -> None:
    box = desk.page.findChild(QDoubleSpinBox, "settings.vram_limit")
    assert box is not None
    for value in (4, 0, 7, 0):
        box.setValue(value)
    desk.until(lambda: len(desk.said) == 4)
    assert (desk.saved().vram_limit, box.value()) == (None, 0)
    desk.page.undo()
    desk.until(lambda: box.value() == 7)
    assert desk.saved().vram_limit == 7


def test_devices_are_those_of_this_machine(desk: Desk) -> None:
    box = desk.page.findChild(QComboBox, "settings.device")
    assert box is not None
    desk.until(lambda: box.count() == 2)
    desk.pick("device", 1)
    desk.until(lambda: desk.saved().device == "cpu")


def test_shared_folders(desk: Desk, tmp_path: Path) -> None:
    desk.page.folders.add(str(tmp_path))
    desk.until(lambda: desk.saved().model_folders == (str(tmp_path),))
    desk.until(lambda: desk.page.findChild(QToolButton, "settings.folders.remove.0") is not None)
    button = desk.page.findChild(QToolButton, "settings.folders.remove.0")
    assert button is not None
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.saved().model_folders == ())


def test_a_disk_that_refuses_leaves_all_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(engine: Engine, settings: Settings) -> None:
        raise HangaError("disk.full", name="settings.json", folder="x")

    monkeypatch.setattr(Engine, "change_settings", refuse)
    box = desk.page.findChild(QCheckBox, "settings.previews")
    assert box is not None
    box.setChecked(False)
    desk.until(lambda: desk.said == ["disk.full"])
    assert box.isChecked()


def test_every_control_has_a_name(desk: Desk) -> None:
    assert nameless(desk.page) == []


def test_the_list_of_shortcuts_can_be_had(desk: Desk) -> None:
    button = desk.page.findChild(QPushButton, "settings.keys")
    assert button is not None
    with desk.qtbot.waitSignal(desk.page.keys_wanted):
        button.click()


@pytest.mark.parametrize(
    ("name", "row", "setting"), [("text_scale", 4, 2.0), ("closing", 1, "finish"), ("export_format", 2, "webp")]
)
def test_choices(desk: Desk, name: str, row: int, setting: object) -> None:
    before = getattr(desk.saved(), name)
    desk.pick(name, row)
    desk.until(lambda: desk.said == ["window_settings.changed"])
    assert getattr(desk.saved(), name) == setting
    desk.page.undo()
    desk.until(lambda: getattr(desk.saved(), name) == before)


@pytest.mark.parametrize("name", ["notify", "keep_awake"])
def test_what_the_desktop_is_told_can_be_switched_off(desk: Desk, name: str) -> None:
    told: list[Settings] = []
    desk.page.changed.connect(told.append)
    box = desk.page.findChild(QCheckBox, f"settings.{name}")
    assert box is not None
    box.setChecked(False)
    desk.until(lambda: bool(told) and getattr(told[-1], name) is False)
