"""Task: what a backend is asked to carry out."""

from __future__ import annotations

from dataclasses import dataclass

from core.plan import Plan


@dataclass(frozen=True)
class Task:
    """The pictures of `plan` for `job`, but for those whose indices are `done`. With `resume`, what an earlier attempt
    kept is gone on from. `parent` names the picture that these are refined or varied from. Without `previews`, nobody
    looks while the pictures come."""

    plan: Plan
    job: str
    parent: str | None = None
    done: tuple[int, ...] = ()
    resume: bool = False
    previews: bool = True
