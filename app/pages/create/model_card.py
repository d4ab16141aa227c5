"""ModelCard: which model lays the picture down, which refines it, and where one hands over to the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.pages.create.models import STARTER, ModelFacts
from app.widgets.buttons import TextButton
from app.widgets.hand_over import HandOver
from app.widgets.words import ElidedLabel
from core.request import AUTO

Choose = Callable[[str], None]


class ModelCard(QFrame):
    changed = Signal()
    model_changed = Signal(object)
    """ModelFacts"""
    refiner_missing = Signal()
    """A refiner was asked for where there is none."""

    def __init__(self, atelier: Atelier, name: str = "model") -> None:
        super().__init__()
        self._atelier = atelier
        self._models: Sequence[ModelFacts] = (STARTER,)
        self._name, self._refiner = STARTER.name, AUTO
        self._lacks = False
        """Whether there is no refiner only because the model has none of its own."""
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._title = ElidedLabel("strong")
        self._change = TextButton(atelier, f"{name}.change", "window_create.model.change", icon="chevron-down")
        self._change.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.hand_over = HandOver(atelier)
        self._lay_out()
        self._change.clicked.connect(self._open)
        self.hand_over.handoff_changed.connect(self.changed)
        self.hand_over.refiner_toggled.connect(self._toggled)
        atelier.language.follow(self._say)

    @property
    def facts(self) -> ModelFacts:
        """Of the chosen model, or as much as can be guessed of one that is not there."""
        known = {model.name: model for model in self._models}
        return known.get(self._name) or ModelFacts(name=self._name, title=self._name)

    @property
    def models(self) -> list[ModelFacts]:
        """All there are to choose from."""
        return list(self._models)

    @property
    def checkpoint(self) -> str:
        return self._name

    @property
    def refiner(self) -> str | None:
        return self._refiner if self.hand_over.refined else None

    def set_models(self, models: Sequence[ModelFacts]) -> None:
        self._models = tuple(models) or (STARTER,)
        self.set_checkpoint(self._name)

    def set_checkpoint(self, name: str) -> None:
        self._name = name
        self.model_changed.emit(self.facts)
        if self.hand_over.refined or self._lacks:
            self._lacks = self._resolved() is None
            self._set_refined(not self._lacks)
        self._say()
        self.changed.emit()

    def set_refiner(self, name: str | None) -> None:
        """A name, "auto" for the one that belongs to the model, None for none."""
        self._refiner = name or AUTO
        self._lacks = name is not None and self._resolved() is None
        self._set_refined(name is not None and not self._lacks)
        self._say()
        self.changed.emit()

    def menu(self) -> QMenu:
        """All models, then who refines."""
        menu = QMenu(self)
        self._offer(menu, [(each.title, each.name) for each in self._models], self._name, self.set_checkpoint)
        refiners = [(each.title, each.name) for each in self._models if each.is_refiner]
        if refiners:
            own = (self._atelier.language.say("window_create.refiner.auto"), AUTO)
            menu.addSection(self._atelier.language.say("window_create.refiner.section"))
            self._offer(menu, [own, *refiners], self._refiner, self.set_refiner)
        return menu

    def _offer(self, menu: QMenu, choices: list[tuple[str, str]], chosen: str, choose: Choose) -> None:
        group = QActionGroup(menu)
        for words, name in choices:
            action = menu.addAction(words.replace("&", "&&"), partial(choose, name))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)

    def _resolved(self) -> str | None:
        return self.facts.companion if self._refiner == AUTO else self._refiner

    def _set_refined(self, on: bool) -> None:
        """As the model has it; the artist did not ask for it."""
        self.hand_over.blockSignals(True)
        self.hand_over.set_refined(on)
        self.hand_over.blockSignals(False)

    def _toggled(self, on: bool) -> None:
        self._lacks = False
        if on and self._resolved() is None:
            first = next((model.name for model in self._models if model.is_refiner), None)
            if first is None:
                self._set_refined(False)
                self.refiner_missing.emit()
                return
            self._refiner = first
        self._say()
        self.changed.emit()

    def _open(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._change.mapToGlobal(self._change.rect().bottomLeft()))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._change)
        column = QVBoxLayout(self)
        column.setContentsMargins(APART, NEAR, APART, NEAR)
        column.setSpacing(NEAR)
        column.addLayout(head)
        column.addWidget(self.hand_over)

    def _say(self) -> None:
        self._title.setText(self.facts.title)
        words = self._atelier.language.say("window_create.model.now", name=self.facts.title)
        self._change.setAccessibleName(words)
