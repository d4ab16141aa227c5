"""Decoding in tiles: every cell is covered, seams fade, and where one tile is enough nothing changes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from core.architecture import VAEConfig
from core.models.tiling import decode_tiled, feather, starts
from core.models.vae import VAE
from tests.models.twins import relative_error
from tests.tiny import filled

Tiles = st.integers(2, 80).flatmap(lambda tile: st.tuples(st.just(tile), st.integers(0, tile - 1)))


@given(st.integers(1, 400), Tiles)
def test_tiles_cover_everything_and_overlap_enough(length: int, tile_and_overlap: tuple[int, int]) -> None:
    tile, overlap = tile_and_overlap
    first, *others = places = starts(length, tile, overlap)
    assert first == 0
    assert places[-1] == max(0, length - tile)
    assert all(before < after <= before + tile - overlap for before, after in zip(places, others, strict=False))
    assert len(places) == 1 + max(0, -(-(length - tile) // (tile - overlap)))


@given(st.integers(1, 600), st.integers(0, 200))
def test_feather_is_positive_symmetric_and_flat_inside(length: int, ramp: int) -> None:
    weights = feather(length, ramp)
    assert weights.shape == (length,)
    assert weights.min() > 0
    assert weights.max() <= 1
    assert torch.equal(weights, weights.flip(0))
    assert (weights[ramp : length - ramp] == 1).all()
    assert (weights[1 : (length + 1) // 2].diff() >= 0).all()


def enlarged(latents: Tensor) -> Tensor:
    """A decoder in which no cell sees another, so that tiles must fit without a trace."""
    return F.interpolate(latents[:, :3], scale_factor=8, mode="nearest")


@given(st.integers(1, 30), st.integers(1, 30), Tiles)
def test_tiles_of_a_local_decoder_leave_no_trace(height: int, width: int, tile_and_overlap: tuple[int, int]) -> None:
    tile, overlap = tile_and_overlap
    latents = torch.randn(1, 4, height, width, generator=torch.Generator().manual_seed(height * width))
    pixels = decode_tiled(enlarged, latents, tile, overlap)
    assert torch.allclose(pixels, enlarged(latents), rtol=1e-5, atol=1e-6)


@given(st.integers(1, 40), st.integers(1, 40))
def test_no_tile_is_larger_than_asked_for(height: int, width: int) -> None:
    seen: list[tuple[int, ...]] = []

    def watched(latents: Tensor) -> Tensor:
        seen.append(tuple(latents.shape[2:]))
        return enlarged(latents)

    decode_tiled(watched, torch.zeros(1, 4, height, width), tile=16, overlap=4)
    assert set(seen) == {(min(height, 16), min(width, 16))}


@pytest.fixture(scope="module")
def vae() -> VAE:
    network = filled(VAE(VAEConfig(channels=32, channel_mult=(1, 1, 1, 1), res_blocks=1)), 3)
    assert isinstance(network, VAE)
    return network.requires_grad_(False)


@pytest.fixture(scope="module")
def latents() -> Tensor:
    """Alike everywhere: tiles can only agree where their statistics do."""
    return torch.randn(1, 4, 24, 40, generator=torch.Generator().manual_seed(9))


@pytest.fixture(scope="module")
def whole(vae: VAE, latents: Tensor) -> Tensor:
    return vae.decode(latents)


def test_one_tile_is_the_whole(vae: VAE, latents: Tensor, whole: Tensor) -> None:
    assert torch.allclose(decode_tiled(vae.decode, latents), whole, rtol=1e-6, atol=1e-6)


def test_several_tiles_come_close_to_the_whole(vae: VAE, latents: Tensor, whole: Tensor) -> None:
    small, large = (relative_error(decode_tiled(vae.decode, latents, tile, overlap=8), whole) for tile in (16, 32))
    assert large < small < 0.3
    assert large < 0.1


def test_seams_do_not_show(vae: VAE, latents: Tensor, whole: Tensor) -> None:
    """Where tiles meet, neighbouring pixels differ no more than they do elsewhere in the whole picture."""
    tiled = decode_tiled(vae.decode, latents, tile=16, overlap=8)
    for axis in (2, 3):
        assert tiled.diff(dim=axis).abs().max() <= 1.2 * whole.diff(dim=axis).abs().max()
