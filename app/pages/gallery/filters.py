"""Filters: what there is, with its numbers. A filter is a term that is written into the search line, or taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP
from app.pages.gallery.counts import Counts
from app.pages.gallery.filter_row import FilterRow
from app.pages.gallery.search_words import COLLECTION, IS, MISSING, MODEL, RATING, REJECTED, TAG, Term, terms
from app.widgets.flow_layout import FlowLayout
from app.widgets.tab_order import in_order
from app.widgets.words import Words

WIDTH: Final = 204
MOST: Final = 60
"""Of each kind; the search line finds the others."""
LONGEST_CHIP: Final = 22
"""Characters of a tag that are seen."""

FIXED: Final = {
    "rated": Term(RATING, "1"),
    "rejected": Term(IS, REJECTED),
    "missing": Term(IS, MISSING),
}


class Filters(QScrollArea):
    """`chosen` carries a Term, or None for all pictures; `trash` that the trash is to be shown, `blind` the blind
    comparisons."""

    chosen = Signal(object)
    trash = Signal()
    blind = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier, self._line, self._in_trash = atelier, "", False
        self._terms: dict[Term, QPushButton] = {}
        self.setObjectName("gallery.filters")
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fixed = {name: FilterRow(atelier, f"gallery.filter.{name}") for name in ("all", *FIXED, "trash", "blind")}
        self._groups = {key: _Group(atelier, key) for key in (COLLECTION, TAG, MODEL)}
        self._lay_out()
        self._fixed["all"].clicked.connect(lambda: self._choose(None))
        self._fixed["trash"].clicked.connect(self._choose_trash)
        self._fixed["blind"].clicked.connect(self._choose_blind)
        for name, term in FIXED.items():
            self._follow(term, self._fixed[name])
        atelier.language.follow(self._say)

    def show_counts(self, counts: Counts) -> None:
        for name, number in _numbers(counts).items():
            self._fixed[name].set_count(number)
        self._fixed["missing"].setVisible(counts.missing > 0)
        self._show(COLLECTION, [(each.name, each.name, each.count) for each in counts.collections])
        tags = sorted(counts.tags, key=lambda tag: -tag.count)
        self._show(TAG, [(each.name, each.name, each.count) for each in tags])
        self._show(MODEL, [(each.name, PurePath(each.name).stem, each.count) for each in counts.models])
        self._check()

    def show_line(self, line: str) -> None:
        """What the search line says now."""
        self._line = line
        self._check()

    def show_trash(self, on: bool) -> None:
        self._in_trash = on
        self._check()

    def _show(self, key: str, named: Iterable[tuple[str, str, int]]) -> None:
        """Buttons are made anew only where names have come or gone."""
        wanted: dict[Term, tuple[str, int]] = {}
        for name, words, number in named:
            term = Term(key, name)
            if term in wanted or len(wanted) < MOST:
                wanted[term] = (words, number + wanted.get(term, ("", 0))[1])
        there = [term for term in self._terms if term.key == key]
        if there != list(wanted):
            for term in there:
                self._groups[key].remove(self._terms.pop(term))
            for term, (words, _) in wanted.items():
                self._follow(term, self._groups[key].add(self._atelier, words))
            in_order((*self._fixed.values(), *(self._terms[each] for each in self._reading())))
        for term, (words, number) in wanted.items():
            _say_number(self._terms[term], words, number)

    def _reading(self) -> list[Term]:
        """From above to below."""
        return [term for key in self._groups for term in self._terms if term.key == key]

    def _follow(self, term: Term, button: QPushButton) -> None:
        self._terms[term] = button
        button.clicked.connect(lambda: self._choose(term))

    def _choose(self, term: Term | None) -> None:
        self._check()
        self.chosen.emit(term)

    def _choose_trash(self) -> None:
        self._check()
        self.trash.emit()

    def _choose_blind(self) -> None:
        self._check()
        self.blind.emit()

    def _check(self) -> None:
        """A press has turned a button over already; what is shown decides how it looks."""
        there = {(place.term.key, place.term.value.casefold()) for place in terms(self._line)}
        self._fixed["all"].setChecked(not self._line.strip() and not self._in_trash)
        self._fixed["trash"].setChecked(self._in_trash)
        self._fixed["blind"].setChecked(False)
        for term, button in self._terms.items():
            button.setChecked((term.key, term.value.casefold()) in there and not self._in_trash)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("role", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(APART, GROUP, APART, GROUP)
        column.setSpacing(2)
        column.addWidget(_indented(Words(self._atelier, "window_gallery.filter.library", "heading")))
        for row in self._fixed.values():
            column.addWidget(row)
        for group in self._groups.values():
            column.addWidget(group)
        column.addStretch()
        self.setWidget(inside)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setAccessibleName(say("window_gallery.filter.name"))
        for name, row in self._fixed.items():
            row.set_words(say(f"window_gallery.filter.{name}"))


class _Group(QWidget):
    """Filters of one kind under their name; not there as long as there is none."""

    def __init__(self, atelier: Atelier, key: str) -> None:
        super().__init__()
        self._key, self._number = key, 0
        self._inside = QWidget()
        self._flow = FlowLayout(self._inside) if key == TAG else QVBoxLayout(self._inside)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(6 if key == TAG else 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GROUP, 0, 0)
        column.setSpacing(4)
        column.addWidget(_indented(Words(atelier, f"window_gallery.filter.{key}", "heading")))
        column.addWidget(self._inside)
        self.hide()

    def add(self, atelier: Atelier, words: str) -> QPushButton:
        self._number += 1
        make: Callable[[str], QPushButton] = (
            _chip(words) if self._key == TAG else lambda name: FilterRow(atelier, name, words)
        )
        button = make(f"gallery.filter.{self._key}.{self._number}")
        self._flow.addWidget(button)
        button.show()
        self.show()
        return button

    def remove(self, button: QPushButton) -> None:
        self._flow.removeWidget(button)
        button.hide()
        button.deleteLater()
        self.setVisible(self._flow.count() > 0)


def _chip(words: str) -> Callable[[str], QPushButton]:
    def make(name: str) -> QPushButton:
        short = words if len(words) <= LONGEST_CHIP else f"{words[: LONGEST_CHIP - 1]}…"
        chip = QPushButton(short.replace("&", "&&"))
        chip.setObjectName(name)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setAccessibleName(words)
        return chip

    return make


def _say_number(button: QPushButton, words: str, number: int) -> None:
    if isinstance(button, FilterRow):
        button.set_count(number)
    else:
        button.setToolTip(f"{words} ({number:,})")


def _indented(words: Words) -> Words:
    words.setContentsMargins(8, 0, 0, 4)
    return words


def _numbers(counts: Counts) -> dict[str, int]:
    return {
        "all": counts.all,
        "rated": counts.rated,
        "rejected": counts.rejected,
        "missing": counts.missing,
        "trash": counts.trashed,
    }
