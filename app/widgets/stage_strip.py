"""StageStrip: the stages of a run, each as long as it is expected to take; base in indigo, refiner in vermilion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.atelier import Atelier
from app.look.metrics import CAPTION, NEAR, text_font
from app.widgets.painting import fill, painting
from core.events import BASE, REFINER

BAR, GAP, WORDS = 8, 3, 18
SHORTEST = 10.0
"""Pixels that even the quickest stage takes, so that it is seen."""
FIRST_TO_NAME = (BASE, REFINER)
"""Stages whose names stay where there is no room for all."""


@dataclass(frozen=True)
class Span:
    """A stage of the run and how long it is expected to take."""

    stage: str
    seconds: float


class StageStrip(QWidget):
    """Stages before the current one are full, it is filled by the share that is done, the others are empty."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self._spans: Sequence[Span] = ()
        self._current, self._share = "", 0.0
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        atelier.look.changed.connect(self.update)
        atelier.language.changed.connect(self.update)

    def set_spans(self, spans: Sequence[Span]) -> None:
        self._spans = tuple(spans)
        self.update()

    def set_progress(self, stage: str, share: float) -> None:
        """Which stage runs, and how much of it is done; "" for none yet."""
        self._current, self._share = stage, min(max(share, 0.0), 1.0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, BAR + WORDS + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        segments = self._segments()
        with painting(self) as painter:
            for span, rect in segments:
                self._draw(painter, span, rect)
            self._write(painter, segments)

    def _segments(self) -> list[tuple[Span, QRectF]]:
        room = self.width() - GAP * (len(self._spans) - 1) - SHORTEST * len(self._spans)
        whole = sum(span.seconds for span in self._spans) or 1.0
        placed, x = [], 0.0
        for span in self._spans:
            width = SHORTEST + max(room, 0.0) * span.seconds / whole
            placed.append((span, QRectF(x, 1, width, BAR)))
            x += width + GAP
        return placed

    def _draw(self, painter: QPainter, span: Span, rect: QRectF) -> None:
        tokens, done = self._atelier.look.tokens, self._done(span)
        colour = {BASE: tokens.indigo, REFINER: tokens.vermilion}.get(span.stage, tokens.dim)
        fill(painter, rect, tokens.line, 3)
        if done > 0:
            painter.save()
            painter.setClipRect(QRectF(rect.x(), rect.y(), rect.width() * done, rect.height()))
            fill(painter, rect, colour, 3)
            painter.restore()

    def _done(self, span: Span) -> float:
        stages = [each.stage for each in self._spans]
        if self._current not in stages:
            return 0.0
        here, there = stages.index(span.stage), stages.index(self._current)
        return 1.0 if here < there else self._share if here == there else 0.0

    def _write(self, painter: QPainter, segments: list[tuple[Span, QRectF]]) -> None:
        """Names below, the most telling first; one that would run into another is left out."""
        tokens, font = self._atelier.look.tokens, text_font(CAPTION)
        painter.setFont(font)
        taken: list[QRectF] = []
        for span, rect in sorted(segments, key=lambda each: self._rank(each[0])):
            name = self._atelier.language.say(f"window.stage.{span.stage}")
            place = self._place(QFontMetrics(font).horizontalAdvance(name) + 2, rect)
            if all(not place.adjusted(-NEAR, 0, NEAR, 0).intersects(other) for other in taken):
                taken.append(place)
                painter.setPen(QColor(tokens.ink if span.stage == self._current else tokens.faint))
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _place(self, width: float, rect: QRectF) -> QRectF:
        """Below the start of a segment, moved to stay inside."""
        return QRectF(max(min(rect.x(), self.width() - width), 0), BAR + 3, width, WORDS)

    def _rank(self, span: Span) -> int:
        return 0 if span.stage == self._current else 1 if span.stage in FIRST_TO_NAME else 2
