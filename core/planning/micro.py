"""Micro-conditioning as the numbers a network takes: heights before widths, top before left (paper, section 2.2)."""

from __future__ import annotations

from core.request import MicroConditioning, Size


def numbers(wanted: MicroConditioning, size: Size, scored: bool) -> tuple[float, ...]:
    """(original height, width, crop top, left), then target height and width, or the aesthetic score where `scored`.

    What was not asked for is the picture's own `size` (width, height).
    """
    original, target = wanted.original_size or size, wanted.target_size or size
    told = (original[1], original[0], *wanted.crop)
    last = (wanted.aesthetic,) if scored else (target[1], target[0])
    return tuple(float(number) for number in (*told, *last))
