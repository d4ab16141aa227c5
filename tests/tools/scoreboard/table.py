"""The scoreboard for people and for programs."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import torch

from tests.tools.scoreboard.row import Score

COLUMNS = ("row", "definition", "ours", "beside", "ratio", "goal", "verdict", "others", "note")


def markdown(scores: Sequence[Score]) -> str:
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *(_line(score) for score in scores)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(score: Score) -> list[str]:
    row, figures = score.row, score.figures
    told = ["", "", "", ""]
    if figures is not None:
        unit = f" {figures.unit}"
        told = [_number(figures.ours) + unit, _number(figures.beside) + unit, _number(figures.value), figures.note]
    return [row.name, row.meaning, *told[:3], str(row.goal or ""), score.verdict, row.anchor, told[3]]


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else str(value)


def plain(scores: Sequence[Score]) -> dict[str, Any]:
    """All of it, with when and on what it was measured."""
    return {"conditions": conditions(), "rows": [_plain(score) for score in scores]}


def _plain(score: Score) -> dict[str, Any]:
    figures = score.figures
    measured = {} if figures is None else {**vars(figures), "ratio": figures.value}
    goal = "" if score.row.goal is None else str(score.row.goal)
    told = {"row": score.row.name, "definition": score.row.meaning, "goal": goal, "others": score.row.anchor}
    return {**told, "verdict": score.verdict, **measured}


def conditions() -> dict[str, Any]:
    """When, on what, and how crowded the machine was: a load above the number of cores makes clocks lie."""
    card = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    crowd = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "date": datetime.now().astimezone().isoformat(timespec="minutes"),
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}",
        "threads": torch.get_num_threads(),
        "card": card,
        "torch": torch.__version__,
        "load": crowd,
    }
