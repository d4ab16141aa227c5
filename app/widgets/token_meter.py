"""TokenMeter: how full the windows of the text encoders are, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.atelier import Atelier
from app.look.metrics import CAPTION, NEAR, text_font
from app.widgets.painting import fill, painting

WINDOW = 75
"""Tokens of a prompt that an encoder reads at once; start and end make it 77."""
BAR, GAP = 4, 3
MOST_BARS = 12


@dataclass(frozen=True)
class TokenCount:
    """`tokens` of each window in turn; `boundaries`: where in the text, in characters, each but the first begins."""

    tokens: tuple[int, ...] = (0,)
    boundaries: tuple[int, ...] = ()


class TokenMeter(QWidget):
    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier, self._count = atelier, TokenCount()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    @property
    def words(self) -> str:
        return self.accessibleName()

    def show_count(self, count: TokenCount) -> None:
        self._count = count
        self._say()

    def sizeHint(self) -> QSize:
        return QSize(160, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, font = self._atelier.look.tokens, text_font(CAPTION)
        wide = QFontMetrics(font).horizontalAdvance(self.words) + 2
        bars = max(len(self._count.tokens[:MOST_BARS]), 2)
        width = (self.width() - wide - NEAR - GAP * (bars - 1)) / bars
        with painting(self) as painter:
            for index in range(bars):
                place = QRectF(index * (width + GAP), (self.height() - BAR) / 2, width, BAR)
                fill(painter, place, tokens.line, BAR / 2)
                filled = self._filled(index)
                if filled:
                    fill(
                        painter,
                        QRectF(place.topLeft(), place.size() * 1).adjusted(0, 0, place.width() * (filled - 1), 0),
                        tokens.indigo,
                        BAR / 2,
                    )
            painter.setFont(font)
            painter.setPen(QColor(tokens.faint))
            line = QRectF(self.width() - wide, 0, wide, self.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.words)

    def _filled(self, index: int) -> float:
        return min(self._count.tokens[index] / WINDOW, 1.0) if index < len(self._count.tokens) else 0.0

    def _say(self) -> None:
        windows, tokens = len(self._count.tokens), sum(self._count.tokens)
        language = self._atelier.language
        if windows <= 1:
            self.setAccessibleName(language.say("window.tokens.one", tokens=tokens, most=WINDOW))
        else:
            self.setAccessibleName(language.say("window.tokens.many", tokens=tokens, windows=windows))
        self.setToolTip(language.say("window.tokens.help", most=WINDOW))
        self.update()
