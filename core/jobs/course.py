"""One run on its way: where it stands in its outline, what its own steps took, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Final

from core import events
from core.events import Event
from core.jobs.outline import Act, Outline
from core.jobs.timings import Kind, Timings
from core.progress import Progress

Clock = Callable[[], float]

TRUST: Final = 2.0
"""Steps of this run that weigh as much as what earlier runs have taught."""

RECENT: Final = 20
"""Steps of this run that its pace is taken from: another program may slow it down for a while."""

OVERDUE: Final = 0.1
"""What takes longer than expected is expected to take this share of its time so far."""

IN_STEPS: Final = {
    events.LOAD: 5.0,
    events.ENCODE: 0.5,
    events.BASE: 1.0,
    events.REFINER: 1.0,
    events.DECODE: 2.0,
    events.SAVE: 0.2,
}
"""What has never been done, guessed from the time of a step. Encoding that reads a network takes as long as loading."""


@dataclass
class Course:
    """One run on its way through the acts of its outline."""

    outline: Outline
    timings: Timings
    clock: Clock
    done: Collection[int]
    job: str = ""
    place: int = 0
    """Of the act that goes on now, or comes next if it is not `entered`."""
    entered: bool = False
    measured: dict[Kind, list[float]] = field(default_factory=dict)
    """Seconds of the steps of this run."""
    steps: int = 0
    """Done in this act."""
    number: int = 0
    """Of the last step, over both networks."""
    share: float = 0.0
    ended: bool = False

    def __post_init__(self) -> None:
        self.acts = self.outline.acts(self.done)
        self.started = self.act_started = self.marked = self.clock()

    def follow(self, event: Event) -> None:
        self.job = event.job
        if isinstance(event, events.StageStarted):
            self._enter(event.stage)
        if isinstance(event, events.Stepped):
            self._step(event)
        if isinstance(event, events.Saved):
            self._leave()
        if isinstance(event, events.Finished):
            self.place, self.ended, self.share = len(self.acts), True, 1.0

    def progress(self) -> Progress:
        left = 0.0 if self.ended else self.seconds_left()
        if left is not None:
            passed = self.clock() - self.started
            self.share = max(self.share, passed / (passed + left) if passed > 0 and not self.ended else self.share)
        return Progress(
            job=self.job,
            stage=self.act.stage if self.act else events.SAVE,
            index=self.act.index if self.act else len(self.outline.plan.seeds) - 1,
            count=len(self.outline.plan.seeds),
            share=None if left is None else self.share,
            stage_seconds_left=0.0 if self.ended or self.act is None else self._left_in(self.act),
            job_seconds_left=left,
        )

    @property
    def act(self) -> Act | None:
        """None once all is done but to say so."""
        return self.acts[self.place] if self.place < len(self.acts) else None

    def seconds_left(self) -> float | None:
        """None as long as anything is in the way that nobody can know."""
        if self.act is None:
            return 0.0
        parts = [self._left_in(self.act), *(self._expected(act) for act in self.acts[self.place + 1 :])]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def stages(self) -> dict[str, float]:
        """Seconds for each stage of all acts, in their order; empty as long as some are not known."""
        found: dict[str, float] = {}
        for act in self.acts:
            seconds = self._expected(act)
            if seconds is None:
                return {}
            found[act.stage] = found.get(act.stage, 0.0) + seconds
        return found

    def _enter(self, stage: str) -> None:
        """On to the next act of this stage; those between are not needed. A stage told twice goes on."""
        later = (place for place in range(self.place, len(self.acts)) if self.acts[place].stage == stage)
        place = next(later, None)
        if place is None:
            return
        if place != self.place:
            self._leave(place)
        self.entered = True

    def _leave(self, place: int | None = None) -> None:
        """The act ends here; the one at `place` comes next, or the one behind."""
        self._learn()
        self.place, self.steps, self.entered = self.place + 1 if place is None else place, 0, False
        self.act_started = self.marked = self.clock()

    def _step(self, event: events.Stepped) -> None:
        now = self.clock()
        if event.step <= self.number and self.steps and self._is_next(event.stage):
            marked = self.marked
            self._leave()
            self.marked, self.entered = marked, True
        if self.act is None:
            return
        self.number = event.step
        self.measured.setdefault(self.act.kind, []).append(now - self.marked)
        self.steps, self.marked = self.steps + 1, now

    def _is_next(self, stage: str) -> bool:
        """Whether the same network has another picture's share to do, which is not told of."""
        return self.place + 1 < len(self.acts) and self.acts[self.place + 1].stage == stage

    def _learn(self) -> None:
        if self.act is None:
            return
        if self.entered and not self.act.steps:
            self.timings.learn(self.act.kind, self.act.work, self.clock() - self.act_started)
        if self.steps:
            taken = self.measured[self.act.kind][-self.steps :]
            self.timings.learn(self.act.kind, self.act.work, _typical(self.act, taken))

    def _left_in(self, act: Act) -> float | None:
        expected = self._expected(act)
        if expected is None:
            return None
        if not act.steps:
            return _residual(expected, self.clock() - self.act_started)
        remaining = act.steps - self.steps
        if remaining <= 0:
            return 0.0
        step = expected / act.steps
        return _residual(step, self.clock() - self.marked) + step * (remaining - 1)

    def _expected(self, act: Act) -> float | None:
        """Seconds for all of an act."""
        one = self._expected_step(act) if act.steps else self.timings.seconds(act.kind, act.work)
        if one is None:
            step = self._any_step()
            one = None if step is None else step * IN_STEPS[events.LOAD if act.kind.cold else act.stage]
        return None if one is None else one * max(1, act.steps)

    def _expected_step(self, act: Act) -> float | None:
        learned, own = self.timings.seconds(act.kind, act.work), self.measured.get(act.kind)
        if own is None:
            return learned
        known = _typical(act, own[-RECENT:])
        return known if learned is None else (TRUST * learned + len(own) * known) / (TRUST + len(own))

    def _any_step(self) -> float | None:
        known = (self._expected_step(act) for act in self.acts if act.steps)
        return next((seconds for seconds in known if seconds is not None), None)


def _residual(expected: float, passed: float) -> float:
    return max(expected - passed, OVERDUE * passed)


def _typical(act: Act, seconds: Sequence[float]) -> float:
    """Of a step: one that was slow by accident does not count, unless steps differ by nature."""
    return median(seconds) if act.even else fmean(seconds)
