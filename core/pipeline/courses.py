"""What the passes of one stage over one prompt take over from each other, for each way in which sides go together."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from core.models.course import Course
from core.models.unet import UNet
from core.pipeline.cancel import Check
from core.plan import Plan, Stage


@dataclass
class Courses:
    """Of one stage of one picture. All of it can be made again, so all of it goes when network or plan change.

    With a step cache, whether a pass reuses what an earlier one made is decided by the noise level alone: passes of as
    many steps as the request says share what the first of them made of the deeper levels.
    """

    stage: Stage
    check: Check
    _made: dict[tuple[int, int], Course] = field(default_factory=dict)
    _shared_by: dict[tuple[int, int], int] = field(default_factory=dict)
    """Which group of steps the deep features of a course are of."""
    _of: tuple[UNet, Plan] | None = None

    def course(self, unet: UNet, plan: Plan, context: Tensor, sides: slice, time: float) -> Course:
        """For a pass of `sides` of the stage's prompts, of which `context` is what the network reads, at `time`."""
        if self._of is None or self._of[0] is not unet or self._of[1] is not plan:
            self._made.clear()
            self._shared_by.clear()
            self._of = unet, plan
        key, every = (sides.start, sides.stop), plan.request.step_cache
        course = self._made.setdefault(key, Course(context, self.check, merged=plan.request.merge_tokens))
        group = self._step(time) // every
        course.keeps_deep = every > 1
        course.reuse = every > 1 and self._shared_by.get(key) == group
        self._shared_by[key] = group
        return course

    def _step(self, time: float) -> int:
        """The step that a pass at `time` belongs to, which may lie between two of the schedule."""
        return max(0, sum(told >= time for told in self.stage.timesteps) - 1)
