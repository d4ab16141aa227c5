"""The first stage's training: its windows, what it minimises, and that it resumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.starter import train_decoder, train_vae
from core.starter.train_vae import drawing_loss, repetition, window
from core.starter.training import Average, load_state, rate, save_state


def test_windows_are_squares_of_the_picture_or_of_its_half() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (256, 256, 3), dtype=np.uint8)
    assert {window(picture, 64, rng).shape for _ in range(8)} == {(64, 64, 3)}
    assert {window(picture, 128, rng).shape for _ in range(8)} == {(128, 128, 3)}


def test_latents_and_pixels_of_a_window_show_the_same_place() -> None:
    places = np.arange(16, dtype=np.float16)
    latents = np.broadcast_to(places[:, None], (4, 16, 16))
    picture = np.repeat(np.arange(16, dtype=np.uint8), 8)[:, None, None] * np.ones((1, 128, 3), np.uint8)
    for seed in range(8):
        cells, pixels = train_decoder.window(latents, picture, 8, np.random.default_rng(seed))
        assert cells.shape == (4, 8, 8)
        assert pixels.shape == (64, 64, 3)
        assert (pixels[::8, 0, 0] == cells[0, :, 0]).all()


def test_a_wrong_hue_costs_more_than_a_wrong_brightness() -> None:
    grey = torch.zeros(1, 3, 8, 8)
    brighter, redder = grey + 0.1, grey + torch.tensor([0.2, -0.1, 0.0]).view(1, 3, 1, 1)
    assert float(drawing_loss(grey, grey)) == 0.0
    assert drawing_loss(redder, grey) > drawing_loss(brighter, grey)


def test_repetition_is_none_for_independent_channels_and_full_for_equal_ones() -> None:
    independent = torch.randn(8, 4, 32, 32, generator=torch.Generator().manual_seed(0))
    assert float(repetition(independent)) < 0.01
    assert float(repetition(independent[:, :1].expand(-1, 4, -1, -1))) == pytest.approx(12.0, rel=1e-3)


def test_the_rate_warms_up_and_comes_down() -> None:
    assert rate(0.0) == 0.0
    assert rate(0.01) == pytest.approx(1.0)
    assert rate(0.5) > rate(0.9) > rate(1.0) > 0.0


def test_a_state_on_disk_brings_back_weights_average_and_clock(tmp_path: Path) -> None:
    network = torch.nn.Linear(3, 2)
    average = Average(network, 0.9)
    average.update(network, 5)
    save_state(tmp_path / "state.safetensors", network, average, clock=12.5, step=7)
    other = torch.nn.Linear(3, 2)
    kept = Average(other, 0.9)
    assert load_state(tmp_path / "state.safetensors", other, kept) == (12.5, 7)
    assert torch.equal(other.weight, network.weight)
    assert torch.equal(kept.weights["weight"], average.weights["weight"])


def test_steps_lower_the_error() -> None:
    torch.manual_seed(0)
    run = train_vae.Run(minutes=1.0, peak_matrix=4e-3, peak_plain=2e-3)
    run.clock = 2.0  # Past the warm-up.
    pixels = torch.linspace(-1, 1, 32).expand(2, 3, 32, 32).clone()
    errors = [run.step(pixels) for _ in range(12)]
    assert min(errors[-3:]) < 0.7 * errors[0]
