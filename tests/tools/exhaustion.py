"""Memory that runs out at every operation of a run: `python -m tests.tools.exhaustion [--stride N] [--stage S]`.

On small models, one allocation after the other fails: once, or with all that follow until the plan has been lowered
two or three times. Each job has to finish on a lower plan, say so, and end with the bits of a run that nothing
disturbed (but where a rung is not exact: guidance in two passes, decoding in tiles); the next job on the same networks
has to run as planned, and to leave as many bytes behind as without all this. Prints a table, and for everything that
goes wrong the point, which `--point` plays again.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from core import events
from core.paths import Home
from core.pipeline.ladder import NOTE_SPLIT, NOTE_TILED
from core.pipeline.networks import Networks
from core.plan import Plan
from tests.pipeline.scarcity import ONCE, Outcome, Point, allocations, point, run_with, same_latents
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import write_base, write_refiner

RUNGS: Final = {
    **dict.fromkeys((events.LOAD, events.ENCODE, events.SWAP), (ONCE, 2)),
    **dict.fromkeys((events.BASE, events.REFINER, events.DECODE), (ONCE, 2, 3)),
    events.SAVE: (ONCE,),
}
"""For how many rungs memory stays short, by stage: never for more than there are."""

GAIN: Final = 1 << 20
"""Bytes that may stay behind."""


@dataclass(frozen=True)
class Verdict:
    """What went wrong at a point, in a few words; nothing if all is well."""

    point: Point
    hit: bool
    """Whether an allocation failed at all."""
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """Runs of one plan, compared with one that nothing disturbed."""

    plan: Plan
    undisturbed: Outcome
    bytes: int
    """Of all tensors after it."""

    def try_at(self, at: Point) -> Verdict:
        networks = Networks()
        outcome = run_with(self.plan, networks, at)
        following = run_with(self.plan, networks)
        faults = (*self._faults(outcome), *self._faults_after(following, networks))
        return Verdict(at, bool(outcome.scarce.failed), faults)

    def _faults(self, outcome: Outcome) -> Iterator[str]:
        notes = outcome.notes
        if outcome.ending:
            yield outcome.ending
            return
        if bool(notes) != bool(outcome.scarce.failed):
            yield f"told {notes}, failed {outcome.scarce.failed} times"
        if NOTE_SPLIT not in notes and not same_latents(outcome.shelf, self.undisturbed.shelf):
            yield "other latents"
        off = difference(outcome, self.undisturbed)
        if off > (0 if not {NOTE_SPLIT, NOTE_TILED} & set(notes) else 2):
            yield f"another picture, by up to {off}"

    def _faults_after(self, following: Outcome, networks: Networks) -> Iterator[str]:
        if following.ending or following.notes:
            yield f"then {following.ending or following.notes}"
        elif not same_latents(following.shelf, self.undisturbed.shelf) or difference(following, self.undisturbed):
            yield "then another picture"
        gain = tensor_bytes() - self.bytes
        if abs(gain) > GAIN:
            yield f"then {gain} bytes more"


def sweep(studio: Studio) -> Sweep:
    plan = studio.plan(replace(REQUEST, steps=2, handoff=0.5, width=64, height=64))
    run_with(plan, Networks())  # What libraries hold from their first use on is nobody's loss.
    gc.collect()
    gc.freeze()
    networks = Networks()
    undisturbed = run_with(plan, networks)
    assert not undisturbed.ending, undisturbed.ending
    return Sweep(plan, undisturbed, tensor_bytes())


def points(counts: Counter[str], stride: int) -> Iterator[Point]:
    """Every `stride`th allocation of every stage, and its last one."""
    for stage, rungs in RUNGS.items():
        for number in sorted({*range(0, counts[stage], stride), counts[stage] - 1} - {-1}):
            yield from (Point(stage, number, count) for count in rungs)


def tensor_bytes() -> int:
    """Of all tensors that anybody holds, but for those that were there when the sweep began."""
    gc.collect()
    tensors = [
        each
        for each in gc.get_objects()
        if type(each) in (torch.Tensor, torch.nn.Parameter) and each.device.type != "meta"
    ]
    return sum({each.untyped_storage().data_ptr(): each.untyped_storage().nbytes() for each in tensors}.values())


def difference(one: Outcome, other: Outcome) -> int:
    """The largest between two pictures, of 255."""
    if one.shelf.pictures.keys() != other.shelf.pictures.keys():
        return 255
    pairs = [(one.shelf.pictures[seed].astype(int), other.shelf.pictures[seed]) for seed in other.shelf.pictures]
    return max(int(np.abs(here - there).max()) for here, there in pairs)


def studio_in(folder: Path) -> Studio:
    home = Home(folder)
    home.models.mkdir(parents=True, exist_ok=True)
    write_base(home.models / "base.safetensors")
    write_refiner(home.models / "refiner.safetensors")
    return Studio(home)


def show(verdicts: list[Verdict], counts: Counter[str]) -> None:
    print(f"{'stage':8} {'short for':>10} {'allocations':>12} {'points':>7} {'hit':>5} {'well':>5}")
    for stage, rungs in RUNGS.items():
        for count in rungs:
            here = [each for each in verdicts if (each.point.stage, each.point.rungs) == (stage, count)]
            hit, well = sum(each.hit for each in here), sum(each.hit and not each.faults for each in here)
            how = "once" if count == ONCE else f"{count} rungs"
            print(f"{stage:8} {how:>10} {counts[stage]:12} {len(here):7} {hit:5} {well:5}")
    hit = sum(each.hit for each in verdicts)
    well = sum(each.hit and not each.faults for each in verdicts)
    print(f"{well} of {hit} points finished as they should: {100 * well / max(hit, 1):.1f} %")
    for each in verdicts:
        if each.faults:
            print(f"  {each.point}  {'; '.join(each.faults)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stride", type=int, default=40, help="1 for every allocation")
    parser.add_argument("--stage", choices=RUNGS, help="this one alone")
    parser.add_argument("--point", type=point, help="this one alone, as the table writes it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        campaign = sweep(studio_in(Path(folder)))
        counts = allocations(campaign.plan)
        chosen = [options.point] if options.point else list(points(counts, options.stride))
        started = time.monotonic()
        verdicts = [campaign.try_at(at) for at in chosen if options.stage in (None, at.stage)]
        show(verdicts, counts)
        print(f"{len(verdicts)} points, {time.monotonic() - started:.0f} s")
    return int(any(each.faults for each in verdicts))


if __name__ == "__main__":
    sys.exit(main())
