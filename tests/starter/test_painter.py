"""Pictures from networks in training: hand-over, seeds, and the files that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.architecture import VAEConfig
from core.checkpoint.describe import describe
from core.models.vae import VAE
from core.starter import dataset, export, latents
from core.starter.networks import Speaker
from core.starter.painter import Painter, Wish
from core.starter.recipes import BASE_UNET, BIGG, CLIP_L, REFINER_UNET
from core.starter.train_vae import CONFIG
from core.starter.training import Average, save_state


@pytest.fixture(scope="module")
def painter() -> Painter:
    torch.manual_seed(0)
    vae = VAE(VAEConfig(channels=32, channel_mult=(1, 1, 1, 1), res_blocks=1))
    base, refiner = Speaker.build(BASE_UNET, BIGG, CLIP_L), Speaker.build(REFINER_UNET, BIGG, None)
    return Painter(base.eval(), vae.eval(), refiner.eval(), steps=5)


def test_a_picture_depends_on_its_own_seed_and_words_only(painter: Painter) -> None:
    wishes = [Wish(prompt="a red house", seed=3, size=(32, 64)), Wish(prompt="a fish", seed=4, size=(32, 64))]
    both = painter.latents(wishes)
    alone = painter.latents(wishes[1:])
    assert both.shape == (2, 4, 4, 8)
    torch.testing.assert_close(both[1:], alone, atol=1e-3, rtol=1e-3)
    assert not torch.allclose(both[0], both[1])


def test_pictures_are_pixels(painter: Painter) -> None:
    pictures = painter.paint([Wish(prompt="a tree", seed=0, size=(64, 32))])
    assert pictures.shape == (1, 64, 32, 3)
    assert pictures.dtype == np.uint8


def test_the_refiner_takes_part(painter: Painter) -> None:
    wishes = [Wish(prompt="a tree", seed=0, size=(32, 32))]
    unrefined = Painter(painter.base, painter.vae, None, steps=5)
    assert not torch.allclose(painter.latents(wishes), unrefined.latents(wishes))


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A training folder as it is after everything has run; the networks have learned nothing."""
    monkeypatch.setattr(dataset, "TRAINING_FOLDER", tmp_path)
    monkeypatch.setattr(latents, "TRAINING_FOLDER", tmp_path)
    monkeypatch.setattr(latents, "STANDARDISED", tmp_path / "standard.safetensors")
    monkeypatch.setattr(export, "trained_base", lambda: Speaker.build(BASE_UNET, BIGG, CLIP_L))
    monkeypatch.setattr(export, "trained_refiner", lambda: Speaker.build(REFINER_UNET, BIGG, None))
    vae = VAE(CONFIG)
    save_state(tmp_path / "vae.safetensors", vae, Average(vae), 0.0, 0)
    save_file(vae.state_dict(), latents.STANDARDISED)
    dataset.prerender("high", (256, 256), 2, seed=0)
    latents.write_latents(latents.trained_vae(), "high", (256, 256))
    return tmp_path


def test_the_files_that_ship_are_checkpoints_of_the_family(trained: Path) -> None:
    export.export(trained / "out")
    base, refiner = (describe(trained / "out" / f"{name}.safetensors") for name in ("base", "refiner"))
    assert (base.kind, base.unet, base.clip_l, base.big_g, base.vae) == ("base", BASE_UNET, CLIP_L, BIGG, CONFIG)
    assert (refiner.kind, refiner.unet, refiner.big_g, refiner.vae) == ("refiner", REFINER_UNET, BIGG, CONFIG)
    assert base.bytes + refiner.bytes < 60e6
    assert base.latent_rgb is not None
    assert len(base.latent_rgb) == 5
