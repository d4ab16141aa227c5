"""The two engines that `full_size` compares, each making the same latents in the process that calls it.

Neither decodes: what is compared is the latents, and the networks that are large.
"""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core import events
from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.load import load_unet
from core.conditioning.torchvision_guard import allow_torchvision_without_extension
from core.library.keeper import Keeper
from core.library.models import ModelFolder
from core.memory.machine import this_machine
from core.models.unet import UNet
from core.paths import Home
from core.pipeline.run import run
from core.planning.planner import make_plan
from core.request import Request

Result = dict[str, Any]

DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16}
EULER: Final = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "timestep_spacing": "leading",
    "steps_offset": 1,
}
CPU: Final = torch.device("cpu")


def run_hanga(request: Request, home: Home, out: Path) -> Result:
    """Hanga's pipeline, up to the final latents."""
    _import_libraries()
    plan = make_plan(request, ModelFolder(home), this_machine())
    watch = Watch()
    for event in run(plan, Keeper(home)):
        watch.see(event)
        if isinstance(event, events.LatentKept) and event.kind == "final":
            save_file(load_file(event.path), out)
            return watch.result()
    raise RuntimeError("the run ended without latents")


def run_diffusers(request: Request, base: Path, refiner: Path, out: Path) -> Result:
    """Their two pipelines, one after the other. Our reader fills them: theirs would take memory twice."""
    _import_libraries()
    from diffusers import EulerDiscreteScheduler

    from tests.pipeline.oracle import base_oracle, refiner_oracle, start_noise, told

    dtype, watch = DTYPES[request.dtype], Watch()
    scheduler = EulerDiscreteScheduler(**EULER)
    noise = start_noise(request, scheduler).to(dtype)
    watch.loading()
    pipeline = base_oracle(describe(base), scheduler, dtype)
    handed_over = pipeline(
        **told(request),
        **watch.following(pipeline, events.BASE),
        latents=noise,
        width=request.width,
        height=request.height,
        denoising_end=request.handoff,
    ).images
    del pipeline
    gc.collect()
    watch.loading()
    second = refiner_oracle(describe(refiner), EulerDiscreteScheduler(**EULER), dtype)
    final = second(
        **told(request),
        **watch.following(second, events.REFINER),
        image=handed_over,
        denoising_start=request.handoff,
        aesthetic_score=request.positive.aesthetic,
        negative_aesthetic_score=request.negative_conditioning.aesthetic,
    ).images
    save_file({"handoff": handed_over[0].float().contiguous(), "final": final[0].float().contiguous()}, out)
    return watch.result()


def _import_libraries() -> None:
    """Before any clock runs: both engines use them."""
    allow_torchvision_without_extension()
    import transformers.models.clip.modeling_clip  # noqa: F401


class Watch:
    """Takes the times of a run: seconds of every step, and seconds from loading to the first step of each network."""

    def __init__(self) -> None:
        self._steps: dict[str, list[float]] = {events.BASE: [], events.REFINER: []}
        self._before = 0.0
        self._began: float | None = None
        self._step_began = 0.0

    def loading(self) -> None:
        self._began = time.monotonic()

    def stepping(self) -> None:
        self._step_began = time.monotonic()
        if self._began is not None:
            self._before += self._step_began - self._began
            self._began = None

    def see(self, event: events.Event) -> None:
        if isinstance(event, events.Stepped):
            self._steps[event.stage].append(event.seconds)
        elif isinstance(event, events.StageStarted) and event.stage in (events.LOAD, events.SWAP):
            self.loading()
        elif isinstance(event, events.StageStarted) and event.stage in self._steps:
            self.stepping()

    def following(self, pipeline: Any, stage: str) -> dict[str, Callable[..., dict[str, Any]]]:
        """Follow a pipeline of diffusers, which takes these keywords."""

        def begin(network: nn.Module, given: object) -> None:
            self.stepping()

        def end(pipeline: object, index: int, timestep: Tensor, kept: dict[str, Any]) -> dict[str, Any]:
            self._steps[stage].append(time.monotonic() - self._step_began)
            return kept

        pipeline.unet.register_forward_pre_hook(begin)
        return {"callback_on_step_end": end}

    def result(self) -> Result:
        medians = {f"{stage} s/step": statistics.median(seconds) for stage, seconds in self._steps.items() if seconds}
        return medians | {"before steps s": self._before, "peak GB": peak_bytes() / 1e9}


def peak_bytes() -> int:
    """Most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@torch.inference_mode()
def compare_unets(path: Path, side: int, rounds: int, dtype: torch.dtype) -> Result:
    """Forward passes of our UNet and of theirs in turns, on one copy of the weights (but for the convolutions, which we
    lay out channels last), in `dtype`, with guidance: medians after one round that does not count."""
    _import_libraries()
    from tests.models.twins import channels_last, relative_error, unet_twin

    checkpoint = describe(path)
    ours = load_unet(checkpoint, dtype, CPU)[0]
    theirs = unet_twin(ours)
    one, other = _passes(channels_last(ours), theirs, checkpoint, side)
    seconds: tuple[list[float], list[float]] = [], []
    results: list[Tensor] = []
    for _ in range(rounds + 1):
        results = [_timed(forward, times) for forward, times in zip((one, other), seconds, strict=True)]
    ours_median, theirs_median = (statistics.median(times[1:]) for times in seconds)
    return {
        "hanga s": ours_median,
        "diffusers s": theirs_median,
        "relative error": relative_error(*results),
        "peak GB": peak_bytes() / 1e9,
    }


def _passes(
    ours: UNet, theirs: Any, checkpoint: Checkpoint, side: int
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """The same pass through both: two pictures, as guidance needs them."""
    assert checkpoint.big_g is not None
    generator = torch.Generator().manual_seed(0)
    dtype = next(ours.parameters()).dtype
    latents = torch.randn(2, 4, side // 8, side // 8, generator=generator).to(dtype)
    context = torch.randn(2, 77, ours.config.context_dim, generator=generator).to(dtype)
    pooled = torch.randn(2, checkpoint.big_g.projection or 0, generator=generator).to(dtype)
    sizes = torch.tensor([[side, side, 0, 0, 6.0 if checkpoint.is_refiner else side]] * 2)
    sizes = sizes if checkpoint.is_refiner else torch.cat((sizes, sizes[:, :1]), dim=1)
    time_ = torch.full((2,), 501.0)
    vector = torch.cat((pooled, theirs.add_time_proj(sizes.flatten()).reshape(2, -1)), dim=1).to(dtype)
    laid_out = latents.contiguous(memory_format=torch.channels_last)

    def theirs_pass() -> Tensor:
        conditions = {"text_embeds": pooled, "time_ids": sizes}
        output: Tensor = theirs(latents, time_, context, added_cond_kwargs=conditions).sample
        return output

    return lambda: ours(laid_out, time_, context, vector), theirs_pass


def _timed(forward: Callable[[], Tensor], times: list[float]) -> Tensor:
    began = time.monotonic()
    output = forward()
    times.append(time.monotonic() - began)
    return output
