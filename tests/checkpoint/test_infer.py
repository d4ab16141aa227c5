"""Shapes alone give back the configuration, for the whole family; what is missing is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.infer import Shapes, infer_big_g, infer_clip_l, infer_unet, infer_vae
from core.checkpoint.names import places, unet_diffusers_names
from core.errors import HangaError

SSD_1B = UNetConfig(input_depth=(0, 0, 2, 2, 4, 4), middle_depth=0, output_depth=(4, 4, 10, 2, 1, 1, 0, 0, 0))
VEGA = UNetConfig(input_depth=(0, 0, 1, 1, 2, 2), middle_depth=0, output_depth=(2, 2, 2, 1, 1, 1, 0, 0, 0))
KOALA_700M = UNetConfig(res_blocks=1, input_depth=(0, 2, 5), middle_depth=None, output_depth=(5, 5, 2, 2, 0, 0))
KOALA_1B = UNetConfig(res_blocks=1, input_depth=(0, 2, 6), middle_depth=6, output_depth=(6, 6, 2, 2, 0, 0))
INPAINTING = UNetConfig(in_channels=9)


@st.composite
def unet_configs(draw: st.DrawFn) -> UNetConfig:
    levels = draw(st.integers(1, 4))
    res_blocks = draw(st.integers(1, 3))
    depths = st.integers(0, 3)
    up = [(draw(depths),) * (res_blocks + 1) for _ in range(levels)]
    return UNetConfig(
        in_channels=draw(st.sampled_from([4, 9])),
        model_channels=64 * draw(st.integers(1, 6)),
        channel_mult=tuple(draw(st.lists(st.integers(1, 4), min_size=levels, max_size=levels))),
        res_blocks=res_blocks,
        input_depth=tuple(draw(st.lists(depths, min_size=levels * res_blocks, max_size=levels * res_blocks))),
        middle_depth=draw(st.sampled_from([None, 0, 1, 2])),
        output_depth=sum([*up[:-1], (1,) * (res_blocks + 1)], ()),
        context_dim=draw(st.integers(1, 4000)),
        vector_dim=draw(st.integers(1, 4000)),
    )


@pytest.mark.parametrize(
    "config",
    [BASE_UNET, REFINER_UNET, INPAINTING, SSD_1B, VEGA, KOALA_700M, KOALA_1B],
    ids=lambda c: str(c.input_depth),
)
def test_the_family(config: UNetConfig) -> None:
    assert infer_unet(Shapes("x", dict(unet_tensors(config)))) == config


@given(unet_configs())
def test_any_unet_from_its_shapes(config: UNetConfig) -> None:
    tensors = dict(unet_tensors(config))
    assert infer_unet(Shapes("x", tensors)) == config
    names = unet_diffusers_names(config)
    assert names.keys() == tensors.keys()
    assert {name: place.name for name, place in places("unet", names.values()).items()} == {
        theirs: ours for ours, theirs in names.items()
    }


@given(st.integers(1, 8), st.lists(st.integers(1, 4), min_size=4, max_size=4), st.integers(1, 3), st.floats(0.01, 3))
def test_any_first_stage_from_its_shapes(width: int, mult: list[int], res_blocks: int, scale: float) -> None:
    config = VAEConfig(channels=32 * width, channel_mult=tuple(mult), res_blocks=res_blocks, scale=scale)
    assert infer_vae(Shapes("x", dict(vae_tensors(config))), scale) == config


@given(st.integers(1, 20), st.integers(1, 40), st.integers(1, 6000), st.integers(1, 2000), st.integers(1, 60000))
def test_any_tower_from_its_shapes(width: int, layers: int, mlp: int, projection: int, vocabulary: int) -> None:
    config = TextConfig(width=64 * width, layers=layers, mlp_width=mlp, projection=projection, vocabulary=vocabulary)
    assert infer_big_g(Shapes("x", dict(big_g_tensors(config)))) == config
    unprojected = TextConfig(width=64 * width, layers=layers, mlp_width=mlp, projection=None, vocabulary=vocabulary)
    assert infer_clip_l(Shapes("x", dict(clip_l_tensors(unprojected)))) == unprojected


def test_the_published_first_stage_and_towers() -> None:
    assert infer_vae(Shapes("x", dict(vae_tensors(SDXL_VAE))), 0.13025) == SDXL_VAE
    assert infer_clip_l(Shapes("x", dict(clip_l_tensors(CLIP_L)))) == CLIP_L
    assert infer_big_g(Shapes("x", dict(big_g_tensors(OPENCLIP_BIGG)))) == OPENCLIP_BIGG


@pytest.mark.parametrize(
    ("name", "shape", "code"),
    [
        ("input_blocks.0.0.weight", None, "file.incomplete"),
        ("input_blocks.0.0.weight", (), "file.contradictory"),
        ("input_blocks.0.0.weight", (0, 4, 3, 3), "file.contradictory"),
        ("input_blocks.0.0.weight", (33, 4, 3, 3), "file.contradictory"),
        ("input_blocks.0.0.weight", (320, 8, 3, 3), "file.is_pix2pix"),
        ("input_blocks.4.0.in_layers.2.weight", (641, 320, 3, 3), "file.contradictory"),
        ("input_blocks.5.0.in_layers.2.weight", None, "file.incomplete"),
        ("label_emb.0.0.weight", None, "file.incomplete"),
        ("out.2.weight", (), "file.contradictory"),
    ],
)
def test_what_is_wrong_is_named(name: str, shape: tuple[int, ...] | None, code: str) -> None:
    tensors = dict(unet_tensors(BASE_UNET))
    if shape is None:
        del tensors[name]
    else:
        tensors[name] = shape
    with pytest.raises(HangaError) as caught:
        infer_unet(Shapes("my.safetensors", tensors))
    assert caught.value.code == code
    assert caught.value.data["name"] == "my.safetensors"
    assert caught.value.data.get("first", name) == name
