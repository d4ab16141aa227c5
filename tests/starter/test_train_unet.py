"""The training loop on a tiny network: it learns, it stops on time, it goes on where it was stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.architecture import TextConfig, UNetConfig
from core.starter import train_unet
from core.starter.corpus import Corpus, token_ids
from core.starter.networks import Speaker, start_quiet
from core.starter.recipes import BASE_UNET, BIGG, CLIP_L, REFINER_UNET
from core.starter.train_unet import Recipe, Run, Stage, objective, rate

TINY = UNetConfig(
    model_channels=32,
    channel_mult=(1, 2),
    res_blocks=1,
    input_depth=(0, 1),
    middle_depth=0,
    output_depth=(1, 1, 0, 0),
    context_dim=128,
    vector_dim=64 + 6 * 256,
)
TOWER = TextConfig(width=64, layers=2, mlp_width=64, projection=64)


def corpus(count: int = 8, height: int = 4, width: int = 8) -> Corpus:
    rng = np.random.default_rng(0)
    return Corpus(
        rng.normal(size=(count, 4, height, width)).astype(np.float16),
        np.stack([token_ids(("a red house", "a house"))] * count),
        np.full((count, 6), 64, np.float32),
        np.full(count, 1 / count),
    )


def speaker() -> Speaker:
    return Speaker.build(TINY, TOWER, TextConfig(width=64, layers=2, mlp_width=64, projection=None))


def recipe(minutes: float = 1.0) -> Recipe:
    stages = (Stage(minutes, 4, 0.0, lambda: (corpus(),)), Stage(minutes, 2, 0.05, lambda: (corpus(),)))
    return Recipe("tiny", 1000, speaker, stages)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(train_unet, "TRAINING_FOLDER", tmp_path)
    return Run(recipe(), matrix_rate=2e-3, plain_rate=1e-3)


def test_an_untrained_network_predicts_nothing() -> None:
    torch.manual_seed(0)
    network = speaker()
    start_quiet(network.unet)
    batch = corpus().draw(3, np.random.default_rng(0))
    noise = network(torch.randn(3, 4, 4, 8), torch.zeros(3), batch)
    assert noise.shape == (3, 4, 4, 8)
    assert noise.std() < 0.1


def test_zeroed_text_is_not_heard() -> None:
    network = speaker()
    batch = corpus().draw(2, np.random.default_rng(0))
    batch.heard[:] = 0.0
    latents, times = torch.randn(2, 4, 4, 8), torch.full((2,), 500.0)
    before = network(latents, times, batch)
    batch.ids[:, 1:5] = 1000
    torch.testing.assert_close(network(latents, times, batch), before)


def test_a_few_steps_lower_the_loss(run: Run) -> None:
    batch = corpus().draw(8, np.random.default_rng(0))
    run.clock = 30.0
    losses = [run.step(batch, 0.0) for _ in range(15)]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_a_stopped_run_goes_on(run: Run) -> None:
    run.step(run.recipe.stages[0].draw(np.random.default_rng(0)), 0.0)
    run.clock = 12.5
    run.save()
    again = Run(recipe(), 2e-3, 1e-3)
    again.resume()
    assert (again.clock, again.count) == (12.5, 1)
    for name, value in run.speaker.state_dict().items():
        assert torch.equal(value, again.speaker.state_dict()[name])
        assert torch.equal(run.average.weights[name], again.average.weights[name])


def test_stages_follow_one_another() -> None:
    plan = recipe()
    assert plan.stage(0.0) is plan.stages[0]
    assert plan.stage(61.0) is plan.stages[1]
    assert plan.stage(121.0) is None


def test_the_rate_warms_up_stays_and_falls() -> None:
    rates = [rate(progress) for progress in np.linspace(0, 1, 101)]
    assert rates[0] < 0.1
    assert rates[-1] < 0.1
    assert rates[30] == rates[60] == max(rates) == 1.0


def test_the_refiner_meets_only_low_noise() -> None:
    seen: list[float] = []

    class Listener(torch.nn.Module):
        def forward(self, noisy: torch.Tensor, times: torch.Tensor, batch: object) -> torch.Tensor:
            seen.extend(times.tolist())
            return noisy

    batch = corpus().draw(8, np.random.default_rng(0))
    for _ in range(50):
        objective(Listener(), batch, 200, 0.0)
    assert min(seen) >= 0
    assert 190 < max(seen) < 200


def test_both_files_fit_in_sixty_megabytes() -> None:
    from core.models.vae import VAE
    from core.starter.train_vae import CONFIG

    with torch.device("meta"):
        speakers = Speaker.build(BASE_UNET, BIGG, CLIP_L), Speaker.build(REFINER_UNET, BIGG, None)
        networks = [*speakers, VAE(CONFIG), VAE(CONFIG)]
    values = sum(value.numel() for network in networks for value in network.state_dict().values())
    assert 2 * values < 60e6
