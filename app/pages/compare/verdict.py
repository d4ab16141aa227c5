"""Verdict: how often B was preferred to A, how sure that is, and which was which."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, CAPTION, GROUP, NEAR, text_font
from app.pages.compare.difference_table import DifferenceTable
from app.pages.compare.recipes import differences
from app.widgets.buttons import TextButton
from app.widgets.painting import fill, painting
from app.widgets.words import Words
from core.engine import Preference, Trial

USE_A, USE_B, SHOW, EXPORT = "use_a", "use_b", "show", "export"
WIDEST: Final = 760


class Verdict(QWidget):
    """`asked`: one of the words above."""

    asked = Signal(str)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._trial: Trial | None = None
        self.setObjectName("blind.verdict")
        self.rate, self.told = QLabel(), QLabel()
        self.rate.setProperty("role", "title")
        self.told.setWordWrap(True)
        self.told.setProperty("role", "dim")
        self.scale = WinRate(atelier)
        self.table = DifferenceTable(atelier, "blind.verdict.differences")
        self.buttons = {
            name: TextButton(atelier, f"blind.{name}", f"window_compare.blind.{name}", "outlined")
            for name in (USE_A, USE_B, SHOW, EXPORT)
        }
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        for widget in (self.rate, self.scale, self.told, Words(atelier, "window_compare.differences", "heading")):
            column.addWidget(widget)
        column.addWidget(self.table)
        row = QHBoxLayout()
        row.setSpacing(NEAR)
        for name, button in self.buttons.items():
            row.addWidget(button)
            button.clicked.connect(lambda _, name=name: self.asked.emit(name))
        row.addStretch()
        column.addLayout(row)
        column.addStretch()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(inside)
        outer.addStretch()
        self.setFocusProxy(self.buttons[USE_A])
        atelier.language.follow(self._say)

    def show_trial(self, trial: Trial) -> None:
        self._trial = trial
        self._say()

    def _say(self) -> None:
        if self._trial is None:
            return
        language, found = self._atelier.language, self._trial.preference
        low, high = found.interval
        numbers = {"votes": found.votes, "a": found.a, "b": found.b, "ties": found.ties}
        shares = {"low": round(100 * low), "high": round(100 * high)}
        if found.rate is None:
            self.rate.setText(language.say("window_compare.blind.no_votes"))
        else:
            self.rate.setText(language.say("window_compare.blind.rate", rate=round(100 * found.rate)))
        told = [language.say("window_compare.blind.votes", **numbers)] if found.votes else []
        told += [language.say("window_compare.blind.interval", **shares)] if found.votes else []
        told += [language.say(f"window_compare.blind.{_meaning(found)}")] if found.votes else []
        self.told.setText(" ".join(told))
        self.scale.show_preference(found)
        self.table.show_differences(differences([self._trial.a, self._trial.b], language), ("A", "B"))


class WinRate(QWidget):
    """The rate as a mark on a line from A to B, and the interval around it."""

    HEIGHT: Final = 54
    LINE: Final = 12

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier, self._found = atelier, Preference()
        self.setFixedHeight(self.HEIGHT)
        atelier.look.changed.connect(self.update)

    def show_preference(self, found: Preference) -> None:
        self._found = found
        self.setVisible(found.rate is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, found, width = self._atelier.look.tokens, self._found, self.width()
        (low, high), rate = found.interval, found.rate or 0.5
        top, colour = 8.0, tokens.indigo if rate < 0.5 else tokens.vermilion
        with painting(self) as painter:
            fill(painter, QRectF(0, top, width, self.LINE), tokens.line, 6)
            fill(painter, QRectF(low * width, top, (high - low) * width, self.LINE), colour, 6)
            fill(painter, QRectF(width / 2 - 0.5, top - 4, 1, self.LINE + 8), tokens.ink)
            fill(painter, QRectF(min(rate * width - 2, width - 4), top - 6, 4, self.LINE + 12), tokens.ink, 2)
            painter.setPen(QColor(tokens.dim))
            painter.setFont(text_font(CAPTION))
            below = QRectF(0, top + self.LINE + 8, width, 20)
            for words, side in (("A 100 %", "AlignLeft"), ("50 %", "AlignHCenter"), ("B 100 %", "AlignRight")):
                painter.drawText(below, Qt.AlignmentFlag[side], words)


def _meaning(found: Preference) -> str:
    low, high = found.interval
    return "clear_b" if low > 0.5 else "clear_a" if high < 0.5 else "unclear"
