"""What the scoreboard measures on: a device, a type, and networks of the family with random weights."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor

from core.architecture import (
    BASE_UNET,
    CLIP_L,
    OPENCLIP_BIGG,
    REFINER_UNET,
    SDXL_VAE,
    TextConfig,
    UNetConfig,
    VAEConfig,
)
from core.checkpoint.describe import describe
from core.memory.machine import this_machine
from core.models.unet import UNet
from core.paths import Home
from core.request import Guidance, Request
from tests import tiny
from tests.tools.random_checkpoint import Networks, checkpoint_tensors, random_tensor, write_random

WARM_UPS: Final = 1


@dataclass(frozen=True)
class Scale:
    """`passes`: the UNet whose single passes are measured, at `side` pixels. `base`, `refiner`: models of whole runs,
    at `picture` pixels."""

    passes: UNetConfig
    side: int
    base: Networks
    refiner: Networks
    picture: int
    steps: int
    rounds: int
    vae: VAEConfig
    starter: bool = False
    """Whether lossy ways are tried on the starter model, whose pictures have something to lose."""


SHALLOW: Final = replace(
    BASE_UNET, input_depth=(0, 0, 1, 1, 2, 2), middle_depth=2, output_depth=(2, 2, 2, 1, 1, 1, 0, 0, 0)
)
"""SDXL's widths with a fifth of its depth."""
NARROW: Final = replace(SHALLOW, model_channels=128, context_dim=768 + 512, vector_dim=512 + 6 * 256)
NARROW_CLIP: Final = replace(CLIP_L, layers=4)
NARROW_BIGG: Final = TextConfig(width=512, layers=4, mlp_width=2048, projection=512)
NARROW_REFINER: Final = replace(
    NARROW, context_dim=512, vector_dim=512 + 5 * 256, input_depth=(0, 0, 1, 1, 1, 1), output_depth=(1,) * 6 + (0,) * 3
)

TINY: Final = Scale(
    passes=tiny.BASE_UNET,
    side=64,
    base=Networks(tiny.BASE_UNET, tiny.SMALL_VAE, tiny.CLIP_L, tiny.BIGG),
    refiner=Networks(tiny.REFINER_UNET, tiny.SMALL_VAE, None, tiny.BIGG),
    picture=64,
    steps=3,
    rounds=1,
    vae=tiny.SMALL_VAE,
)
MEDIUM: Final = Scale(
    passes=SHALLOW,
    side=256,
    base=Networks(NARROW, SDXL_VAE, NARROW_CLIP, NARROW_BIGG),
    refiner=Networks(NARROW_REFINER, SDXL_VAE, None, NARROW_BIGG),
    picture=256,
    steps=8,
    rounds=3,
    starter=True,
    vae=SDXL_VAE,
)
FULL: Final = Scale(
    passes=BASE_UNET,
    side=1024,
    base=Networks(BASE_UNET, SDXL_VAE, CLIP_L, OPENCLIP_BIGG),
    refiner=Networks(REFINER_UNET, SDXL_VAE, None, OPENCLIP_BIGG),
    picture=1024,
    steps=30,
    rounds=5,
    vae=SDXL_VAE,
)


@dataclass(frozen=True)
class Bench:
    scale: Scale
    folder: Path
    device: torch.device
    dtype: torch.dtype

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def model(self, role: str) -> Path:
        """The random checkpoint of that role; written when it is first asked for."""
        networks = {"base": self.scale.base, "refiner": self.scale.refiner}[role]
        path = self.folder / f"{role}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.exists() and describe(path).unet == networks.unet):
            write_random(path, list(checkpoint_tensors(networks)))
        return path

    def request(self, refines: bool = False, steps: int | None = None) -> Request:
        return Request(
            prompt="a red boat on a calm sea",
            negative="blurry",
            checkpoint=str(self.model("base")),
            refiner=str(self.model("refiner")) if refines else None,
            width=self.scale.picture,
            height=self.scale.picture,
            steps=steps or self.scale.steps,
            schedule="leading",
            guidance=Guidance(scale=5.0),
            seed=7,
            device="auto" if self.device.type != "cpu" else "cpu",
        )

    @cached_property
    def unet(self) -> UNet:
        """With weights that keep activations near unit variance."""
        return random_unet(self.scale.passes, self.device, self.dtype)

    def inputs(self, sides: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Latents, times, context and vector of one pass."""
        config, cells = self.scale.passes, self.scale.side // 8
        generator = torch.Generator().manual_seed(seed)
        made = [
            torch.randn(sides, 4, cells, cells, generator=generator).contiguous(memory_format=torch.channels_last),
            torch.randn(sides, 77, config.context_dim, generator=generator),
            torch.randn(sides, config.vector_dim, generator=generator),
        ]
        latents, context, vector = (one.to(self.device, self.dtype) for one in made)
        return latents, torch.full((sides,), 501.0, device=self.device), context, vector

    def synchronize(self) -> None:
        if self.device.type != "cpu":
            torch.accelerator.synchronize()


def random_unet(config: UNetConfig, device: torch.device, dtype: torch.dtype) -> UNet:
    with torch.device("meta"):
        unet = UNet(config)
    filled = {name: random_tensor(name, tuple(it.shape)).to(device, dtype) for name, it in unet.state_dict().items()}
    unet.load_state_dict(filled, assign=True)
    unet = unet.requires_grad_(False).eval()
    return cast(UNet, unet.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def bench_here(scale: Scale, folder: Path, dtype: torch.dtype | None = None) -> Bench:
    """On the processor; single passes in `dtype`, or else in the type that it computes in best."""
    best = torch.bfloat16 if this_machine().processor.bfloat16 else torch.float32
    return Bench(scale, folder, torch.device("cpu"), dtype or best)


def bench_on_card(scale: Scale, folder: Path) -> Bench | None:
    """On the first card, in half precision; None without one."""
    if not torch.cuda.is_available():
        return None
    return Bench(scale, folder, torch.device("cuda:0"), torch.float16)


def turns(bench: Bench, doing: Sequence[Callable[[], object]]) -> list[float]:
    """Median seconds of each, measured in turns after a round that does not count: of the processor's time with one
    thread, which a crowded machine spoils least, else by the clock."""
    alone = bench.device.type == "cpu" and torch.get_num_threads() == 1
    clock = time.process_time if alone else time.perf_counter
    taken: list[list[float]] = [[] for _ in doing]
    for count in range(WARM_UPS + bench.scale.rounds):
        for do, times in zip(doing, taken, strict=True):
            bench.synchronize()
            began = clock()
            do()
            bench.synchronize()
            if count >= WARM_UPS:
                times.append(clock() - began)
    return [statistics.median(times) for times in taken]
