"""Settings hold from the first moment of a window, whatever their file is like."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.pages.settings.applying import SCALE, atelier_for, first, scale
from core import settings as settings_file
from core.errors import HangaError
from core.settings import Settings, save


def test_a_window_opens_in_what_is_set(qapp: QApplication, tmp_path: Path) -> None:
    save(Settings(theme="neutral", language="ja", motion="reduced"), tmp_path / "settings.json")
    atelier = atelier_for(first(tmp_path / "settings.json"), qapp)
    assert (atelier.look.choice, atelier.language.choice, atelier.look.moves) == ("neutral", "ja", False)
    atelier.look.deleteLater()


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"theme": 7, "language": "ja"}'])
def test_a_file_that_is_none_is_no_reason_not_to_open(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_bytes(content)
    assert first(path).theme == "auto"


def test_a_disk_that_does_not_answer_is_no_reason_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise HangaError("disk.unwritable", name="settings.json", folder=str(tmp_path), reason="no")

    monkeypatch.setattr("app.pages.settings.applying.load", refuse)
    assert first(tmp_path / "settings.json") == Settings()
    assert settings_file.load(tmp_path / "settings.json")[0] == Settings()


@pytest.mark.parametrize(
    ("size", "before", "after"),
    [(1.0, {}, {}), (1.5, {}, {SCALE: "1.5"}), (2.0, {SCALE: "3"}, {SCALE: "3"})],
)
def test_the_size_of_everything_is_told_to_qt(size: float, before: dict[str, str], after: dict[str, str]) -> None:
    environment = dict(before)
    scale(Settings(text_scale=size), environment)
    assert environment == after
