"""The desktop is told of the work that goes on as the settings say, and only while the artist looks elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.desktop import Desktop
from app.engine_thread import EngineThread
from app.language import Language
from core.engine import Engine
from core.events import Failed, Saved
from core.paths import Home
from core.settings import Settings
from tests.jobs.fake import Fake

LONG = 30_000


@dataclass
class Seen:
    """What a desktop was told."""

    told: list[tuple[str, str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    awake: list[bool] = field(default_factory=list)
    shares: list[float | str | None] = field(default_factory=list)
    active: bool = False

    def hold(self) -> None:
        self.awake.append(True)

    def release(self) -> None:
        self.awake.append(False)

    def show(self, share: float | None, paused: bool = False) -> None:
        self.shares.append(share)

    def clear(self) -> None:
        self.shares.append("clear")


def rows(*states: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(state=state) for state in states]


def saved(index: int) -> Saved:
    return Saved(job="a", index=index, seed=1, path="x.png", width=64, height=64)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def desktop(qtbot: QtBot, tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    window = QWidget()
    qtbot.addWidget(window)
    thread = EngineThread(Home(tmp_path), lambda home: Engine(home, Fake(home)))
    made = Desktop(window, Language("en"), thread)
    made.awake = made.taskbar = seen
    monkeypatch.setattr(made.notices, "tell", lambda *words: seen.told.append(words))
    monkeypatch.setattr(made.notices, "count", seen.counts.append)
    monkeypatch.setattr(window, "isActiveWindow", lambda: seen.active)
    thread.start()
    yield made
    thread.close()


def work(desktop: Desktop, pictures: int = 2) -> None:
    desktop.show_jobs(rows("running", "waiting"), False)
    for index in range(pictures):
        desktop.hear(saved(index))
    desktop.show_jobs(rows("done", "done"), False)


def test_work_keeps_awake_and_is_told_of_when_it_is_done(desktop: Desktop, seen: Seen, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desktop.idle, timeout=LONG):
        work(desktop)
    assert seen.awake == [True, False]
    assert seen.counts == [2, 0]
    assert seen.told == [("Hanga", "2 pictures are done.")]
    assert (seen.shares[0], seen.shares[-1]) == (None, "clear")


def test_what_failed_is_told_of(desktop: Desktop, seen: Seen) -> None:
    desktop.show_jobs(rows("running"), False)
    desktop.hear(Failed(job="a", code="engine.crashed", data={}))
    desktop.show_jobs(rows("failed"), False)
    assert seen.told == [("Hanga", "1 job needs a look.")]


def test_nothing_is_told_to_somebody_who_looks_on(desktop: Desktop, seen: Seen) -> None:
    seen.active = True
    work(desktop)
    assert seen.told == []


def test_settings_switch_it_off_and_on(desktop: Desktop, seen: Seen) -> None:
    desktop.apply(Settings(notify=False, keep_awake=False))
    work(desktop)
    assert (seen.told, seen.awake) == ([], [])
    desktop.show_jobs(rows("running"), False)
    desktop.apply(Settings(keep_awake=True))
    assert seen.awake == [True]


def test_a_queue_that_is_paused_is_no_work(desktop: Desktop, seen: Seen) -> None:
    desktop.show_jobs(rows("waiting"), True)
    assert (desktop.works, seen.awake, seen.told) == (False, [], [])
    desktop.show_jobs(rows("running", "waiting"), True)
    assert desktop.works


def test_progress_is_asked_for_while_there_is_work(desktop: Desktop, seen: Seen, qtbot: QtBot) -> None:
    desktop._timer.setInterval(10)
    desktop.show_jobs(rows("running"), False)
    qtbot.waitUntil(lambda: len(seen.shares) > 2, timeout=LONG)
    desktop.show_jobs(rows("done"), False)
    assert not desktop._timer.isActive()


def test_a_desktop_without_a_tray_is_told_nothing(
    qtbot: QtBot, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    desktop.notices.tell("Hanga", "done")
    assert desktop.findChildren(QSystemTrayIcon) == []


def test_a_notice_leads_back_to_the_window(qtbot: QtBot, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    desktop.notices.tell("Hanga", "done")
    icon = desktop.notices.findChild(QSystemTrayIcon)
    assert icon is not None
    with qtbot.waitSignal(desktop.wanted, timeout=LONG):
        icon.messageClicked.emit()
    desktop.notices.withdraw()
    assert not icon.isVisible()
    desktop.notices.flash()
    desktop.notices.count(3)
    desktop.notices.count(0)
