"""From what was asked to what will be done: stages, hand-over, conditioning, seeds, and refusals in the right words."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, REFINER_UNET, SDXL_LATENT_RGB, SDXL_VAE
from core.errors import HangaError
from core.plan import BASE, REFINER, Start
from core.planning.names import known
from core.planning.planner import FROM_NOISE, below, make_plan
from core.request import Guidance, MicroConditioning, Request
from core.sampling.catalogue import CATALOGUE
from core.sampling.noise_levels import SDXL_LEVELS
from core.sampling.schedules import SCHEDULES, schedule
from tests.planning.library import Library, machine, plan_for

SAMPLERS, SPACINGS = sorted(CATALOGUE), sorted(SCHEDULES)


def refusal(library: Library, **wanted: Any) -> HangaError:
    with pytest.raises(HangaError) as caught:
        plan_for(library, **wanted)
    return caught.value


def test_base_and_the_refiner_that_belongs_to_it(library: Library) -> None:
    plan = plan_for(library, steps=25, schedule="leading")
    base, refiner = plan.stages
    assert (base.role, base.unet, base.clip_l, base.bigg) == (BASE, BASE_UNET, CLIP_L, OPENCLIP_BIGG)
    assert (refiner.role, refiner.unet, refiner.clip_l, refiner.bigg) == (REFINER, REFINER_UNET, None, OPENCLIP_BIGG)
    assert (base.model.name, refiner.model.name) == ("sdxl.safetensors", "refiner.safetensors")
    assert (len(base.timesteps), len(refiner.timesteps), plan.steps) == (20, 5, 25)
    assert base.sigmas[-1] == refiner.sigmas[0]
    assert refiner.sigmas[-1] == 0
    assert (base.timesteps[-1], refiner.timesteps[0]) == (201, 161)
    assert (plan.width, plan.height) == (1024, 1024)
    assert plan.first_stage.config == SDXL_VAE
    assert plan.first_stage.latent_rgb == SDXL_LATENT_RGB
    assert plan.start == FROM_NOISE
    assert plan.notes == ()


@given(
    steps=st.integers(1, 60),
    handoff=st.floats(0, 1),
    sampler=st.sampled_from(SAMPLERS),
    spacing=st.one_of(st.none(), st.sampled_from(SPACINGS)),
)
def test_stages_are_one_run_cut_in_two(
    library: Library, steps: int, handoff: float, sampler: str, spacing: str | None
) -> None:
    plan = plan_for(library, steps=steps, handoff=handoff, sampler=sampler, schedule=spacing)
    whole = schedule(spacing or CATALOGUE[sampler].schedule, steps)
    times = [time for stage in plan.stages for time in stage.timesteps]
    assert tuple(times) == whole.timesteps
    sigmas = [*(sigma for stage in plan.stages for sigma in stage.sigmas[:-1]), plan.stages[-1].sigmas[-1]]
    assert tuple(sigmas) == whole.sigmas
    for stage in plan.stages:
        assert len(stage.sigmas) == len(stage.timesteps) + 1 >= 2
        mine = [time >= round(1000 - handoff * 1000) for time in stage.timesteps]
        assert all(mine) if stage.role == BASE else not any(mine)
    for one, other in zip(plan.stages, plan.stages[1:], strict=False):
        assert one.sigmas[-1] == other.sigmas[0]
    assert ("note.refiner_unused" in plan.notes) == (plan.stages[-1].role == BASE)


def test_the_hand_over_at_either_end(library: Library) -> None:
    assert [stage.role for stage in plan_for(library, handoff=1.0).stages] == [BASE]
    assert [stage.role for stage in plan_for(library, handoff=0.0).stages] == [REFINER]
    assert [stage.role for stage in plan_for(library, refiner=None).stages] == [BASE]
    few = plan_for(library, steps=4, schedule="trailing")
    assert ([stage.role for stage in few.stages], few.notes) == ([BASE], ("note.refiner_unused",))


def test_each_network_is_told_the_numbers_it_takes(library: Library) -> None:
    wanted = MicroConditioning(original_size=(800, 600), crop=(3, 5), target_size=(512, 256), aesthetic=7.5)
    plan = plan_for(library, positive=wanted, width=1280, height=768)
    base, refiner = plan.stages
    assert (base.vector, base.negative_vector) == ((600, 800, 3, 5, 256, 512), (768, 1280, 0, 0, 768, 1280))
    assert (refiner.vector, refiner.negative_vector) == ((600, 800, 3, 5, 7.5), (768, 1280, 0, 0, 2.5))


def test_other_combinations_work_and_say_so(library: Library) -> None:
    assert plan_for(library, checkpoint="refiner", refiner=None, vae="vae").notes == ("note.refiner_as_base",)
    swapped = plan_for(library, refiner="sdxl")
    assert swapped.notes == ("note.base_as_refiner",)
    assert len(swapped.stages[-1].vector) == 6


def test_a_model_trained_to_no_signal(library: Library) -> None:
    plan = plan_for(library, checkpoint="v", schedule="trailing")
    assert plan.zero_terminal_snr
    assert plan.stages[0].prediction == "v"
    assert plan.stages[0].sigmas[0] > 4000
    assert not plan_for(library).zero_terminal_snr


def test_the_model_s_own_size(library: Library) -> None:
    plan = plan_for(library, checkpoint="small")
    assert plan.width % 16 == plan.height % 16 == 0
    assert abs(math.log(plan.width * plan.height / (72 * 200))) < 0.2
    assert plan.height > 2 * plan.width


def test_another_first_stage(library: Library) -> None:
    plan = plan_for(library, vae="vae")
    assert plan.first_stage.model.name == "vae.safetensors"
    assert plan.stages[0].model.name == "sdxl.safetensors"


def test_seeds(library: Library) -> None:
    assert plan_for(library, seed=5, count=3).seeds == (5, 6, 7)
    assert plan_for(library, seed=2**63 - 1).seeds == (2**63 - 1,)
    drawn = {plan_for(library, seed=None).seeds for _ in range(5)}
    assert len(drawn) == 5
    assert all(0 <= seed < 2**32 for (seed,) in drawn)


def test_what_is_left_open_is_filled_in(library: Library) -> None:
    plan = plan_for(library, sampler="dpmpp_2m")
    assert (plan.sampler, plan.schedule, plan.guidance_scale) == ("dpmpp_2m", "karras", 5.0)
    assert plan_for(library, guidance=Guidance(scale=1.0)).guidance_scale == 1.0


NAN = float("nan")
WRONG = [
    ("request.unknown_sampler", {"sampler": "eular"}, {"name": "eular", "nearest": "euler"}),
    ("request.unknown_schedule", {"schedule": "karas"}, {"nearest": "karras"}),
    ("request.unknown_empty_negative", {"empty_negative": "zeros"}, {"nearest": "zero"}),
    ("request.unknown_device", {"device": "cuda:7"}, {"nearest": "cuda:0"}),
    ("request.unknown_dtype", {"dtype": "float8"}, {}),
    ("request.half_on_processor", {"device": "cpu", "dtype": "fp16"}, {}),
    ("request.count", {"count": 0}, {"value": 0, "least": 1}),
    ("request.count", {"count": 10_001}, {}),
    ("request.handoff", {"handoff": -0.01}, {}),
    ("request.handoff", {"handoff": 1.01}, {}),
    ("request.handoff", {"handoff": NAN}, {}),
    ("request.rescale", {"guidance": Guidance(rescale=1.5)}, {}),
    ("request.guidance", {"guidance": Guidance(scale=-1.0)}, {}),
    ("request.guidance", {"guidance": Guidance(scale=NAN)}, {}),
    ("request.guidance", {"guidance": Guidance(scale=math.inf)}, {}),
    ("request.interval", {"guidance": Guidance(interval=(0.8, 0.2))}, {"first": 0.8, "last": 0.2}),
    ("request.interval", {"guidance": Guidance(interval=(-0.1, 0.2))}, {}),
    ("request.interval", {"guidance": Guidance(interval=(0.0, NAN))}, {}),
    ("request.step_cache", {"step_cache": 0}, {"value": 0, "least": 1}),
    ("request.merge_tokens", {"merge_tokens": 0.9}, {"value": 0.9, "most": 0.75}),
    ("request.merge_tokens", {"merge_tokens": NAN}, {}),
    ("request.unknown_weights", {"weights": "8bits"}, {"name": "8bits", "nearest": "8bit"}),
    ("request.aesthetic", {"positive": MicroConditioning(aesthetic=NAN)}, {}),
    ("request.aesthetic", {"negative_conditioning": MicroConditioning(aesthetic=-1)}, {}),
    ("request.seed", {"seed": -1}, {}),
    ("request.seed", {"seed": 2**63}, {}),
    ("request.seed", {"seed": 2**63 - 2, "count": 3}, {}),
    ("request.steps", {"steps": 0}, {"most": 999}),
    ("request.steps", {"steps": 1000}, {}),
    ("request.size", {"width": 1000, "height": 1024}, {"side": "width", "nearest": 1024, "step": 64}),
    ("request.size", {"width": 0}, {"nearest": 64}),
    ("request.aspect", {"aspect": "wide"}, {}),
    ("request.too_large", {"width": 8192, "height": 8192}, {}),
    ("request.prompt_characters", {"prompt": "a\0b"}, {}),
    ("request.prompt_characters", {"negative_2": "\ud83d"}, {}),
    ("request.prompt_too_long", {"prompt": "x" * 65537}, {"size": 65537}),
    ("file.is_inpainting", {"checkpoint": "inpaint"}, {"name": "inpaint.safetensors"}),
    ("file.lacks_text", {"checkpoint": "lone"}, {"name": "lone.safetensors"}),
    ("file.not_a_checkpoint", {"checkpoint": "vae"}, {"kind": "vae"}),
    ("file.not_a_checkpoint", {"refiner": "vae"}, {}),
    ("file.lacks_network", {"checkpoint": "refiner", "refiner": None}, {"network": "vae"}),
    ("file.lacks_network", {"vae": "unet"}, {"network": "vae"}),
    ("file.unknown_model", {"checkpoint": "sdxxl"}, {"name": "sdxxl"}),
]


@pytest.mark.parametrize(("code", "wanted", "data"), WRONG, ids=[f"{code} {wanted}"[:60] for code, wanted, _ in WRONG])
def test_what_cannot_be_done_is_refused(
    library: Library, code: str, wanted: dict[str, Any], data: dict[str, Any]
) -> None:
    error = refusal(library, **wanted)
    assert error.code == code
    assert data.items() <= error.data.items()


@given(st.text(max_size=12))
def test_an_unknown_name_is_answered_with_one_that_exists(name: str) -> None:
    if name in SAMPLERS:
        assert known(name, CATALOGUE, "request.unknown_sampler") == name
        return
    with pytest.raises(HangaError) as caught:
        known(name, CATALOGUE, "request.unknown_sampler")
    assert caught.value.data["name"] == name
    assert caught.value.data["nearest"] in SAMPLERS


@pytest.mark.parametrize(
    ("typed", "meant"), [("dpm_2m", "dpm_2"), ("Euler", "euler"), ("ddin", "ddim"), ("LCM", "lcm")]
)
def test_the_nearest_name_is_the_one_that_was_meant(typed: str, meant: str) -> None:
    with pytest.raises(HangaError) as caught:
        known(typed, CATALOGUE, "request.unknown_sampler")
    assert caught.value.data["nearest"] == meant


@given(st.integers(1, 50), st.sampled_from(SPACINGS), st.floats(0.0, 20.0))
def test_what_is_left_for_latents_on_their_way(steps: int, spacing: str, sigma: float) -> None:
    whole = schedule(spacing, steps)
    left = below(whole, sigma, SDXL_LEVELS)
    assert len(left.sigmas) == len(left.timesteps) + 1
    if sigma == 0:
        assert not left.steps
        return
    assert left.sigmas[0] == sigma
    assert left.sigmas[-1] == 0
    assert all(before > after for before, after in zip(left.sigmas, left.sigmas[1:], strict=False))
    assert set(left.sigmas[1:]) <= set(whole.sigmas)
    assert abs(left.timesteps[0] - SDXL_LEVELS.time(sigma)) < 1e-6 or sigma in whole.sigmas


@given(st.integers(2, 50), st.sampled_from(SPACINGS), st.data())
def test_latents_at_a_level_of_the_schedule_go_on_as_if_nothing_had_been(
    steps: int, spacing: str, data: st.DataObject
) -> None:
    whole = schedule(spacing, steps)
    index = data.draw(st.integers(0, steps - 1))
    assert below(whole, whole.sigmas[index], SDXL_LEVELS) == whole.part(index, steps)


def test_latents_that_leave_nothing_to_do(library: Library) -> None:
    request = Request(prompt="", checkpoint="sdxl", seed=1, handoff=1.0)
    with pytest.raises(HangaError) as caught:
        make_plan(request, library, machine(), Start(key="k", tensor="final", sigma=0.0))
    assert caught.value.code == "request.nothing_left"
    few = replace(request, handoff=0.8, steps=3, schedule="trailing")
    with pytest.raises(HangaError) as caught:
        make_plan(few, library, machine(), Start(key="k", tensor="final", sigma=0.0))
    assert caught.value.data == {"handoff": 0.8, "steps": 3}


def test_a_unet_alone_borrows_towers_and_first_stage_from_a_model_that_fits(library: Library) -> None:
    plan = plan_for(library, checkpoint="unet", refiner=None)
    (stage,) = plan.stages
    assert stage.model.name == "unet.safetensors"
    assert stage.text.name == plan.first_stage.model.name == "sdxl.safetensors"
    assert (stage.clip_l, stage.bigg) == (CLIP_L, OPENCLIP_BIGG)
