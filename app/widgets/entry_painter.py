"""Entry: what a list says of one thing; and EntryPainter, which draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPainterPath, QTextLayout
from PySide6.QtWidgets import QStyle

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.look.metrics import APART, CAPTION, FOCUS, HAIR, NEAR, PICTURE_RADIUS, RADIUS, TEXT, text_font
from app.widgets.painting import fill, outline

HEIGHT: Final = 72
SQUARE: Final = 48
BAR: Final = 4
ONE_LINE: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
LINES: Final = 2
"""Of what is said of an entry; the rest is cut."""


@dataclass(frozen=True)
class Entry:
    """`tone` is the colour of `line` by its name among the tokens. `icon` stands where there is no `picture`, `note`
    at the right end; `share` of 1 is how far it is, None for nothing under way."""

    title: str
    line: str
    tone: str = "dim"
    icon: str = ""
    note: str = ""
    share: float | None = None
    picture: QImage | None = None

    @property
    def words(self) -> str:
        """For who cannot see it."""
        return ". ".join(filter(None, (self.title, self.line, self.note)))


class EntryPainter:
    def __init__(self, atelier: Atelier) -> None:
        self._atelier = atelier
        self._title, self._line = text_font(TEXT, bold=True), text_font(CAPTION + 1)

    def paint(self, painter: QPainter, rect: QRect, entry: Entry, state: QStyle.StateFlag) -> None:
        card = QRectF(rect).adjusted(FOCUS, FOCUS, -FOCUS, -FOCUS - HAIR)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._ground(painter, card, state)
        square = QRectF(card.left() + NEAR, card.center().y() - SQUARE / 2, SQUARE, SQUARE)
        self._square(painter, square, entry)
        room = QRectF(square.right() + APART, card.top() + NEAR, 0, card.height() - 2 * NEAR)
        room.setRight(card.right() - APART - self._note(painter, card, entry.note))
        self._words(painter, room, entry)
        painter.restore()

    def _ground(self, painter: QPainter, card: QRectF, state: QStyle.StateFlag) -> None:
        tokens = self._atelier.look.tokens
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        fill(painter, card, tokens.hover if hovered else tokens.card, RADIUS)
        if state & QStyle.StateFlag.State_Selected:
            outline(painter, card.adjusted(-FOCUS, -FOCUS, FOCUS, FOCUS), tokens.indigo, FOCUS, RADIUS + FOCUS)
        if state & QStyle.StateFlag.State_HasFocus:
            outline(painter, card.adjusted(1, 1, -1, -1), tokens.ink, 1, RADIUS - 1)

    def _square(self, painter: QPainter, square: QRectF, entry: Entry) -> None:
        tokens = self._atelier.look.tokens
        if entry.picture is None or entry.picture.isNull():
            fill(painter, square, tokens.field, PICTURE_RADIUS)
            if entry.icon:
                ink = tokens.warn_ink if entry.icon == "warning" else tokens.dim
                paint_icon(painter, entry.icon, square.adjusted(13, 13, -13, -13), ink)
            return
        side = min(entry.picture.width(), entry.picture.height())
        middle = QRectF((entry.picture.width() - side) / 2, (entry.picture.height() - side) / 2, side, side)
        shape = QPainterPath()
        shape.addRoundedRect(square, PICTURE_RADIUS, PICTURE_RADIUS)
        painter.save()
        painter.setClipPath(shape)
        painter.drawImage(square, entry.picture, middle)
        painter.restore()

    def _note(self, painter: QPainter, card: QRectF, note: str) -> float:
        """At the right; the width it takes."""
        if not note:
            return 0
        width = QFontMetrics(self._line).horizontalAdvance(note) + 2
        painter.setFont(self._line)
        painter.setPen(QColor(self._atelier.look.tokens.faint))
        place = QRectF(card.right() - APART - width, card.top() + NEAR, width, 20)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        return width + APART

    def _words(self, painter: QPainter, room: QRectF, entry: Entry) -> None:
        tokens = self._atelier.look.tokens
        lines = cut(entry.line, self._line, room.width(), 1 if entry.share is not None else LINES)
        title, spacing = QFontMetrics(self._title), QFontMetrics(self._line).lineSpacing()
        bar = BAR + NEAR - 2 if entry.share is not None else 0
        y = room.center().y() - (title.lineSpacing() + 2 + spacing * len(lines) + bar) / 2
        painter.setFont(self._title)
        painter.setPen(QColor(tokens.ink))
        words = title.elidedText(entry.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(QRectF(room.left(), y, room.width(), title.lineSpacing()), ONE_LINE, words)
        y += title.lineSpacing() + 2
        painter.setFont(self._line)
        painter.setPen(QColor(getattr(tokens, entry.tone)))
        for line in lines:
            painter.drawText(QRectF(room.left(), y, room.width(), spacing), ONE_LINE, line)
            y += spacing
        if entry.share is not None:
            self._bar(painter, QRectF(room.left(), y + NEAR - 2, room.width(), BAR), entry.share)

    def _bar(self, painter: QPainter, place: QRectF, share: float) -> None:
        tokens = self._atelier.look.tokens
        fill(painter, place, tokens.line, BAR / 2)
        done = QRectF(place)
        done.setWidth(max(place.width() * share, BAR))
        fill(painter, done, tokens.indigo, BAR / 2)


def cut(text: str, font: QFont, width: float, most: int) -> list[str]:
    """`text` in at most so many lines; the last one ends in … where there would be more."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) <= most and (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:most], len(text)]
    lines = [text[start:end].rstrip() for start, end in zip(starts, ends, strict=False)]
    if len(starts) > most:
        lines[-1] = QFontMetrics(font).elidedText(lines[-1], Qt.TextElideMode.ElideRight, int(width))
    return lines
