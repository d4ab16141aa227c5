"""The options of the commands, and the request they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from core.cli.machines import MACHINE
from core.cli.parsing import Options
from core.cli.values import CORNER, GIGABYTES, INTERVAL, LORA, NUMBER, SIZE, WHOLE_NUMBER
from core.errors import HangaError
from core.machine import GIGABYTE
from core.request import AUTO, EXACT, Guidance, MicroConditioning, Request

NONE: Final = "none"


def picture_options(options: Options) -> None:
    """Everything that a request holds."""
    options.add("prompt", metavar="PROMPT")
    for name in ("--negative", "--prompt-2", "--negative-2"):
        options.add(name, metavar="TEXT")
    options.add("--checkpoint", metavar="FILE|NAME", default="starter")
    options.add("--refiner", metavar="FILE|NAME|none", default=AUTO)
    options.add("--vae", metavar="FILE")
    options.add("--lora", type=LORA.reader("--lora"), metavar=LORA.metavar, action="append", default=[])
    for name in ("--width", "--height", "--steps", "--seed", "--count"):
        options.add_value(name, WHOLE_NUMBER)
    options.add("--aspect", metavar="W:H")
    options.add("--sampler", metavar="NAME", default="euler")
    options.add("--schedule", metavar="NAME")
    options.add_value("--cfg", NUMBER)
    options.add_value("--cfg-rescale", NUMBER, default=0.0)
    options.add_value("--cfg-interval", INTERVAL, default=(0.0, 1.0))
    options.add_value("--handoff", NUMBER, default=0.8)
    options.add_value("--step-cache", WHOLE_NUMBER, default=1)
    options.add_value("--merge-tokens", NUMBER, default=0.0)
    options.add("--weights", metavar="exact|8bit", default=EXACT)
    _conditioning_options(options)
    options.add("--empty-negative", metavar="encode|zero", default="encode")
    options.add("--device", metavar="NAME", default=AUTO)
    options.add("--dtype", metavar="auto|fp32|bf16|fp16", default=AUTO)
    options.add_value("--vram-limit", GIGABYTES)


def _conditioning_options(options: Options) -> None:
    for side in ("--", "--negative-"):
        options.add_value(f"{side}original-size", SIZE)
        options.add_value(f"{side}crop", CORNER, default=(0, 0))
        options.add_value(f"{side}target-size", SIZE)
    options.add_value("--aesthetic", NUMBER, default=6.0)
    options.add_value("--negative-aesthetic", NUMBER, default=2.5)


def _output_options(options: Options) -> None:
    options.add("--out", type=Path, metavar="FILE.png|FOLDER")
    options.add("--save-latents", type=Path, metavar="FILE.safetensors")


def generate_options(options: Options) -> None:
    picture_options(options)
    _output_options(options)


def plan_options(options: Options) -> None:
    picture_options(options)
    options.add_value("--machine", MACHINE)


def refine_options(options: Options) -> None:
    options.add("picture", type=Path, metavar="PICTURE")
    options.add("--refiner", metavar="FILE|NAME")
    options.add_value("--handoff", NUMBER)
    options.add_value("--steps", WHOLE_NUMBER)
    options.add_value("--aesthetic", NUMBER)
    options.add_value("--vram-limit", GIGABYTES)
    _output_options(options)


def inspect_options(options: Options) -> None:
    options.add("file", type=Path, metavar="FILE")


def request_from(options: argparse.Namespace) -> Request:
    """The request that the options of `generate` and `plan` spell."""
    return Request(
        prompt=options.prompt,
        negative=options.negative or "",
        prompt_2=options.prompt_2,
        negative_2=options.negative_2,
        empty_negative=options.empty_negative,
        checkpoint=options.checkpoint,
        refiner=None if options.refiner == NONE else options.refiner,
        vae=options.vae,
        loras=tuple(options.lora),
        width=options.width,
        height=options.height,
        aspect=options.aspect,
        steps=25 if options.steps is None else options.steps,
        sampler=options.sampler,
        schedule=options.schedule,
        guidance=Guidance(scale=options.cfg, rescale=options.cfg_rescale, interval=options.cfg_interval),
        handoff=options.handoff,
        positive=MicroConditioning(
            original_size=options.original_size,
            crop=options.crop,
            target_size=options.target_size,
            aesthetic=options.aesthetic,
        ),
        negative_conditioning=MicroConditioning(
            original_size=options.negative_original_size,
            crop=options.negative_crop,
            target_size=options.negative_target_size,
            aesthetic=options.negative_aesthetic,
        ),
        step_cache=options.step_cache,
        merge_tokens=options.merge_tokens,
        weights=options.weights,
        seed=options.seed,
        count=1 if options.count is None else options.count,
        device=options.device,
        dtype=options.dtype,
    )


def memory_limit(options: argparse.Namespace) -> int | None:
    """The limit in bytes. Raises HangaError request.vram_limit."""
    if options.vram_limit is None:
        return None
    if not options.vram_limit > 0:
        raise HangaError("request.vram_limit", value=options.vram_limit)
    return int(options.vram_limit * GIGABYTE)
