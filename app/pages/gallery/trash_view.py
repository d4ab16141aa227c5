"""TrashView: what was thrown away, lot by lot, and the way back for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.pages.gallery.moments import said_moment
from app.widgets.buttons import TextButton
from app.widgets.words import ElidedLabel, Words
from core.engine import Trashed

MOST: Final = 200
"""Lots that are listed; what lies below comes up when these are restored or gone."""
NAMED: Final = 4
"""Pictures of a lot whose names are said."""


class TrashView(QWidget):
    """`restored` carries a ticket and how many pictures it stands for; `emptied`: the artist wants it, and has
    confirmed."""

    restored = Signal(str, int)
    emptied = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._lots: Sequence[Trashed] = ()
        self.setObjectName("gallery.trash")
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setProperty("role", "dim")
        self.empty = TextButton(atelier, "gallery.trash.empty", "window_gallery.trash.empty", "outlined", icon="trash")
        self.empty.clicked.connect(self._confirm)
        self._inside = QWidget()
        self._inside.setProperty("role", "window")
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, NEAR, 0)
        self._rows.setSpacing(NEAR)
        area = QScrollArea()
        area.setObjectName("gallery.trash.list")
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._inside)
        head = QHBoxLayout()
        head.addWidget(self._words, 1)
        head.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(APART)
        column.addWidget(Words(atelier, "window_gallery.filter.trash", "title"))
        column.addLayout(head)
        column.addWidget(area, 1)
        atelier.language.follow(self._say)

    @property
    def count(self) -> int:
        return sum(len(lot.names) for lot in self._lots)

    def show_lots(self, lots: Sequence[Trashed]) -> None:
        self._lots = lots
        self._say()

    def _say(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, lot in enumerate(self._lots[:MOST]):
            self._rows.addWidget(self._card(number, lot))
        self._rows.addStretch()
        language = self._atelier.language
        said = language.count("window_gallery.trash.holds", self.count)
        self._words.setText(said if self._lots else language.say("window_gallery.trash.nothing"))
        self.empty.setEnabled(bool(self._lots))

    def _card(self, number: int, lot: Trashed) -> QFrame:
        language = self._atelier.language
        card, when, names = QFrame(), QLabel(), ElidedLabel("dim")
        card.setProperty("role", "card")
        counted = language.count("window_gallery.pictures", len(lot.names))
        when.setText(f"{counted} · {said_moment(language, lot.when)}")
        names.setTextFormat(Qt.TextFormat.PlainText)
        names.setText(", ".join(lot.names[:NAMED]) + (" …" if len(lot.names) > NAMED else ""))
        restore = TextButton(
            self._atelier, f"gallery.trash.restore.{number}", "window_gallery.trash.restore", "outlined"
        )
        restore.setAccessibleName(f"{restore.text()}: {when.text()}")
        restore.clicked.connect(lambda: self.restored.emit(lot.ticket, len(lot.names)))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(when)
        words.addWidget(names)
        row = QHBoxLayout(card)
        row.setContentsMargins(GROUP, NEAR, NEAR, NEAR)
        row.addLayout(words, 1)
        row.addWidget(restore)
        return card

    def _confirm(self) -> None:
        language = self._atelier.language
        box = QMessageBox(self)
        box.setObjectName("gallery.trash.confirm")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(language.say("window_gallery.trash.empty"))
        box.setText(language.count("window_gallery.trash.sure", self.count))
        go = box.addButton(language.say("window_gallery.trash.go"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(language.say("window_gallery.trash.stay"), QMessageBox.ButtonRole.RejectRole)
        go.setObjectName("gallery.trash.confirm.go")
        box.setDefaultButton(stay)
        box.buttonClicked.connect(lambda button: self.emptied.emit() if button is go else None)
        box.open()
