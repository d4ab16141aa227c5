"""What passes of one network over one prompt may take over from each other: exactly, and, if asked to, nearly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor, nn

KeysAndValues = tuple[Tensor, Tensor]


def go_on() -> None:
    """Nobody wants the pass to stop."""


@dataclass(eq=False)
class Course:
    """A prompt [B, 77·n, D] for as many passes as want it, as long as the network's weights and patches stay.

    What attention makes of the prompt is the same in each of them, so it is made once, if it is to be kept. The rest is
    lossy: `merged` is the share of cells that the finest attention leaves out, and `deep` what the levels below the
    finest made of an earlier pass, which `reuse` lets stand for this one.
    """

    context: Tensor
    check: Callable[[], None] = go_on
    """Called before every block; a pass may be stopped by raising from it."""
    keeps: bool = True
    merged: float = 0.0
    keeps_deep: bool = False
    reuse: bool = False
    deep: Tensor | None = None
    _made: dict[nn.Module, KeysAndValues] = field(default_factory=dict, repr=False)

    def once(self, attention: nn.Module, make: Callable[[Tensor], KeysAndValues]) -> KeysAndValues:
        """What `attention` makes of the prompt."""
        if attention in self._made:
            return self._made[attention]
        made = make(self.context)
        if self.keeps:
            self._made[attention] = made
        return made


def course_of(context: Tensor | Course) -> Course:
    """A context by itself is that of a single pass."""
    return context if isinstance(context, Course) else Course(context, keeps=False)
