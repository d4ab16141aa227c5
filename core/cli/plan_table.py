"""A plan as people read it: what each stage of a picture takes, moves and lasts, and where the weights live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from core import events
from core.cli.reporter import Sentences
from core.machine import GIGABYTE
from core.plan import BASE, REFINER, Plan
from core.residency import TOWERS, UNET, VAE, Lodging, Peak

COLUMNS: Final = ("stage", "weights", "device", "host", "moved", "seconds")
NONE: Final = "–"

ACTIVE: Final[Mapping[str, str]] = {
    events.LOAD: TOWERS,
    events.SWAP: TOWERS,
    events.ENCODE: TOWERS,
    events.BASE: UNET,
    events.REFINER: UNET,
    events.DECODE: VAE,
}


def timed(plan: Plan, seconds: Mapping[str, float]) -> Plan:
    """The plan with the seconds that each of its stages is known to take. One that comes twice has half each time."""
    counts = {peak.stage: sum(one.stage == peak.stage for one in plan.residency.peaks) for peak in plan.residency.peaks}
    peaks = tuple(
        replace(peak, seconds=seconds[peak.stage] / counts[peak.stage]) if peak.stage in seconds else peak
        for peak in plan.residency.peaks
    )
    return replace(plan, residency=replace(plan.residency, peaks=peaks))


def table(plan: Plan, sentences: Sentences) -> str:
    """One line to a stage, below a line that names the columns."""
    rows = [[sentences.say(f"cli.plan_column.{name}") for name in COLUMNS], *_rows(plan, sentences)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    cells = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _rows(plan: Plan, sentences: Sentences) -> Iterator[list[str]]:
    role = BASE
    for peak in plan.residency.peaks:
        role = REFINER if peak.stage == events.SWAP else BASE if peak.stage == events.DECODE else role
        lodging = plan.residency.lodging(role, ACTIVE[peak.stage])
        yield [
            f"{peak.stage} ({role})" if peak.stage == events.ENCODE else peak.stage,
            NONE if lodging is None else _weights(lodging, sentences),
            *_numbers(peak),
        ]


def _weights(lodging: Lodging, sentences: Sentences) -> str:
    return sentences.say(
        f"cli.plan_{lodging.place}",
        device=lodging.device,
        weights=_gigabytes(lodging.weight_bytes),
        resident=_gigabytes(lodging.resident_bytes),
    )


def _numbers(peak: Peak) -> list[str]:
    sizes = [_gigabytes(size) for size in (peak.device_bytes, peak.host_bytes, peak.moved_bytes)]
    return [*sizes, NONE if peak.seconds is None else f"{peak.seconds:.1f}"]


def _gigabytes(size: int) -> str:
    return f"{size / GIGABYTE:.2f}"
