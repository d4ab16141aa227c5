"""The steps of one picture through one stage, also where memory runs out between two evaluations of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.plan import Plan
from core.sampling.step import Step


@dataclass
class Walk:
    """A sampler whose step can be tried again. One that fails is spent; another, which draws the same noise, then goes
    the same way, and its steps up to there are nobody's news."""

    begin: Callable[[Plan], Iterator[Step]]
    _steps: Iterator[Step] | None = field(default=None, init=False)
    _taken: int = field(default=0, init=False)

    def step(self, plan: Plan) -> Step | None:
        """The next one; None after the last."""
        steps, self._steps = self._steps or self._caught_up(plan), None
        step = next(steps, None)
        self._steps, self._taken = steps, self._taken + 1
        return step

    def _caught_up(self, plan: Plan) -> Iterator[Step]:
        steps = self.begin(plan)
        for _ in range(self._taken):
            next(steps)
        return steps
