"""PromptText: where a prompt is typed. It never holds more than the limit, and never takes the window down with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy

from app.atelier import Atelier
from app.widgets.prompt_highlighter import PromptHighlighter
from app.widgets.prompt_weights import STEP, reweigh
from core.request import PROMPT_LIMIT

SHORT = 2000
ENDLESS = re.compile(rf"\S{{{SHORT}}}")
"""Words that are none."""
MARKED = 40
"""Windows whose ends are drawn; a prompt that has more is not read by them."""


class PromptText(QPlainTextEdit):
    generate_requested = Signal()
    was_cut = Signal(int)
    """Something was longer than a prompt may be, and was cut at this many bytes."""
    focus_changed = Signal(bool)
    recalled = Signal(int)
    """Back (-1) or forth (1) in the history."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self._boundaries: Sequence[int] = ()
        self._lines = 5
        self.setObjectName(name)
        self.setProperty("role", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.highlighter = PromptHighlighter(atelier, self.document())
        self.textChanged.connect(self._limit)
        atelier.look.changed.connect(self.viewport().update)

    def show_lines(self, lines: int) -> None:
        """How many there is room for, if the page does not say otherwise."""
        self._lines = lines
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(240, self.fontMetrics().lineSpacing() * self._lines + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * 2 + 8)

    def set_boundaries(self, boundaries: Sequence[int]) -> None:
        """Where in the text, in characters, a new window of tokens begins."""
        self._boundaries = boundaries[:MARKED]
        self.viewport().update()

    def put(self, text: str) -> None:
        """Replaces everything, so that it can be undone."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        short = self._shortened(text, PROMPT_LIMIT)
        self._wrap(short)
        cursor.insertText(short)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasting and dropping: plain text, cut before Qt ever lays it out."""
        if source.hasText():
            selected = self.textCursor().selectedText()
            taken = len(self.toPlainText().encode()) - len(selected.encode())
            short = self._shortened(source.text(), max(PROMPT_LIMIT - taken, 0))
            self._wrap(short)
            cursor = self.textCursor()
            cursor.beginEditBlock()  # so that undoing it does not undo what was typed before
            cursor.insertText(short)
            cursor.endEditBlock()
            self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held, key = event.modifiers(), event.key()
        up_or_down = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(key), 0)
        if held & Qt.KeyboardModifier.ControlModifier and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.generate_requested.emit()
        elif held & Qt.KeyboardModifier.ControlModifier and up_or_down:
            self.weigh(up_or_down * STEP)
        elif held & Qt.KeyboardModifier.AltModifier and up_or_down:
            self.recalled.emit(-up_or_down)
        elif event.text().isprintable() and event.text() and self._is_full():
            self.was_cut.emit(PROMPT_LIMIT)
        else:
            super().keyPressEvent(event)

    def weigh(self, by: float) -> None:
        """Makes what is selected, or the word at the cursor, count more or less."""
        cursor, text = self.textCursor(), self.toPlainText()
        start, end = _characters(text, cursor.selectionStart()), _characters(text, cursor.selectionEnd())
        edit = reweigh(text, start, end, by)
        if edit is None:
            return
        start, end = _units(text[: edit.start]), _units(text[: edit.end])
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(edit.new)
        cursor.setPosition(start + _units(edit.new[: edit.selected.start]))
        cursor.setPosition(start + _units(edit.new[: edit.selected.stop]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._boundaries:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(self._atelier.look.tokens.edge), 1, Qt.PenStyle.DashLine))
        for corner, height in self._marks():
            painter.drawLine(corner, corner + QPoint(0, height))
        painter.end()

    def _marks(self) -> list[tuple[QPoint, int]]:
        cursor, text = QTextCursor(self.document()), self.toPlainText()
        marks = []
        for boundary in self._boundaries:
            if boundary <= len(text):
                cursor.setPosition(_units(text[:boundary]))
                place = self.cursorRect(cursor)
                marks.append((place.topLeft(), place.height()))
        return marks

    def _wrap(self, text: str) -> None:
        """Looking for the ends of words takes Qt seconds where there are none for thousands of characters."""
        endless = ENDLESS.search(text) is not None
        mode = QTextOption.WrapMode.WrapAnywhere if endless else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        if endless or self.document().characterCount() < SHORT:
            self.setWordWrapMode(mode)

    def _is_full(self) -> bool:
        """Whether nothing can be typed any more, unless over something else."""
        near = self.document().characterCount() * 3 > PROMPT_LIMIT and not self.textCursor().hasSelection()
        return near and len(self.toPlainText().encode()) >= PROMPT_LIMIT

    def _limit(self) -> None:
        """Typing, too, ends at the limit."""
        if self.document().characterCount() * 3 <= PROMPT_LIMIT:
            return
        text = self.toPlainText()
        if len(text.encode()) > PROMPT_LIMIT:
            self.put(text)

    def _shortened(self, text: str, most: int) -> str:
        """`text` cut at `most` bytes, without what no prompt has: NUL and the like."""
        clean = "".join(each for each in text[: most + 1] if each.isprintable() or each in "\n\t")
        short = clean.encode(errors="ignore")[:most].decode(errors="ignore")
        if len(text) > most or len(short) < len(clean):
            self.was_cut.emit(PROMPT_LIMIT)
        return short


def _units(text: str) -> int:
    """Qt counts in UTF-16."""
    return len(text) + sum(character > "\uffff" for character in text)


def _characters(text: str, units: int) -> int:
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore"))
