"""Whole pictures against diffusers' own pipelines: base, hand-over and refiner, other samplers, other networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler
from numpy.typing import NDArray
from torch import Tensor

from core.checkpoint.describe import describe
from core.plan import Plan
from core.request import Guidance, MicroConditioning, Request
from core.sampling.noise_levels import TERMINAL_ALPHA
from tests.checkpoint.samples import Networks, write_folder
from tests.models.twins import relative_error
from tests.pipeline.oracle import SDXL, base_oracle, loaded, refiner_oracle, start_noise, told
from tests.pipeline.studio import REQUEST, Studio

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

SMALL = 1e-5
PLAIN = replace(REQUEST, prompt="a red boat, calm sea", steps=10)
"""Diffusers has no emphasis. Eight steps of the base, two of the refiner."""
ALONE = replace(PLAIN, refiner=None)
EULER = {**SDXL, "timestep_spacing": "leading", "steps_offset": 1}
MULTISTEP = {**SDXL, "algorithm_type": "dpmsolver++", "final_sigmas_type": "zero", "lower_order_final": False}
VARIED = {
    "as it comes": PLAIN,
    "two prompts": replace(PLAIN, prompt_2="ukiyo-e", negative_2="photo"),
    "told other sizes": replace(
        PLAIN,
        positive=MicroConditioning(original_size=(640, 512), crop=(16, 32), target_size=(96, 128), aesthetic=7.5),
        negative_conditioning=MicroConditioning(original_size=(128, 64), crop=(3, 5), aesthetic=1.0),
    ),
    "nothing unwanted, encoded": replace(PLAIN, negative=""),
    "nothing unwanted, zeros": replace(PLAIN, negative="", empty_negative="zero"),
    "rescaled guidance": replace(PLAIN, guidance=Guidance(scale=7.5, rescale=0.7)),
    "another share, another shape": replace(PLAIN, handoff=0.6, width=64, height=128),
}


def tensor(latents: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(latents)[None]


@torch.inference_mode()
def theirs(studio: Studio, request: Request) -> tuple[Tensor, Tensor]:
    """Latents at the hand-over and at the end, by diffusers' ensemble of two pipelines."""
    base_scheduler, refiner_scheduler = EulerDiscreteScheduler(**EULER), EulerDiscreteScheduler(**EULER)
    noise = start_noise(request, base_scheduler)
    base = base_oracle(studio.models.describe(request.checkpoint), base_scheduler)
    handed_over = base(
        **told(request), latents=noise, width=request.width, height=request.height, denoising_end=request.handoff
    ).images
    assert request.refiner is not None
    refiner = refiner_oracle(studio.models.describe(request.refiner), refiner_scheduler)
    final = refiner(
        **told(in_the_words_of_the_second_tower(request)),
        image=handed_over,
        denoising_start=request.handoff,
        aesthetic_score=request.positive.aesthetic,
        negative_aesthetic_score=request.negative_conditioning.aesthetic,
    ).images
    return handed_over, final


def in_the_words_of_the_second_tower(request: Request) -> Request:
    """The refiner's only tower is the base's second, so ours goes on with the second prompt; theirs takes the first."""
    negative = request.negative if request.negative_2 is None else request.negative_2
    return replace(request, prompt=request.prompt_2 or request.prompt, negative=negative)


@pytest.mark.parametrize("request_", VARIED.values(), ids=VARIED.keys())
def test_base_hands_over_to_the_refiner(studio: Studio, request_: Request) -> None:
    handed_over, final = theirs(studio, request_)
    ours = studio.shelf(studio.plan(request_)).of(7)
    assert relative_error(tensor(ours["handoff"]), handed_over) <= SMALL
    assert relative_error(tensor(ours["final"]), final) <= SMALL


@dataclass(frozen=True)
class Case:
    sampler: str
    schedule: str
    scheduler: type
    config: Mapping[str, Any]


CASES = [
    Case("euler", "linspace", EulerDiscreteScheduler, {**SDXL, "timestep_spacing": "linspace"}),
    Case("euler", "karras", EulerDiscreteScheduler, {**SDXL, "use_karras_sigmas": True}),
    Case("heun", "trailing", HeunDiscreteScheduler, {**SDXL, "timestep_spacing": "trailing"}),
    Case("dpmpp_2m", "trailing", DPMSolverMultistepScheduler, {**MULTISTEP, "timestep_spacing": "trailing"}),
    Case("dpmpp_2m", "karras", DPMSolverMultistepScheduler, {**MULTISTEP, "use_karras_sigmas": True}),
    Case("ddim", "ddim_uniform", DDIMScheduler, {**EULER, "clip_sample": False, "set_alpha_to_one": True}),
]


def with_whole_times(plan: Plan) -> Plan:
    """Diffusers' multistep solver tells the network the nearest whole time."""
    (stage,) = plan.stages
    return replace(plan, stages=(replace(stage, timesteps=tuple(float(round(time)) for time in stage.timesteps)),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.sampler} {case.schedule}")
@torch.inference_mode()
def test_the_base_alone_with_other_samplers(studio: Studio, case: Case) -> None:
    request = replace(ALONE, sampler=case.sampler, schedule=case.schedule)
    scheduler = case.scheduler(**case.config)
    noise = start_noise(request, scheduler)
    oracle = base_oracle(studio.models.describe(request.checkpoint), scheduler)
    expected = oracle(**told(request), latents=noise, width=96, height=64).images
    plan = studio.plan(request)
    if case.scheduler is DPMSolverMultistepScheduler:
        plan = with_whole_times(plan)
    assert relative_error(tensor(studio.shelf(plan).of(7)["final"]), expected) <= SMALL


@pytest.fixture(scope="module")
def base_networks(studio: Studio) -> Networks:
    return loaded(studio.models.describe("base.safetensors"))


@torch.inference_mode()
def test_a_v_network_that_starts_from_no_signal(studio: Studio, base_networks: Networks, tmp_path: Path) -> None:
    """The last level has no signal at all; what stands for it differs, so theirs is given ours."""
    told_of_scheduler = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
    folder = write_folder(tmp_path / "v", base_networks, torch.float32, told_of_scheduler)
    guidance = Guidance(scale=5.0, rescale=0.7)
    request = replace(ALONE, checkpoint=str(folder), schedule="trailing", guidance=guidance)
    scheduler = EulerDiscreteScheduler(**SDXL, timestep_spacing="trailing", **told_of_scheduler)
    scheduler.alphas_cumprod[-1] = TERMINAL_ALPHA
    noise = start_noise(request, scheduler)
    oracle = base_oracle(describe(folder), scheduler)
    expected = oracle(**told(request), latents=noise, width=96, height=64).images
    plan = studio.plan(request)
    assert plan.zero_terminal_snr
    assert plan.stages[0].prediction == "v"
    assert relative_error(tensor(studio.shelf(plan).of(7)["final"]), expected) <= 10 * SMALL


@torch.inference_mode()
def test_the_picture_is_decoded_as_theirs(studio: Studio) -> None:
    scheduler = EulerDiscreteScheduler(**EULER)
    noise = start_noise(ALONE, scheduler)
    oracle = base_oracle(studio.models.describe(ALONE.checkpoint), scheduler)
    expected = oracle(**{**told(ALONE), "output_type": "np"}, latents=noise, width=96, height=64).images[0]
    pixels = studio.shelf(studio.plan(ALONE)).pictures[7]
    assert pixels.shape == (64, 96, 3)
    assert np.abs(pixels - expected * 255).max() <= 0.51


def test_both_layouts_of_the_same_weights_give_the_same_picture(
    studio: Studio, base_networks: Networks, tmp_path: Path
) -> None:
    base = write_folder(tmp_path / "base", base_networks, torch.float32)
    networks = loaded(studio.models.describe("refiner.safetensors"))
    refiner = write_folder(tmp_path / "refiner", networks, torch.float32)
    files, folders = studio.plan(), studio.plan(checkpoint=str(base), refiner=str(refiner))
    of_files, of_folders = studio.shelf(files).of(7), studio.shelf(folders).of(7)
    for name in ("handoff", "final"):
        assert np.array_equal(of_files[name], of_folders[name])
