"""Voting: two pictures side by side, nobody knows which is which, and one key for what is preferred."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.background import Background
from app.engine_thread import EngineThread
from app.look.metrics import APART, NEAR
from app.pages.compare.pair_images import Numbers, PairImages
from app.widgets.announcing import announce
from app.widgets.buttons import IconButton, TextButton
from app.widgets.in_step import InStep
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.words import ElidedLabel, Words
from core.engine import TIE, Pair, Trial

LEFT, RIGHT = "left", "right"
KEYS: Final = {
    Qt.Key.Key_1: LEFT,
    Qt.Key.Key_Left: LEFT,
    Qt.Key.Key_2: RIGHT,
    Qt.Key.Key_Right: RIGHT,
    Qt.Key.Key_0: TIE,
    Qt.Key.Key_Space: TIE,
    Qt.Key.Key_Down: TIE,
}
PLAIN: Final = Qt.KeyboardModifier.KeypadModifier


class Voting(QWidget):
    """`voted` carries the place of the pair and "a", "b" or "tie"; `taken_back` that the last vote is not meant;
    `ended` that the artist wants to see the result."""

    voted = Signal(int, str)
    taken_back = Signal()
    ended = Signal()
    said = Signal(str, dict)

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier = atelier
        self._trial: Trial | None = None
        self._place: int | None = None
        self._coming = 0
        self._seen = False
        self.setObjectName("blind.voting")
        self._images = PairImages(thread, Background(self))
        self.canvases = (PictureCanvas(atelier, "blind.left"), PictureCanvas(atelier, "blind.right"))
        self._in_step = InStep(self.canvases, self)
        self._prompt, self._number = ElidedLabel("dim"), QLabel()
        self._number.setProperty("role", "strong")
        self.waiting = Words(atelier, "window_compare.blind.waiting", "dim", number=0)
        self.buttons = {
            LEFT: TextButton(atelier, "blind.vote.left", "window_compare.blind.left", "outlined"),
            TIE: TextButton(atelier, "blind.vote.tie", "window_compare.blind.tie", "outlined"),
            RIGHT: TextButton(atelier, "blind.vote.right", "window_compare.blind.right", "outlined"),
        }
        self.back = IconButton(atelier, "blind.take_back", "undo", "window_compare.blind.take_back")
        self.end = TextButton(atelier, "blind.end", "window_compare.blind.end", "outlined")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        atelier.language.follow(self._say)

    @property
    def place(self) -> int | None:
        """Of the pair that is shown; None while there is none to vote on."""
        return self._place

    def show_trial(self, trial: Trial, coming: int, at: int | None = None) -> None:
        """Its next pair without a vote, or the one `at` a place. `coming`: pairs that are still being made."""
        other = self._trial is None or self._trial.id != trial.id
        self._trial, self._coming = trial, coming
        open_ = [place for place, pair in enumerate(trial.pairs) if pair.is_there and pair.vote is None]
        wanted = at if at in open_ else self._place if self._place in open_ and not other else next(iter(open_), None)
        if wanted != self._place or other:
            self._place, self._seen = wanted, False
            self._show_pair()
        after = [place for place in open_ if place != wanted]
        if after:
            self._images.prepare(_numbers(trial.pairs[after[0]]))
        self._say()

    def vote(self, side: str) -> None:
        """LEFT, RIGHT or TIE, for the pair that is seen."""
        if self._trial is not None and self._place is not None and self._seen:
            pair = self._trial.pairs[self._place]
            self._seen = False
            self.voted.emit(self._place, TIE if side == TIE else pair.on(left=side == LEFT))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Before the canvases take arrows and figures."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take(event):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a button that has the focus did not take."""
        if not self._take(event):
            super().keyPressEvent(event)

    def _take(self, event: QKeyEvent) -> bool:
        acts: dict[Qt.Key, Callable[[], object]] = {
            **{key: partial(self.vote, side) for key, side in KEYS.items()},
            Qt.Key.Key_Backspace: self.taken_back.emit,
            Qt.Key.Key_Z: self.canvases[0].toggle_pixels,
        }
        act = None if event.modifiers() & ~PLAIN else acts.get(Qt.Key(event.key()))
        if act is not None:
            act()
        return act is not None

    def _lay_out(self) -> None:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        for canvas in self.canvases:
            canvas.installEventFilter(self)
            row.addWidget(canvas, 1)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.waiting.setWordWrap(True)
        self.waiting.setMargin(APART)
        self._stack.addWidget(both)
        self._stack.addWidget(self.waiting)
        column = QVBoxLayout(self)
        column.setContentsMargins(APART, APART, APART, APART)
        column.setSpacing(NEAR)
        head = QHBoxLayout()
        head.setSpacing(APART)
        head.addWidget(self._number)
        head.addWidget(self._prompt, 1)
        head.addWidget(self.back)
        head.addWidget(self.end)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(self._bar())
        self.setFocusProxy(self.canvases[0])

    def _bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "card")
        row = QHBoxLayout(bar)
        row.setContentsMargins(NEAR, NEAR, NEAR, NEAR)
        row.setSpacing(NEAR)
        for side in (LEFT, TIE, RIGHT):
            row.addWidget(self.buttons[side], 2 if side != TIE else 1)
        return bar

    def _connect(self) -> None:
        for side, button in self.buttons.items():
            button.clicked.connect(lambda _, side=side: self.vote(side))
        self.back.clicked.connect(self.taken_back)
        self.end.clicked.connect(self.ended)
        self._images.came.connect(self._came)
        self._images.said.connect(self.said)

    def _show_pair(self) -> None:
        if self._trial is not None and self._place is not None:
            pair = self._trial.pairs[self._place]
            self._prompt.setText(pair.prompt.replace("\n", " "))
            self._images.show(_numbers(pair))
            self._stack.setCurrentIndex(0)
        else:
            self._prompt.setText("")
            self._stack.setCurrentIndex(1)
        if self.isVisible():
            (self.end if self._place is None else self.canvases[0]).setFocus()

    def _came(self, numbers: Numbers, left: QImage, right: QImage) -> None:
        if self._trial is None or self._place is None or numbers != _numbers(self._trial.pairs[self._place]):
            return
        for canvas, image, side in zip(self.canvases, (left, right), (LEFT, RIGHT), strict=True):
            canvas.show_picture(image, self._atelier.language.say(f"window_compare.blind.picture.{side}"))
            canvas.fit()
        self._seen = True

    def _say(self) -> None:
        if self._trial is None:
            return
        language, trial = self._atelier.language, self._trial
        votes, pairs = trial.preference.votes, len(trial.pairs)
        self._number.setText(language.say("window_compare.blind.progress", number=votes, count=pairs))
        announce(self, self._number.text())
        self.waiting.show_sentence(
            "window_compare.blind.waiting" if self._coming else "window_compare.blind.all_voted", number=self._coming
        )
        for button in self.buttons.values():
            button.setEnabled(self._place is not None)
        self.back.setEnabled(votes > 0)


def _numbers(pair: Pair) -> Numbers:
    """Of the pictures on the left and on the right."""
    a, b = (number or 0 for number in pair.pictures)
    return (b, a) if pair.b_is_left else (a, b)
