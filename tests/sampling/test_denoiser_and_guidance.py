"""From a network to a denoiser, and guidance between two of its predictions."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.sampling.denoiser import READINGS, Prediction, denoiser
from core.sampling.guidance import Guidance, guide, guided
from core.sampling.noise import NoiseSource

SHAPE = (4, 4, 6)
PICTURE, NOISE = NoiseSource((1, 2), SHAPE).start().double(), NoiseSource((3, 4), SHAPE).start().double()


def perfect_output(prediction: Prediction, sigma: float) -> Tensor:
    signal, amplitude = 1 / math.sqrt(1 + sigma**2), sigma / math.sqrt(1 + sigma**2)
    return {"epsilon": NOISE, "v": signal * NOISE - amplitude * PICTURE, "sample": PICTURE}[prediction]


@given(prediction=st.sampled_from(sorted(READINGS)), sigma=st.floats(0.02, 4600))
def test_a_perfect_network_gives_the_picture_back(prediction: Prediction, sigma: float) -> None:
    def network(scaled: Tensor, time: float, at: float) -> Tensor:
        torch.testing.assert_close(scaled, (PICTURE + sigma * NOISE) / math.sqrt(1 + sigma**2))
        assert (time, at) == (2 * sigma, sigma)
        return perfect_output(prediction, sigma)

    denoise = denoiser(network, prediction, lambda sigma: 2 * sigma)
    torch.testing.assert_close(denoise(PICTURE + sigma * NOISE, sigma), PICTURE, rtol=1e-7, atol=1e-8)


def test_half_precision_outputs_leave_the_latents_full() -> None:
    denoise = denoiser(lambda scaled, time, sigma: scaled.bfloat16(), "epsilon", lambda sigma: 0.0)
    assert denoise(PICTURE.float(), 1.0).dtype == torch.float32


@given(scale=st.floats(0, 20))
def test_guidance_without_disagreement_changes_nothing(scale: float) -> None:
    torch.testing.assert_close(guide(PICTURE, PICTURE, scale), PICTURE)


def test_full_rescale_restores_each_picture_s_contrast() -> None:
    rescaled = guide(PICTURE, NOISE, 7.5, rescale=1.0)
    torch.testing.assert_close(rescaled.std(dim=(1, 2, 3)), PICTURE.std(dim=(1, 2, 3)))


def test_guidance_of_outputs_is_guidance_of_estimates() -> None:
    read, latents = READINGS["v"], PICTURE + 3.0 * NOISE
    of_outputs = read(latents, guide(PICTURE, NOISE, 5.0), 3.0)
    torch.testing.assert_close(of_outputs, guide(read(latents, PICTURE, 3.0), read(latents, NOISE, 3.0), 5.0))


@pytest.mark.parametrize(
    ("guidance", "sigma", "both_sides"),
    [
        (Guidance(5.0), 14.6, True),
        (Guidance(5.0), 0.03, True),
        (Guidance(1.0), 3.0, False),
        (Guidance(0.0), 3.0, True),
        (Guidance(5.0, above=0.3, up_to=5.0), 5.0, True),
        (Guidance(5.0, above=0.3, up_to=5.0), 0.3, False),
        (Guidance(5.0, above=0.3, up_to=5.0), 5.1, False),
    ],
)
def test_the_unconditional_pass_runs_only_where_guidance_acts(
    guidance: Guidance, sigma: float, both_sides: bool
) -> None:
    network = guided(lambda *_: PICTURE, lambda *_: (PICTURE, NOISE), guidance)
    expected = guide(PICTURE, NOISE, guidance.scale) if both_sides else PICTURE
    assert torch.equal(network(PICTURE, 0.0, sigma), expected)
