"""What may be another when a picture is refined again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is to be different; None leaves it as it was."""

    refiner: str | None = None
    handoff: float | None = None
    steps: int | None = None
    aesthetic: float | None = None
