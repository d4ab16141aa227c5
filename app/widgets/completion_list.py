"""CompletionList: offers below the cursor. It never has the focus: the text goes on being typed above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.announcing import announce
from app.widgets.completions import LORA, STYLE, WILDCARD, Offer

WIDEST: Final = 300
ROW: Final = 26
PADDING: Final = 36
EDGES: Final = 10
OFFER: Final = Qt.ItemDataRole.UserRole
KINDS: Final = (STYLE, LORA, WILDCARD)
"""Those that are said beside the words; others are plain words."""


class CompletionList(QListWidget):
    taken = Signal(object)
    """Offer"""

    def __init__(self, atelier: Atelier, name: str, owner: QWidget) -> None:
        super().__init__(owner.window())
        self._atelier, self._owner = atelier, owner
        self.setObjectName(name)
        self.setProperty("role", "offers")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(lambda item: self.taken.emit(item.data(OFFER)))
        self.hide()

    def show_offers(self, offers: Sequence[Offer], cursor: QRect) -> None:
        """Below `cursor`, a place in the owner; nothing is shown for no offers."""
        if self.parent() is not self._owner.window():
            self.setParent(self._owner.window())
        self.clear()
        for offer in offers:
            item = QListWidgetItem(self._words(offer))
            item.setData(OFFER, offer)
            item.setSizeHint(QSize(0, ROW))
            self.addItem(item)
        if offers:
            self.setCurrentRow(0)
            self._place(cursor)
        self.setVisible(bool(offers))

    def step(self, by: int) -> None:
        self.setCurrentRow((self.currentRow() + by) % self.count())
        announce(self._owner, self.currentItem().text())

    def take(self) -> None:
        self.taken.emit(self.currentItem().data(OFFER))

    def _words(self, offer: Offer) -> str:
        if offer.kind not in KINDS:
            return offer.words
        return self._atelier.language.say(f"window.offer.{offer.kind}", name=offer.words)

    def _place(self, cursor: QRect) -> None:
        window = self._owner.window()
        words = (self.item(row).text() for row in range(self.count()))
        longest = max(self.fontMetrics().horizontalAdvance(each) for each in words)
        size = QSize(min(longest + PADDING, WIDEST), self.count() * ROW + EDGES)
        corner = self._owner.mapTo(window, cursor.bottomLeft() + QPoint(0, HAIR))
        if corner.y() + size.height() > window.height():
            corner.setY(self._owner.mapTo(window, cursor.topLeft()).y() - size.height() - HAIR)
        corner.setX(max(min(corner.x(), window.width() - size.width()), 0))
        self.setGeometry(QRect(corner, size))
        self.raise_()
