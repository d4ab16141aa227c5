"""Rows that want a card: whole pictures beside diffusers, memory under caps, hand-over, and what moves twice.

All of it runs on a processor too, where its figures mean nothing: so it is tested before there is a card.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final

import torch

from core import events
from core.checkpoint.describe import describe
from core.memory.flops import decoder_flops, unet_flops
from core.pipeline.networks import Networks
from core.plan import Plan
from core.residency import STREAMED, UNET
from tests.tools.scoreboard.bench import Bench, turns
from tests.tools.scoreboard.passes import GIGA, gemm_rate, matrix_product, one_pass, pass_flops
from tests.tools.scoreboard.row import Figures
from tests.tools.scoreboard.stories import Told, plan_for, told

BATCH: Final = 8
GIGABYTE: Final = 1 << 30
CONTEXT: Final = 512 << 20
"""What a card's driver takes beside what torch reserves, about."""


def pictures_against_diffusers(bench: Bench) -> Figures:
    ours = _second_picture(bench).seconds
    theirs = _their_picture(bench)
    (beside,) = turns(bench, [theirs])
    return Figures(1 / ours, 1 / beside, "pictures/s", f"{bench.scale.steps} steps, {bench.scale.picture}²")


def _their_picture(bench: Bench) -> Callable[[], object]:
    """Their pipeline as it comes, moved to the device, decoding included."""
    from diffusers import EulerDiscreteScheduler

    from tests.pipeline.oracle import base_oracle
    from tests.pipeline.oracle import told as words
    from tests.tools.engines import EULER

    request = bench.request()
    pipeline = base_oracle(describe(bench.model("base")), EulerDiscreteScheduler(**EULER), bench.dtype)
    pipeline = pipeline.to(bench.device)
    size = {"width": bench.scale.picture, "height": bench.scale.picture}
    return lambda: pipeline(**{**words(request), "output_type": "pt"}, **size)


def _second_picture(bench: Bench, refines: bool = False) -> Told:
    """A picture for which everything is in place."""
    plan, networks = plan_for(bench, bench.request(refines)), Networks()
    told(plan, networks)
    return told(plan, networks)


def mfu_of_a_picture(bench: Bench) -> Figures:
    """Operations of all steps and of decoding, by the second, beside plain matrix products."""
    (product,) = turns(bench, [matrix_product(bench)])
    base, cells = bench.scale.base, bench.scale.picture // 8
    work = 2 * bench.scale.steps * unet_flops(base.unet, cells, cells) + decoder_flops(base.vae, cells, cells)
    ours = _second_picture(bench).seconds
    return Figures(work / ours / GIGA, gemm_rate(bench, product), "GFLOP/s", f"{bench.scale.steps} steps and decoding")


def mfu_batched(bench: Bench) -> Figures:
    ours, product = turns(bench, [one_pass(bench, BATCH), matrix_product(bench)])
    return Figures(pass_flops(bench, BATCH) / ours / GIGA, gemm_rate(bench, product), "GFLOP/s", f"{BATCH} sides")


def unet_peak(bench: Bench) -> Figures:
    """Most that is reserved in a pass, beside the weights."""
    weights = sum(it.nbytes for it in bench.unet.state_dict().values())
    go = one_pass(bench)
    clear_peak(bench)
    go()
    return Figures(peak(bench) / GIGA, weights / GIGA, "GB", f"{bench.scale.side}², both sides")


def job_peak(bench: Bench) -> Figures:
    plan = plan_for(bench, bench.request())
    networks = Networks()
    clear_peak(bench)
    told(plan, networks)
    kept = sum(one.weight_bytes for one in plan.residency.lodgings)
    return Figures(peak(bench) / GIGA, kept / GIGA, "GB", "all of a picture, decoding included")


def under_cap(gigabytes: int) -> Callable[[Bench], Figures]:
    """Seconds of a step under a cap, beside those without; most that was reserved. The bits must be the same."""

    def measure(bench: Bench) -> Figures:
        limit = gigabytes * GIGABYTE
        free = _second_picture(bench)
        plan = plan_for(bench, bench.request(), limit)
        with Capped(bench, limit):
            networks = Networks()
            told(plan, networks)
            clear_peak(bench)
            under = told(plan, networks)
            reserved = peak(bench)
        networks.release()
        same = (under.kept.latents["final"] == free.kept.latents["final"]).all()
        note = f"reserved {reserved / GIGA:.2f} GB, {'within' if reserved + CONTEXT <= limit else 'OVER'} the cap"
        allowed = _allowed(bench, plan, free.step)
        note += f"; bits {'the same' if same else 'DIFFER'}; allowed ≤ {allowed:.2f}"
        return Figures(under.step, free.step, "s/step", note, under.step / free.step / allowed)

    return measure


def _allowed(bench: Bench, plan: Plan, step: float) -> float:
    """1.25 × what the copies alone would take, or 1.25 where computing hides them."""
    lodging = plan.residency.lodging("base", UNET)
    if lodging is None or lodging.place != STREAMED:
        return 1.25
    moving = lodging.weight_bytes - lodging.resident_bytes
    return 1.25 * max(1.0, moving / bandwidth(bench) / step)


def bandwidth(bench: Bench) -> float:
    """Bytes a second from pinned memory to the device."""
    source = torch.empty(256 << 20, dtype=torch.uint8, pin_memory=bench.device.type == "cuda")
    target = torch.empty_like(source, device=bench.device)
    (seconds,) = turns(bench, [lambda: target.copy_(source, non_blocking=True)])
    return source.nbytes / max(seconds, 1e-9)


def handover_gap(bench: Bench) -> Figures:
    """From the end of the last base step to the end of the first refiner step, less that step, beside a step."""
    run = _second_picture(bench, refines=True)
    steps = [(second, event) for second, event in run.happened if isinstance(event, events.Stepped)]
    first = next(index for index, (_, event) in enumerate(steps) if event.stage == events.REFINER)
    later = [event.seconds for _, event in steps[first + 1 :]]
    step = min(later) if later else steps[first][1].seconds
    gap = max(0.0, steps[first][0] - steps[first - 1][0] - step)
    return Figures(gap, step, "s", "both resident")


def second_picture_moves(bench: Bench) -> Figures:
    """Bytes of device memory that come for the second picture: none where all fits."""
    plan, networks = plan_for(bench, bench.request(refines=True)), Networks()
    told(plan, networks)
    before = {name: it.data_ptr() for name, it in _weights(networks)}
    told(plan, networks)
    moved = sum(it.nbytes for name, it in _weights(networks) if before.get(name) != it.data_ptr())
    return Figures(moved, sum(it.nbytes for _, it in _weights(networks)), "bytes", "weights at another place")


def _weights(networks: Networks):
    for key, held in networks.held.items():
        for part, one in held.items():
            for name, weight in one.network.named_parameters():
                yield (str(key), part, name), weight


def clear_peak(bench: Bench) -> None:
    gc.collect()
    if bench.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(bench.device)


def peak(bench: Bench) -> float:
    """Bytes reserved at most since it was cleared; on a processor nothing is."""
    return torch.cuda.max_memory_reserved(bench.device) if bench.device.type == "cuda" else 0.0


class Capped:
    """No more than so many bytes of the card, less what its driver takes, for as long as it lasts."""

    def __init__(self, bench: Bench, limit: int) -> None:
        self._bench, self._limit = bench, limit

    def __enter__(self) -> None:
        self._set(self._limit - CONTEXT)

    def __exit__(self, *error: object) -> None:
        self._set(None)

    def _set(self, limit: int | None) -> None:
        if self._bench.device.type == "cuda":
            torch.cuda.empty_cache()
            total = torch.cuda.get_device_properties(self._bench.device).total_memory
            torch.cuda.set_per_process_memory_fraction(1.0 if limit is None else limit / total, self._bench.device)
