"""Canonical and diffusers' names are one to one, for the published networks and for their relatives."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, REFINER_UNET, SDXL_VAE, UNetConfig, VAEConfig
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.header import Shape
from core.checkpoint.names import places, unet_diffusers_names, vae_diffusers_names
from core.conditioning.towers import BigG, ClipL
from core.models.unet import UNet
from core.models.vae import VAE
from tests.checkpoint.samples import transformers_names

KEYS = Path(__file__).parents[1] / "data" / "keys"
UNET, FIRST_STAGE = "model.diffusion_model.", "first_stage_model."


def lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (KEYS / f"{name}.tsv").read_text().splitlines()]


def published_shapes(name: str, prefix: str) -> dict[str, Shape]:
    return {key.removeprefix(prefix): tuple(map(int, shape.split("x"))) for key, shape in lines(name)}


def values(tensors: Iterable[tuple[str, Shape]]) -> int:
    return sum(math.prod(shape) for _, shape in tensors)


@pytest.mark.parametrize(
    ("keys", "config", "parameters"),
    [("base_unet", BASE_UNET, 2_567_463_684), ("refiner_unet", REFINER_UNET, 2_259_526_660)],
)
def test_published_unets(keys: str, config: UNetConfig, parameters: int) -> None:
    tensors = dict(unet_tensors(config))
    assert tensors == published_shapes(f"{keys}_sgm", UNET)
    assert values(tensors.items()) == parameters
    with torch.device("meta"):
        built = {name: tuple(tensor.shape) for name, tensor in UNet(config).state_dict().items()}
    assert built == tensors


def test_published_first_stage() -> None:
    tensors = dict(vae_tensors(SDXL_VAE))
    assert tensors == published_shapes("vae_sgm", FIRST_STAGE)
    assert values(tensors.items()) == 83_653_863
    with torch.device("meta"):
        built = {name: tuple(tensor.shape) for name, tensor in VAE(SDXL_VAE).state_dict().items()}
    assert built == tensors


def test_published_towers() -> None:
    with torch.device("meta"):
        clip_l, big_g = ClipL(CLIP_L), BigG(OPENCLIP_BIGG)
    assert {n: tuple(t.shape) for n, t in clip_l.state_dict().items()} == dict(clip_l_tensors(CLIP_L))
    assert {n: tuple(t.shape) for n, t in big_g.state_dict().items()} == dict(big_g_tensors(OPENCLIP_BIGG))
    assert values(clip_l_tensors(CLIP_L)) == 123_060_480
    assert values(big_g_tensors(OPENCLIP_BIGG)) == 694_659_841


@pytest.mark.parametrize(("keys", "config"), [("base_unet", BASE_UNET), ("refiner_unet", REFINER_UNET)])
def test_unet_names_are_one_to_one(keys: str, config: UNetConfig) -> None:
    pairs = {ours.removeprefix(UNET): theirs for ours, theirs in lines(f"{keys}_map")}
    assert unet_diffusers_names(config) == pairs
    assert {place.name: theirs for theirs, place in places("unet", pairs.values()).items()} == pairs


def test_first_stage_names_are_one_to_one() -> None:
    pairs = {ours.removeprefix(FIRST_STAGE): theirs for ours, theirs in lines("vae_map")}
    assert vae_diffusers_names(SDXL_VAE) == pairs
    assert {place.name: theirs for theirs, place in places("vae", pairs.values()).items()} == pairs


def test_names_of_the_first_stage_before_2023() -> None:
    old = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
    new = vae_diffusers_names(VAEConfig())
    for was, now in old.items():
        names = [name.replace(f".{now}.", f".{was}.") for name in new.values()]
        assert {place.name for place in places("vae", names).values()} == new.keys()


def test_both_spellings_of_the_clip_tower() -> None:
    ours = [name for name, _ in clip_l_tensors(CLIP_L)]
    for prefix in ("transformer.", "transformer.text_model."):
        found = places("clip_l", [name.removeprefix(prefix) for name in ours])
        assert [place.name for place in found.values()] == ours


def test_the_other_tower_fills_every_third() -> None:
    found = places("big_g", transformers_names(32)).values()
    assert len(set(found)) == 517
    ours = {name for name, _ in big_g_tensors(OPENCLIP_BIGG)} - {"model.logit_scale"}
    assert {place.name for place in found} == ours
    for name in ours:
        thirds = {place.third for place in found if place.name == name}
        assert thirds == ({0, 1, 2} if ".in_proj_" in name else {None})


def test_unknown_names_have_no_place() -> None:
    for network in ("unet", "vae", "clip_l", "big_g"):
        assert places(network, ["", ".", "weight", "somewhere.else.weight", "down_blocks.99.x"]) == {}
