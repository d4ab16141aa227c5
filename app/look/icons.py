"""Icons from `resources/icons`, drawn in whatever colour and size is asked for."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.look.tokens import Tokens
from app.sentences import RESOURCES

FOLDER = RESOURCES / "icons"
SEAL = "seal"


def paint_icon(painter: QPainter, name: str, rect: QRect | QRectF, colour: str) -> None:
    """Draws the icon `name` into `rect`. An icon that is not there is a bug: FileNotFoundError."""
    _renderer(name, colour).render(painter, QRectF(rect))


def themed_icon(name: str, tokens: Tokens) -> QIcon:
    """An icon for a button: dim, in ink while the pointer is on it or it is checked, pale when it is disabled."""
    colours = {
        QIcon.Mode.Normal: tokens.dim,
        QIcon.Mode.Active: tokens.ink,
        QIcon.Mode.Selected: tokens.ink,
        QIcon.Mode.Disabled: tokens.edge,
    }
    return QIcon(_Engine(name, colours, tokens.ink))


def plain_icon(name: str, colour: str) -> QIcon:
    """An icon in one colour. The seal keeps its own."""
    return QIcon(_Engine(name, dict.fromkeys(QIcon.Mode, colour), colour))


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


class _Engine(QIconEngine):
    """Draws at the size asked for, so that no pixmap is ever stretched."""

    def __init__(self, name: str, colours: dict[QIcon.Mode, str], checked: str) -> None:
        super().__init__()
        _source(name)  # one that is not there is found now: Qt, when it draws, could not be told
        self._name, self._colours, self._checked = name, colours, checked

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        on = state is QIcon.State.On and mode is not QIcon.Mode.Disabled
        paint_icon(painter, self._name, rect, self._checked if on else self._colours[mode])

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return drawn

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colours, self._checked)
