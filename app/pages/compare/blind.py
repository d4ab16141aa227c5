"""BlindPage: two set-ups compared by somebody who does not know which is which, until there are votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from app.atelier import Atelier
from app.background import Background
from app.engine_thread import EngineThread
from app.pages.compare.set_up import SetUp, Wanted
from app.pages.compare.set_up_card import SetUpCard
from app.pages.compare.trial_list import TrialList
from app.pages.compare.verdict import EXPORT, SHOW, USE_A, USE_B, Verdict
from app.pages.compare.voting import Voting
from app.pages.create.models import read_models
from core.engine import Engine, JobChanged, Notice, Opening, PicturesChanged, QueueChanged, Trial, write_table
from core.errors import HangaError
from core.request import Request

READ_AFTER_MS: Final = 150

Shown = tuple[Trial, int]
"""A trial, and how many of its pairs are still being made."""


class BlindPage(QWidget):
    """`left`: back to the pictures; `say`: a sentence by code and data; `use`: a Request whose settings are wanted;
    `search`: pictures with this tag are to be shown. `current` gives the settings of the Create page."""

    left = Signal()
    say = Signal(str, dict)
    use = Signal(object)
    search = Signal(str)

    def __init__(self, atelier: Atelier, thread: EngineThread, current: Callable[[], Request]) -> None:
        super().__init__()
        self._atelier, self._thread, self._current = atelier, thread, current
        self._background = Background(self)
        self._trial: Trial | None = None
        self.setObjectName("blind")
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list, self.set_up = TrialList(atelier), SetUp(atelier)
        self.voting, self.verdict = Voting(atelier, thread), Verdict(atelier)
        self._stack = QStackedWidget()
        for view in (self.set_up, self.voting, self.verdict):
            self._stack.addWidget(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        self._again = QTimer(self, singleShot=True, interval=READ_AFTER_MS)
        self._connect()
        self.setFocusProxy(self._stack)

    @property
    def trial(self) -> Trial | None:
        """The one that is shown; None while a new one is set up."""
        return self._trial

    def begin(self, prompts: Sequence[str] = ()) -> None:
        """Set up a new comparison with the settings of the Create page, and `prompts` if there are some."""
        self._choose("")
        self.set_up.use(self._current(), prompts)

    def opened(self, opening: Opening) -> None:
        self._thread.ask(read_models, self.set_up.set_models)
        self._read_list()

    def hear(self, notice: Notice) -> None:
        """Pictures of a comparison came, or will not come."""
        if isinstance(notice, PicturesChanged | JobChanged | QueueChanged) and self._trial is not None:
            self._again.start()

    def undo(self) -> None:
        """Take the last vote back."""
        if self._trial is not None:
            self._ask(lambda engine, id: engine.trials.take_back(id), self._taken_back)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Models may have come while another page was seen."""
        super().showEvent(event)
        self._thread.ask(read_models, self.set_up.set_models)

    def _connect(self) -> None:
        self.list.chosen.connect(self._choose)
        self.list.left.connect(self.left)
        self.set_up.begun.connect(self._begin)
        self.set_up.current.connect(self._take_current)
        self.voting.voted.connect(self._vote)
        self.voting.taken_back.connect(self.undo)
        self.voting.ended.connect(lambda: self._ask(lambda engine, id: engine.trials.reveal(id), self._revealed))
        self.voting.said.connect(self.say)
        self.verdict.asked.connect(self._do)
        self._again.timeout.connect(self._read_again)

    def _take_current(self, card: SetUpCard) -> None:
        card.use(self._current())

    def _choose(self, id: str) -> None:
        self.list.show_chosen(id)
        if id:
            self._thread.ask(partial(_read, id=id), self._show, self._refused)
        else:
            self._trial = None
            self._stack.setCurrentWidget(self.set_up)
            self.set_up.setFocus()

    def _begin(self, wanted: Wanted) -> None:
        def work(engine: Engine) -> Shown:
            trial = engine.trials.begin(wanted.name, wanted.a, wanted.b, wanted.prompts, wanted.seeds)
            return trial, len(trial.pairs)

        self._thread.ask(work, self._begun, self._refused)

    def _begun(self, shown: Shown) -> None:
        self._show(shown)
        self._read_list()
        self.say.emit("window_compare.blind.begun", {"number": 2 * len(shown[0].pairs)})

    def _show(self, shown: Shown, at: int | None = None) -> None:
        trial, coming = shown
        self._trial = trial
        self.list.show_chosen(trial.id)
        view = self.verdict if trial.revealed else self.voting
        if trial.revealed:
            self.verdict.show_trial(trial)
        else:
            self.voting.show_trial(trial, coming, at)
        if self._stack.currentWidget() is not view:
            self._stack.setCurrentWidget(view)
            view.setFocus()

    def _read_again(self) -> None:
        if self._trial is not None:
            self._thread.ask(partial(_read, id=self._trial.id), self._read)

    def _read(self, shown: Shown) -> None:
        if self._trial is not None and self._trial.id == shown[0].id and not shown[0].revealed:
            self._show(shown)

    def _vote(self, place: int, choice: str) -> None:
        self._ask(lambda engine, id: engine.trials.vote(id, place, choice), lambda answer: self._read_list())

    def _taken_back(self, answer: tuple[int | None, Trial]) -> None:
        place, trial = answer
        if place is not None:
            self._thread.ask(partial(_read, id=trial.id), lambda shown: self._show(shown, place))
            self._read_list()

    def _revealed(self, trial: Trial) -> None:
        self._show((trial, 0))

    def _ask(self, work: Callable[[Engine, str], Any], then: Callable[[Any], object]) -> None:
        """Of the trial that is shown, and show what is next."""
        if self._trial is None:
            return
        id = self._trial.id

        def answered(answer: Any) -> None:
            then(answer)
            self._read_again()

        self._thread.ask(lambda engine: work(engine, id), answered, self._refused)

    def _read_list(self) -> None:
        self._thread.ask(lambda engine: engine.trials.all(), self.list.show_trials)

    def _do(self, what: str) -> None:
        if self._trial is None:
            return
        acts: dict[str, Callable[[], object]] = {
            USE_A: partial(self.use.emit, self._trial.a),
            USE_B: partial(self.use.emit, self._trial.b),
            SHOW: partial(self.search.emit, self._trial.name),
            EXPORT: self._choose_file,
        }
        acts[what]()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self._atelier.language.say("window_compare.blind.export"), "", "CSV (*.csv)")
        dialog.setObjectName("blind.file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self.export(Path(file)))
        dialog.open()

    def export(self, file: Path) -> None:
        """All votes of the trial that is shown, as a table."""
        trial = self._trial
        if trial is not None:
            told = {"name": file.name, "number": len(trial.pairs)}
            self._background.ask(
                lambda: write_table(trial, file),
                lambda _: self.say.emit("window_compare.blind.exported", told),
                self._refused,
            )

    def _refused(self, error: HangaError) -> None:
        self.say.emit(error.code, error.data)


def _read(engine: Engine, id: str) -> Shown:
    trial = engine.trials.trial(id)
    return trial, engine.trials.unfinished(trial)
