"""Single passes: of the UNet beside plain matrix products and beside diffusers, and of the decoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor

from core.architecture import SIZE_EMBEDDING_DIM
from core.checkpoint.eight_bits import scale_of
from core.checkpoint.filling import narrow
from core.checkpoint.load import skeleton
from core.memory.flops import decoder_flops, unet_flops
from core.models.course import Course
from core.models.unet import UNet
from core.models.vae import VAE
from core.pipeline.opening import unet_in_eight_bits
from tests.tools.random_checkpoint import random_tensor
from tests.tools.scoreboard.bench import Bench, turns
from tests.tools.scoreboard.row import Figures

SIDES: Final = 2
GEMM: Final = (2048, 1280, 5120)
"""Rows, summands, columns: a feed-forward at 32 × 32 cells with guidance."""
NUMBERS: Final = 6
"""Of micro-conditioning, for a base."""
GIGA: Final = 1e9


def one_pass(bench: Bench, sides: int = SIDES, **shortcuts: Any) -> Callable[[], Tensor]:
    return pass_of(bench.unet, bench, sides, **shortcuts)


def pass_of(unet: UNet, bench: Bench, sides: int = SIDES, **shortcuts: Any) -> Callable[[], Tensor]:
    """A pass as all but the first of a run are: the prompt has been read."""
    latents, times, context, vector = bench.inputs(sides)
    course = Course(context, **shortcuts)

    @torch.inference_mode()
    def go() -> Tensor:
        result: Tensor = unet(latents, times, course, vector)
        return result

    return go


def matrix_product(bench: Bench) -> Callable[[], Tensor]:
    rows, summands, columns = GEMM
    one = torch.randn(rows, summands, device=bench.device, dtype=bench.dtype)
    other = torch.randn(columns, summands, device=bench.device, dtype=bench.dtype)
    return lambda: torch.nn.functional.linear(one, other)


def pass_flops(bench: Bench, sides: int = SIDES) -> int:
    cells = bench.scale.side // 8
    return sides * unet_flops(bench.scale.passes, cells, cells)


def gemm_rate(bench: Bench, seconds: float) -> float:
    rows, summands, columns = GEMM
    return 2 * rows * summands * columns / seconds / GIGA


def against_gemm(bench: Bench) -> Figures:
    """The operations of the usual way count, whatever is done instead."""
    ours, product = turns(bench, [one_pass(bench), matrix_product(bench)])
    note = f"{bench.scale.side}², {_short(bench.dtype)}"
    return Figures(pass_flops(bench) / ours / GIGA, gemm_rate(bench, product), "GFLOP/s", note)


def against_diffusers(bench: Bench) -> Figures:
    from core.conditioning.torchvision_guard import allow_torchvision_without_extension

    allow_torchvision_without_extension()
    theirs = _their_pass(bench)
    ours, beside = turns(bench, [one_pass(bench), theirs])
    return Figures(ours, beside, "s", f"{bench.scale.side}², both sides, {_short(bench.dtype)}")


def _their_pass(bench: Bench) -> Callable[[], Tensor]:
    """As it comes: on the same weights, in the layout that it loads them in."""
    from tests.models.twins import unet_twin

    twin = unet_twin(bench.unet).to(memory_format=torch.contiguous_format)
    latents, times, context, vector = bench.inputs(SIDES)
    laid_out = latents.contiguous()
    pooled = vector[:, : bench.scale.passes.vector_dim - NUMBERS * SIZE_EMBEDDING_DIM]
    told = {"text_embeds": pooled, "time_ids": torch.full((SIDES, NUMBERS), 512.0, device=bench.device)}

    @torch.inference_mode()
    def go() -> Tensor:
        result: Tensor = twin(laid_out, times, context, added_cond_kwargs=told).sample
        return result

    return go


def guidance_in_one(bench: Bench) -> Figures:
    both, one = turns(bench, [one_pass(bench), one_pass(bench, 1)])
    return Figures(both, 2 * one, "s", f"{bench.scale.side}²")


def decoder_to_step(bench: Bench) -> Figures:
    """At the same size of picture."""
    vae = random_vae(bench)
    cells = bench.scale.side // 8
    latents = torch.randn(1, 4, cells, cells, device=bench.device, dtype=bench.dtype)

    @torch.inference_mode()
    def decode() -> Tensor:
        return vae.decode(latents)

    decoding, step = turns(bench, [decode, one_pass(bench)])
    share = decoder_flops(bench.scale.vae, cells, cells) / pass_flops(bench)
    return Figures(decoding, step, "s", f"{bench.scale.side}²; {share:.2f} by operations")


def random_vae(bench: Bench) -> VAE:
    with torch.device("meta"):
        vae = VAE(bench.scale.vae)
    filled = {name: random_tensor(name, tuple(it.shape)) for name, it in vae.state_dict().items()}
    vae.load_state_dict({name: it.to(bench.device, bench.dtype) for name, it in filled.items()}, assign=True)
    return vae.requires_grad_(False).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def step_cache_pass(bench: Bench) -> Figures:
    """A pass that takes over what the first of its group made below the finest level."""
    unet, (latents, times, context, vector) = bench.unet, bench.inputs(SIDES)
    course = Course(context, keeps_deep=True)

    @torch.inference_mode()
    def reused() -> Tensor:
        course.reuse = True
        result: Tensor = unet(latents, times, course, vector)
        return result

    with torch.inference_mode():
        unet(latents, times, course, vector)
    fast, exact = turns(bench, [reused, one_pass(bench)])
    return Figures(fast, exact, "s", f"{bench.scale.side}²")


def merged_pass(bench: Bench) -> Figures:
    fast, exact = turns(bench, [one_pass(bench, merged=0.5), one_pass(bench)])
    return Figures(fast, exact, "s", f"half of the cells, {bench.scale.side}²")


def eight_bit_pass(bench: Bench) -> Figures:
    """Beside one with the same weights as they are, and how far it is off."""
    ways = [pass_of(_in_eight_bits(bench.unet), bench), one_pass(bench)]
    rounded, exact = (way().float() for way in ways)
    ours, beside = turns(bench, ways)
    off = float((rounded - exact).norm() / exact.norm())
    return Figures(ours, beside, "s", f"{bench.scale.side}², {_short(bench.dtype)}, relative error {off:.1e}")


def _in_eight_bits(unet: UNet) -> UNet:
    made = skeleton(unet_in_eight_bits, unet.config)
    weights = unet.state_dict()
    for name in [name for name, it in made.state_dict().items() if it.dtype == torch.int8]:
        own, weights[name] = weights[name], torch.empty_like(weights[name], dtype=torch.int8)
        weights[scale_of(name)] = torch.empty(len(own), device=own.device)
        narrow(own.cpu(), weights[name], weights[scale_of(name)])
    made.load_state_dict(weights, assign=True)
    return made


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
