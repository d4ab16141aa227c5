"""A line of the scoreboard: a ratio of two figures of one run, its goal, and what is known of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.tools.scoreboard.bench import Bench

PROCESSOR: Final = "processor"
CARD: Final = "card"
NO_CARD: Final = "empty: no card"


@dataclass(frozen=True)
class Goal:
    """`least` ≤ ratio ≤ `most`."""

    least: float = 0.0
    most: float = float("inf")

    def __str__(self) -> str:
        told = [f"≥ {self.least:g}"] if self.least else []
        return ", ".join(told + ([f"≤ {self.most:g}"] if self.most < float("inf") else []))

    def met(self, ratio: float) -> bool:
        return self.least <= ratio <= self.most


@dataclass(frozen=True)
class Figures:
    """What was measured: ours, what stands beside it, and what is worth saying of it. `unit` is that of both."""

    ours: float
    beside: float
    unit: str
    note: str = ""
    ratio: float | None = None
    """Where it is not the one by the other."""

    @property
    def value(self) -> float:
        if self.ratio is not None:
            return self.ratio
        return self.ours / self.beside if self.beside else float("nan")


@dataclass(frozen=True)
class Row:
    name: str
    meaning: str
    goal: Goal | None
    anchor: str
    """What others reach, as published or measured."""
    where: str
    """`PROCESSOR` or `CARD`."""
    measure: Callable[[Bench], Figures]


@dataclass(frozen=True)
class Score:
    row: Row
    figures: Figures | None
    """None: not measured."""
    trouble: str = ""

    @property
    def verdict(self) -> str:
        if self.figures is None:
            return self.trouble or NO_CARD
        if self.row.goal is None:
            return "no goal"
        return "met" if self.row.goal.met(self.figures.value) else "missed"
