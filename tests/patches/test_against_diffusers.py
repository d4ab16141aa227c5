"""Whole pictures with LoRAs, against diffusers and PEFT wearing the same files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from diffusers import EulerDiscreteScheduler
from torch import Tensor

from core.request import Lora
from tests.models.twins import relative_error
from tests.patches.loras import Maker, Tensors, tower_lora, unet_matrices, written
from tests.pipeline.oracle import SDXL, base_oracle, start_noise, told
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import BIGG, CLIP_L

pytest.importorskip("peft")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

SMALL = 1e-4
EULER = {**SDXL, "timestep_spacing": "leading", "steps_offset": 1}
ALONE = replace(REQUEST, prompt="a red boat, calm sea", refiner=None, steps=4)


def kohya(seed: int) -> Tensors:
    """UNet and both towers, with alphas, under the names of the published files."""
    tensors, _ = Maker(seed).low_rank(unet_matrices(), "kohya", rank=3, alpha=2.0)
    return tensors | tower_lora("lora_te1_", CLIP_L, seed) | tower_lora("lora_te2_", BIGG, seed + 1)


def peft(seed: int) -> Tensors:
    """All kinds of layers of the UNet, convolutions and embeddings too."""
    kinds = ("to_", "ff.", "proj_", "in_layers", "out_layers", "emb_layers", "skip", "time_embed", "label_emb", "op")
    return Maker(seed).low_rank(unet_matrices(kinds), "peft", rank=4, alpha=None)[0]


def dora(seed: int) -> Tensors:
    maker, shapes = Maker(seed), unet_matrices(("to_k",))
    tensors, _ = maker.low_rank(shapes, "peft", alpha=None)
    downs = [name for name in tensors if "lora_A" in name]
    for name, (rows, *_) in zip(downs, shapes.values(), strict=True):
        tensors[name.replace("lora_A", "lora_magnitude_vector")] = 1 + 0.1 * maker.draw(rows)
    return tensors


FILES = {"kohya": kohya(21), "peft": peft(31), "dora": dora(41)}
WORN: Mapping[str, tuple[Lora, ...]] = {
    "kohya": (Lora(name="kohya", weight=0.8),),
    "peft": (Lora(name="peft", weight=-0.6),),
    "dora": (Lora(name="dora"),),
    "two": (Lora(name="kohya", weight=0.5), Lora(name="peft", weight=0.7)),
}


@torch.inference_mode()
def theirs(studio: Studio, loras: tuple[Lora, ...]) -> Tensor:
    scheduler = EulerDiscreteScheduler(**EULER)
    noise = start_noise(ALONE, scheduler)
    pipeline = base_oracle(studio.models.describe(ALONE.checkpoint), scheduler)
    for lora in loras:
        pipeline.load_lora_weights(dict(FILES[lora.name]), adapter_name=lora.name)
    pipeline.set_adapters([lora.name for lora in loras], [lora.weight for lora in loras])
    latents: Tensor = pipeline(**told(ALONE), latents=noise, width=ALONE.width, height=ALONE.height).images
    return latents


@pytest.mark.parametrize("loras", WORN.values(), ids=WORN.keys())
def test_latents_are_theirs(studio: Studio, loras: tuple[Lora, ...]) -> None:
    for lora in loras:
        written(studio.home.loras / f"{lora.name}.safetensors", FILES[lora.name])
    plan, bare = studio.plan(ALONE, loras=loras), studio.plan(ALONE)
    ours = torch.from_numpy(studio.shelf(plan).of(7)["final"])[None]
    without = torch.from_numpy(studio.shelf(bare).of(7)["final"])[None]
    assert relative_error(ours, theirs(studio, loras)) < SMALL
    assert relative_error(ours, without) > 100 * SMALL
