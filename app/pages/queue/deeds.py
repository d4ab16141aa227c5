"""What an artist does to jobs, in the engine's thread; each deed gives its way back, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.engine import Engine

Back = Callable[[Engine], object]


def move(engine: Engine, jobs: Sequence[str], before: str | None) -> None:
    """The waiting ones among `jobs`, in their order, come just before `before`, or last."""
    for job in jobs:
        if job != before:
            engine.move(job, before)


def step(engine: Engine, jobs: Sequence[str], later: bool) -> None:
    """All of `jobs` one place up or down, together."""
    order = [job.id for job in engine.queue.waiting()]
    places = [order.index(job) for job in jobs if job in order]
    if not places:
        return
    moving = [order[place] for place in sorted(places)]
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
    order = [job.id for job in engine.queue.waiting()]
    followers = {job: _follower(order, job, jobs) for job in jobs if job in order}
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


def _follower(order: Sequence[str], job: str, gone: Sequence[str]) -> str | None:
    """The next one that stays."""
    return next((each for each in order[order.index(job) + 1 :] if each not in gone), None)
