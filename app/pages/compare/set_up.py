"""SetUp: what a blind comparison is to be made of: two set-ups, prompts and seeds."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.pages.compare.difference_table import DifferenceTable
from app.pages.compare.recipes import differences
from app.pages.compare.set_up_card import SetUpCard
from app.pages.create.models import ModelFacts
from app.widgets.buttons import IconButton, TextButton
from app.widgets.words import Words
from core.engine import MOST_PAIRS
from core.request import PROMPT_LIMIT, Request

LARGEST_SEED: Final = 2**63 - 1
DICE: Final = 2**32
LONGEST_NAME: Final = 60
WIDEST: Final = 980
PROMPTS: Final = 104
"""Height of what holds them."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the artist wants to compare."""

    name: str
    a: Request
    b: Request
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]


class SetUp(QScrollArea):
    """`begun` carries a `Wanted`; `current` the card that wants the settings of the Create page."""

    begun = Signal(object)
    current = Signal(object)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName("blind.set_up")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.a = SetUpCard(atelier, "blind.a", "window_compare.blind.a")
        self.b = SetUpCard(atelier, "blind.b", "window_compare.blind.b")
        self.table = DifferenceTable(atelier, "blind.differences")
        self.prompts, self.seeds, self.name = QPlainTextEdit(), QLineEdit("1, 2"), QLineEdit()
        self.prompts.setObjectName("blind.prompts")
        self.prompts.setProperty("role", "bare")
        self.prompts.setTabChangesFocus(True)
        self.prompts.setFixedHeight(PROMPTS)
        self.seeds.setObjectName("blind.seeds")
        self.name.setObjectName("blind.name")
        self.name.setMaxLength(LONGEST_NAME)
        self._dice = IconButton(atelier, "blind.dice", "dice", "window_compare.blind.dice")
        self._count = Words(atelier, "window_compare.blind.nothing", "dim")
        self.go = TextButton(atelier, "blind.go", "window_compare.blind.go", "action")
        self._lay_out()
        self._connect()
        atelier.language.follow(self._say)

    @property
    def wanted(self) -> Wanted:
        lines = (line.strip() for line in self.prompts.toPlainText()[:PROMPT_LIMIT].splitlines())
        numbers = (int(each) for each in re.findall(r"\d{1,19}", self.seeds.text()))
        return Wanted(
            name=self.name.text().strip() or self.name.placeholderText(),
            a=self.a.request,
            b=self.b.request,
            prompts=tuple(dict.fromkeys(line for line in lines if line)),
            seeds=tuple(dict.fromkeys(number for number in numbers if number <= LARGEST_SEED)),
        )

    def use(self, request: Request, prompts: Sequence[str]) -> None:
        """Both as `request`, which B is to differ from."""
        self.a.use(request)
        self.b.use(request)
        flat = (" ".join(prompt.split()) for prompt in prompts or (request.prompt,))
        self.prompts.setPlainText("\n".join(dict.fromkeys(flat)))

    def set_models(self, models: Sequence[ModelFacts]) -> None:
        for card in (self.a, self.b):
            card.set_models(models)

    def throw(self) -> None:
        """Other seeds, as many as there are."""
        self.seeds.setText(", ".join(str(secrets.randbelow(DICE)) for _ in self.wanted.seeds or (1, 2)))

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("role", "window")
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(Words(self._atelier, "window_compare.blind.title", "title"))
        about = Words(self._atelier, "window_compare.blind.about", "dim")
        about.setWordWrap(True)
        column.addWidget(about)
        cards = QHBoxLayout()
        cards.setSpacing(APART)
        cards.addWidget(self.a, 1)
        cards.addWidget(self.b, 1)
        column.addLayout(cards)
        column.addWidget(self.table)
        column.addLayout(self._fields())
        foot = QHBoxLayout()
        foot.addWidget(self._count, 1)
        foot.addWidget(self.go)
        column.addLayout(foot)
        column.addStretch()
        self.setWidget(inside)
        self.setFocusProxy(self.prompts)

    def _fields(self) -> QGridLayout:
        field = QFrame()
        field.setProperty("role", "field")
        QVBoxLayout(field).addWidget(self.prompts)
        seeds = QHBoxLayout()
        seeds.setSpacing(NEAR)
        seeds.addWidget(self.seeds, 1)
        seeds.addWidget(self._dice)
        grid = QGridLayout()
        grid.setHorizontalSpacing(APART)
        grid.setVerticalSpacing(NEAR)
        for row, name in enumerate(("prompts", "seeds", "name")):
            words = Words(self._atelier, f"window_compare.blind.{name}", "dim")
            grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(field, 0, 1)
        grid.addLayout(seeds, 1, 1)
        grid.addWidget(self.name, 2, 1)
        return grid

    def _connect(self) -> None:
        for card in (self.a, self.b):
            card.changed.connect(self._changed)
            card.current.connect(lambda card=card: self.current.emit(card))
        self.prompts.textChanged.connect(self._changed)
        self.seeds.textChanged.connect(self._changed)
        self._dice.clicked.connect(self.throw)
        self.go.clicked.connect(lambda: self.begun.emit(self.wanted))

    def _changed(self) -> None:
        wanted, language = self.wanted, self._atelier.language
        found = differences([wanted.a, wanted.b], language)
        self.table.show_differences(found, ("A", "B") if found else ())
        self.name.setPlaceholderText(", ".join(each.name for each in found)[:LONGEST_NAME] or "A / B")
        pairs = len(wanted.prompts) * len(wanted.seeds)
        self._say_count(pairs, differs=bool(found))
        self.go.setEnabled(bool(found) and 0 < pairs <= MOST_PAIRS)

    def _say_count(self, pairs: int, *, differs: bool) -> None:
        if not differs:
            self._count.show_sentence("window_compare.blind.nothing")
        elif pairs > MOST_PAIRS:
            self._count.show_sentence("window_compare.blind.too_many", most=MOST_PAIRS)
        else:
            self._count.show_sentence("window_compare.blind.pairs", number=pairs, pictures=2 * pairs)

    def _say(self) -> None:
        say = self._atelier.language.say
        for name, control in (("prompts", self.prompts), ("seeds", self.seeds), ("name", self.name)):
            control.setAccessibleName(say(f"window_compare.blind.{name}"))
            control.setToolTip(say(f"window_compare.blind.{name}.help"))
        self.prompts.setPlaceholderText(say("window_compare.blind.prompts.help"))
        self._changed()
