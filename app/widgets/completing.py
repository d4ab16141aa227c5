"""Completing: offers words while a prompt is typed. Tab or Return takes one, arrows choose, Esc closes; typing goes on
as if nothing were there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from app.atelier import Atelier
from app.widgets.completion_list import CompletionList
from app.widgets.completions import STYLE, Offer, Vocabulary

AFTER_MS: Final = 90
LOOKED_AT: Final = 200
"""Characters in front of the cursor."""

TAKES: Final = (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Enter)
STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class Completing(QObject):
    """Filters the events of `edit`."""

    style_taken = Signal(str)
    """What the style is called."""

    def __init__(self, atelier: Atelier, edit: QPlainTextEdit) -> None:
        super().__init__(edit)
        self._edit, self._vocabulary = edit, Vocabulary()
        self.list = CompletionList(atelier, f"{edit.objectName()}.offers", edit)
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self._offer)
        self.list.taken.connect(self._take)
        edit.cursorPositionChanged.connect(self._moved)
        edit.installEventFilter(self)
        self._typing = False

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def close(self) -> None:
        self._timer.stop()
        self.list.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.MouseButtonPress):
            self.close()
        elif isinstance(event, QKeyEvent) and kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return self._key(event, pressed=kind is QEvent.Type.KeyPress)
        elif isinstance(event, QInputMethodEvent):
            self._typed(bool(event.commitString()))
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent, *, pressed: bool) -> bool:
        """Whether the key was ours. What would be a shortcut of the window is claimed first."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ours = self.list.isVisible() and plain and (key in (*TAKES, Qt.Key.Key_Escape) or key in STEPS)
        if ours and not pressed:
            event.accept()
        elif ours:
            self._use(key)
        elif pressed:
            self._typed(bool(event.text()) and event.text().isprintable())
        return ours

    def _use(self, key: Qt.Key) -> None:
        if key in STEPS:
            self.list.step(STEPS[key])
        elif key in TAKES:
            self.list.take()
        else:
            self.close()

    def _typed(self, words: bool) -> None:
        self._typing = words
        if words:
            self._timer.start()

    def _moved(self) -> None:
        """The cursor went somewhere else than typing takes it."""
        if not self._typing:
            self.close()

    def _before(self) -> str:
        cursor = self._edit.textCursor()
        text = cursor.block().text().encode("utf-16-le")[: 2 * cursor.positionInBlock()].decode("utf-16-le", "ignore")
        return text[-LOOKED_AT:]

    def _offer(self) -> None:
        self._typing = False
        if self._edit.hasFocus() and not self._edit.textCursor().hasSelection():
            offers = self._vocabulary.offers(self._before())
            self.list.show_offers(offers, self._edit.cursorRect().translated(self._edit.viewport().pos()))

    def _take(self, offer: Offer) -> None:
        typed = self._before()[-offer.typed :]
        cursor = self._edit.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(typed))
        cursor.insertText(offer.text)
        self.close()
        if offer.kind == STYLE:
            self.style_taken.emit(offer.words)
