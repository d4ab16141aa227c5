"""What diffusers also has gives what diffusers gives: samplers over whole runs of a nonlinear network, and guidance."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import diffusers.schedulers as schedulers
import pytest
import torch
from diffusers.guiders.guider_utils import rescale_noise_cfg
from torch import Tensor

from core.sampling.denoiser import Denoiser, Prediction, denoiser
from core.sampling.guidance import guide
from core.sampling.noise import NoiseSource
from core.sampling.noise_levels import SDXL_LEVELS
from core.sampling.samplers import SAMPLERS
from core.sampling.schedules import Schedule, schedule, time_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPE = (4, 6, 10)
SEEDS = (3, 4)
STEPS = 20
SMALL = 2e-6
SDXL = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
TRAILING = {**SDXL, "timestep_spacing": "trailing"}
MULTISTEP = {**TRAILING, "final_sigmas_type": "zero", "lower_order_final": False}


def network(scaled: Tensor, time: float, sigma: float = 0.0) -> Tensor:
    """Curved, coupled between cells, and dependent on time, so that no term of a sampler can hide."""
    return 0.9 * torch.tanh(scaled + 0.3 * scaled.roll(1, -1)) + 0.1 * math.cos(float(time) / 200)


def ours(sampler: str, whole: Schedule, prediction: Prediction = "epsilon", **options: float) -> Tensor:
    return run(sampler, denoiser(network, prediction, time_of(whole)), whole, **options)


def run(sampler: str, denoise: Denoiser, whole: Schedule, **options: float) -> Tensor:
    *_, last = SAMPLERS[sampler](denoise, start(whole), whole.sigmas, NoiseSource(SEEDS, SHAPE), **options)
    return last.latents


def start(whole: Schedule) -> Tensor:
    return NoiseSource(SEEDS, SHAPE).start() * math.sqrt(1 + whole.sigmas[0] ** 2)


def theirs(scheduler: Any, latents: Tensor, **step_options: Callable[[], object]) -> Tensor:
    for time in scheduler.timesteps:
        output = network(scheduler.scale_model_input(latents, time), float(time))
        options = {name: make() for name, make in step_options.items()}
        latents = scheduler.step(output, time, latents, **options).prev_sample
    return latents


def variance_preserving(whole: Schedule) -> Tensor:
    return start(whole) / math.sqrt(1 + whole.sigmas[0] ** 2)


def error(result: Tensor, expected: Tensor) -> float:
    return float((result - expected).norm() / expected.norm())


def inject(monkeypatch: pytest.MonkeyPatch, module: ModuleType, noise: NoiseSource) -> None:
    monkeypatch.setattr(module, "randn_tensor", lambda *_, **__: noise.draw())


@pytest.mark.parametrize("spacing", ["leading", "linspace", "trailing"])
@pytest.mark.parametrize(("prediction", "their_prediction"), [("epsilon", "epsilon"), ("v", "v_prediction")])
def test_euler(spacing: str, prediction: Prediction, their_prediction: str) -> None:
    scheduler = schedulers.EulerDiscreteScheduler(
        **SDXL, timestep_spacing=spacing, steps_offset=1, prediction_type=their_prediction
    )
    scheduler.set_timesteps(STEPS)
    whole = schedule(spacing, STEPS)
    assert error(ours("euler", whole, prediction), theirs(scheduler, start(whole))) < SMALL


def test_euler_ancestral(monkeypatch: pytest.MonkeyPatch) -> None:
    inject(monkeypatch, schedulers.scheduling_euler_ancestral_discrete, NoiseSource(SEEDS, SHAPE))
    scheduler = schedulers.EulerAncestralDiscreteScheduler(**TRAILING)
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    assert error(ours("euler_ancestral", whole), theirs(scheduler, start(whole))) < SMALL


@pytest.mark.parametrize(
    ("sampler", "their_scheduler"),
    [("heun", schedulers.HeunDiscreteScheduler), ("dpm_2", schedulers.KDPM2DiscreteScheduler)],
)
def test_second_order(sampler: str, their_scheduler: Any) -> None:
    scheduler = their_scheduler(**TRAILING)
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    assert error(ours(sampler, whole), theirs(scheduler, start(whole))) < SMALL


def test_dpmpp_2m() -> None:
    scheduler = schedulers.DPMSolverMultistepScheduler(**MULTISTEP, algorithm_type="dpmsolver++", solver_order=2)
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    assert error(ours("dpmpp_2m", whole), theirs(scheduler, variance_preserving(whole))) < SMALL


def test_dpmpp_2m_on_karras_levels() -> None:
    scheduler = schedulers.DPMSolverMultistepScheduler(
        **{**MULTISTEP, "timestep_spacing": "linspace"}, use_karras_sigmas=True
    )
    scheduler.set_timesteps(STEPS)
    karras = schedule("karras", STEPS)
    whole = Schedule(karras.sigmas, tuple(float(time) for time in scheduler.timesteps))
    assert max(abs(a - b) for a, b in zip(whole.timesteps, karras.timesteps, strict=True)) <= 0.51
    assert error(ours("dpmpp_2m", whole), theirs(scheduler, variance_preserving(whole))) < SMALL


def brownian(whole: Schedule) -> Callable[[], Tensor]:
    """The increments our SDE samplers see, one per step; none is needed for the step to 0."""
    noise = NoiseSource(SEEDS, SHAPE)
    pairs = iter(zip(whole.sigmas, whole.sigmas[1:], strict=False))

    def next_increment() -> Tensor:
        sigma, sigma_next = next(pairs)
        return noise.between(sigma, sigma_next) if sigma_next > 0 else torch.zeros(len(SEEDS), *SHAPE)

    return next_increment


def test_dpmpp_2m_sde() -> None:
    scheduler = schedulers.DPMSolverMultistepScheduler(**MULTISTEP, algorithm_type="sde-dpmsolver++", solver_order=2)
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    expected = theirs(scheduler, variance_preserving(whole), variance_noise=brownian(whole))
    assert error(ours("dpmpp_2m_sde", whole), expected) < SMALL


def test_dpmpp_3m_sde_without_noise_is_the_third_order_multistep_method() -> None:
    scheduler = schedulers.DPMSolverMultistepScheduler(
        **MULTISTEP, algorithm_type="dpmsolver++", solver_order=3, solver_type="heun"
    )
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    assert error(ours("dpmpp_3m_sde", whole, eta=0.0), theirs(scheduler, variance_preserving(whole))) < SMALL


def test_dpmpp_2s_without_noise_is_the_single_step_method() -> None:
    """Theirs spends two levels on a step and ours puts its own middle level there; the times are theirs."""
    scheduler = schedulers.DPMSolverSinglestepScheduler(
        **SDXL, solver_order=2, lower_order_final=False, use_exponential_sigmas=True, final_sigmas_type="sigma_min"
    )
    scheduler.set_timesteps(STEPS)
    sigmas = tuple(float(sigma) for sigma in scheduler.sigmas)[::2]
    whole = Schedule(sigmas, tuple(float(time) for time in scheduler.timesteps[::2]))

    def nearest(sigma: float) -> float:
        return float(scheduler.timesteps[(scheduler.sigmas[:-1] - sigma).abs().argmin()])

    denoise = denoiser(network, "epsilon", nearest)
    scaled = run("dpmpp_2s_ancestral", denoise, whole, eta=0.0) / math.sqrt(1 + sigmas[-1] ** 2)
    assert error(scaled, theirs(scheduler, variance_preserving(whole))) < SMALL


@pytest.mark.parametrize("eta", [0.0, 0.6])
def test_ddim(eta: float) -> None:
    scheduler = schedulers.DDIMScheduler(
        **SDXL, timestep_spacing="leading", steps_offset=1, clip_sample=False, set_alpha_to_one=True
    )
    scheduler.set_timesteps(STEPS)
    whole = schedule("ddim_uniform", STEPS)
    noise = NoiseSource(SEEDS, SHAPE)
    expected = theirs(scheduler, variance_preserving(whole), eta=lambda: eta, variance_noise=noise.draw)
    assert error(ours("ddim", whole, eta=eta), expected) < SMALL


@pytest.mark.parametrize("order", [1, 2, 3])
def test_unipc(order: int) -> None:
    scheduler = schedulers.UniPCMultistepScheduler(
        **{**MULTISTEP, "lower_order_final": True}, solver_order=order, solver_type="bh2"
    )
    scheduler.set_timesteps(STEPS)
    whole = schedule("trailing", STEPS)
    assert error(ours("unipc", whole, order=order), theirs(scheduler, variance_preserving(whole))) < SMALL


def test_lcm(monkeypatch: pytest.MonkeyPatch) -> None:
    inject(monkeypatch, schedulers.scheduling_lcm, NoiseSource(SEEDS, SHAPE))
    scheduler = schedulers.LCMScheduler(**SDXL)
    scheduler.set_timesteps(timesteps=[999, 799, 599, 399, 199], original_inference_steps=50)
    whole = schedule("trailing", 5)
    assert error(ours("lcm", whole), theirs(scheduler, variance_preserving(whole))) < SMALL


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_tcd(monkeypatch: pytest.MonkeyPatch, eta: float) -> None:
    """Theirs ends at the lowest trained level, so ours is told to."""
    inject(monkeypatch, schedulers.scheduling_tcd, NoiseSource(SEEDS, SHAPE))
    scheduler = schedulers.TCDScheduler(**SDXL, steps_offset=1)
    scheduler.set_timesteps(timesteps=[999, 799, 599, 399, 199], original_inference_steps=50)
    trailing = schedule("trailing", 5)
    whole = Schedule((*trailing.sigmas[:-1], SDXL_LEVELS.smallest), trailing.timesteps)
    scaled = ours("tcd", whole, eta=eta) / math.sqrt(1 + SDXL_LEVELS.smallest**2)
    assert error(scaled, theirs(scheduler, variance_preserving(whole), eta=lambda: eta)) < SMALL


@pytest.mark.parametrize(("scale", "rescale"), [(5.0, 0.0), (7.5, 0.7), (3.0, 1.0)])
def test_guidance(scale: float, rescale: float) -> None:
    conditional, unconditional = NoiseSource((1, 2), SHAPE).start(), NoiseSource((3, 4), SHAPE).start()
    plain = unconditional + scale * (conditional - unconditional)
    expected = rescale_noise_cfg(plain, conditional, guidance_rescale=rescale)
    assert torch.equal(guide(conditional, unconditional, scale, rescale), expected)
