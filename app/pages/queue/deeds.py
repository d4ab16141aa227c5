"""What an artist does to jobs, in the engine's thread; each deed gives its way back, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from app.pages.queue.rows import WAITING
from core.engine import Engine

Back = Callable[[Engine], object]


def move(engine: Engine, jobs: Sequence[str], before: str | None) -> None:
    """The waiting ones among `jobs`, in their order, come just before `before`, or last."""
    for job in jobs:
        if job != before:
            engine.move(job, before)


def step(engine: Engine, jobs: Sequence[str], later: bool) -> None:
    """All of `jobs` one place up or down, together."""
    order = _waiting(engine)
    moved = set(jobs)
    places = [place for place, job in enumerate(order) if job in moved]
    if not places:
        return
    moving = [order[place] for place in places]
    if later:
        after = max(places) + 2
        move(engine, moving, order[after] if after < len(order) else None)
    elif min(places) > 0:
        move(engine, moving, order[min(places) - 1])


def to_front(engine: Engine, jobs: Sequence[str]) -> None:
    """In their order before all others."""
    for job in reversed(jobs):
        engine.to_front(job)


def take_out(engine: Engine, jobs: Sequence[str]) -> Back | None:
    """Cancel them. Going back, those that waited wait again where they did; what ran is over."""
    followers = _followers(_waiting(engine), set(jobs))
    for job in jobs:
        engine.cancel(job)

    def back(engine: Engine) -> None:
        for job, follower in followers.items():
            engine.retry(job)
            engine.move(job, follower)

    return back if followers else None


def retry(engine: Engine, jobs: Sequence[str]) -> None:
    for job in jobs:
        engine.retry(job)


def clear(engine: Engine) -> Back:
    token = engine.clear()
    return lambda engine: engine.undo_clear(token)


def set_paused(engine: Engine, paused: bool) -> None:
    if paused:
        engine.pause()
    else:
        engine.resume()


def _waiting(engine: Engine) -> list[str]:
    return [job.id for job in engine.queue.glances() if job.state == WAITING]


def _followers(order: Sequence[str], gone: Collection[str]) -> dict[str, str | None]:
    """For each of the waiting ones that go, from the last on, the next one that stays."""
    found: dict[str, str | None] = {}
    stays: str | None = None
    for job in reversed(order):
        if job in gone:
            found[job] = stays
        else:
            stays = job
    return dict(reversed(found.items()))
