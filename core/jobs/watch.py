"""When a worker has been silent for too long. Arithmetic on times that others take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds. Computing holds the interpreter for moments only, but loading libraries from a slow disk may hold it
    for many; a step of a large picture takes minutes on a processor."""

    beat: float = 60.0
    """Without any sign of life."""
    event: float = 3600.0
    """Without anything happening in a task, getting ready for it included."""
    cancel: float = 60.0
    """Until a task that was cancelled has ended."""
    close: float = 15.0
    """Until the process has left."""

    @property
    def look(self) -> float:
        """How often to look."""
        return min(0.5, self.beat / 4)


class Watch:
    """Watches a worker through one task; all times are of one clock that never goes back."""

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self._looked = self._happened = self._awake_since = now

    def happened(self, now: float) -> None:
        """There was an event."""
        self._happened = now

    def overdue(self, now: float, heard: float, cancelled: float | None) -> float | None:
        """The seconds that were too long; None while all is well. `heard` is the time of the last sign of life.

        Where this look comes late itself, the machine was asleep or everything was stopped; the worker was too, so it
        is given its time anew.
        """
        if now - self._looked > self._patience.look + self._patience.beat / 4:
            self._awake_since = now
        self._looked = now
        limits = (
            (heard, self._patience.beat),
            (self._happened, self._patience.event),
            (cancelled, self._patience.cancel),
        )
        for since, limit in limits:
            if since is not None and now - max(since, self._awake_since) > limit:
                return limit
        return None
