"""Thousands of damaged headers: each is described or refused with a sentence, and nothing else ever happens."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.architecture import UNetConfig
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.describe import describe
from core.checkpoint.names import unet_diffusers_names
from core.errors import HangaError
from tests.checkpoint.files import entries, write_header
from tests.checkpoint.samples import BIG_G, CLIP_L, SMALL_VAE

TINY_UNET = UNetConfig(
    model_channels=32,
    channel_mult=(1, 2),
    res_blocks=1,
    input_depth=(0, 1),
    middle_depth=1,
    output_depth=(1, 1, 0, 0),
    context_dim=64 + 128,
    vector_dim=128 + 6 * 256,
)

Header = dict[str, Any]
ODD: list[Any] = [
    0,
    -1,
    1,
    2,
    3,
    1 << 31,
    1 << 63,
    1 << 70,
    1.5,
    True,
    None,
    "",
    "F16",
    [],
    [1],
    {},
    "x" * 600,
    "\u0000",
]


def base_header() -> Header:
    parts = {
        "model.diffusion_model.": unet_tensors(TINY_UNET),
        "first_stage_model.": vae_tensors(SMALL_VAE),
        "conditioner.embedders.0.": clip_l_tensors(CLIP_L),
        "conditioner.embedders.1.": big_g_tensors(BIG_G),
    }
    return entries((prefix + name, shape) for prefix, tensors in parts.items() for name, shape in tensors)


def diffusers_header() -> Header:
    names = unet_diffusers_names(TINY_UNET)
    return entries((names[name], shape) for name, shape in unet_tensors(TINY_UNET))


def outcome(path: Path) -> str:
    """What `describe` says; anything but an answer or a HangaError ends the test."""
    try:
        return describe(path).kind
    except HangaError as error:
        return error.code


def entry_of(header: Header, chance: random.Random) -> dict[str, Any]:
    """One that still looks like a tensor, after what was changed before."""
    return chance.choice([entry for entry in header.values() if isinstance(entry, dict) and "shape" in entry])


def rename(header: Header, chance: random.Random) -> None:
    names = list(header)
    name = chance.choice(names)
    other = chance.choice(names)
    cut = chance.randrange(len(name) + 1)
    header[chance.choice([name[:cut] + name[cut + 1 :], other + ".0", name[:cut] + other[cut:]])] = header.pop(name)


def drop(header: Header, chance: random.Random) -> None:
    del header[chance.choice(list(header))]


def reshape(header: Header, chance: random.Random) -> None:
    """Another shape of as many items, so that only the meaning is wrong."""
    shape = entry_of(header, chance)["shape"]
    if isinstance(shape, list):
        chance.choice(
            [shape.reverse, lambda: shape.append(1), lambda: shape.insert(0, 1), lambda: chance.shuffle(shape)]
        )()


def swap(header: Header, chance: random.Random) -> None:
    one, other = chance.choice(list(header)), chance.choice(list(header))
    header[one], header[other] = header[other], header[one]


def poison(header: Header, chance: random.Random) -> None:
    entry = entry_of(header, chance)
    key = chance.choice(["dtype", "shape", "data_offsets"])
    if isinstance(entry[key], list) and entry[key] and chance.random() < 0.7:
        entry[key][chance.randrange(len(entry[key]))] = chance.choice(ODD)
    else:
        entry[key] = chance.choice(ODD)


def add(header: Header, chance: random.Random) -> None:
    header[chance.choice(["__metadata__", "x", "v_pred", "up_blocks.0", "lora_te_x"])] = chance.choice(ODD)


MUTATIONS: list[Callable[[Header, random.Random], None]] = [rename, drop, reshape, swap, poison, add]


@pytest.mark.parametrize("make", [base_header, diffusers_header])
def test_changed_headers(tmp_path: Path, make: Callable[[], Header]) -> None:
    chance = random.Random(20)
    text = json.dumps(make())
    size = max(entry["data_offsets"][1] for entry in make().values())
    seen = set()
    for _ in range(250):
        header = json.loads(text)
        for _ in range(chance.choice([1, 1, 2, 8])):
            chance.choice(MUTATIONS)(header, chance)
        seen.add(outcome(write_header(tmp_path / "x.safetensors", header, size)))
    assert {"file.damaged", "file.incomplete"} <= seen


def test_changed_bytes(tmp_path: Path) -> None:
    chance = random.Random(21)
    whole = write_header(tmp_path / "x.safetensors", entries([("a.weight", (2, 3)), ("b", ())]), 14).read_bytes()
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 16])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        (tmp_path / "x.safetensors").write_bytes(
            content[: chance.choice([len(content), chance.randrange(len(content))])]
        )
        assert outcome(tmp_path / "x.safetensors").startswith("file.")


def test_names_that_multiply(tmp_path: Path) -> None:
    """Levels and blocks far beyond any network must not make the rules for their names explode."""
    names = [f"down_blocks.{n}.resnets.0.conv1.weight" for n in range(9000)]
    names += [f"down_blocks.0.resnets.{n}.conv1.weight" for n in range(9000)]
    names += ["up_blocks.0.resnets.0.conv1.weight", "add_embedding.linear_1.weight"]
    header = entries((name, (1,)) for name in dict.fromkeys(names))
    assert outcome(write_header(tmp_path / "x.safetensors", header, 2 * len(header))).startswith("file.")


def test_blocks_without_end(tmp_path: Path) -> None:
    tensors = dict(unet_tensors(TINY_UNET))
    block = "middle_block.1.transformer_blocks.{}.attn1.to_q.weight"
    tensors |= {block.format(number): (0, 0) for number in range(1, 15_000)}
    header = entries(tensors.items())
    size = max(entry["data_offsets"][1] for entry in header.values())
    assert outcome(write_header(tmp_path / "x.safetensors", header, size)) == "file.contradictory"
