"""Stopping a run between any two evaluations of a network."""

from __future__ import annotations

from collections.abc import Callable


class CancelledError(Exception):
    """Raised inside a run that has been asked to stop; `run` turns it into the event."""


Check = Callable[[], None]
"""Called between evaluations; raises CancelledError when the run should stop."""


def check_for(cancelled: Callable[[], bool]) -> Check:
    def check() -> None:
        if cancelled():
            raise CancelledError

    return check
