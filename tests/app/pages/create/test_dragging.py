"""The picture that is seen is dragged out as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QImage
from PySide6.QtTest import QTest

from tests.app.pages.create.conftest import Studio, Studios
from tests.app.pages.create.test_page import press_generate


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], QImage, Qt.DropAction]]:
    """What was dragged: files, the picture itself, and what the other program may do. Without a screen nobody can drop
    anything, so the drag ends as soon as it begins."""
    dragged: list[tuple[list[Path], QImage, Qt.DropAction]] = []

    def carry_out(drag: QDrag, action: Qt.DropAction) -> Qt.DropAction:
        mime: QMimeData = drag.mimeData()
        files = [Path(url.toLocalFile()) for url in mime.urls()]
        dragged.append((files, QImage(mime.imageData()), action))
        return action

    monkeypatch.setattr(QDrag, "exec", carry_out)
    return dragged


def drag(studio: Studio) -> None:
    canvas = studio.page.easel.canvas
    middle = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(canvas, middle + QPoint(40, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle + QPoint(40, 0))


def test_the_file_and_the_picture_go_along(
    studios: Studios, taken: list[tuple[list[Path], QImage, Qt.DropAction]]
) -> None:
    studio = studios.open()
    drag(studio)
    assert taken == []
    press_generate(studio)
    studio.until(lambda: studio.page.easel.shown is not None and studio.page.following.job is None)
    shown = studio.page.easel.shown
    assert shown is not None
    studio.until(lambda: studio.page._taking_out.take([shown.picture.id]) is not None)
    drag(studio)
    ((files, image, action),) = taken
    assert files == [shown.picture.path]
    assert image.size() == shown.image.size()
    assert action == Qt.DropAction.CopyAction
