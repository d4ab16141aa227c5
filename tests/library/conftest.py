"""Records of pictures that no model has made: the words alone, with every field filled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, REFINER_UNET, SDXL_LATENT_RGB, SDXL_VAE
from core.plan import BASE, REFINER, FirstStage, ModelFile, Plan, Stage, Start
from core.record import ImageRecord, record_of
from core.request import Request

MODEL = ModelFile(name="fine, model.safetensors", sha256="0123456789abcdef" * 4, path="/somewhere/fine.safetensors")
CREATED = "2026-01-02T03:04:05+00:00"


def stage(role: str, sigmas: tuple[float, ...]) -> Stage:
    return Stage(
        role=role,
        model=replace(MODEL, name=f"{role}.safetensors"),
        unet=BASE_UNET if role == BASE else REFINER_UNET,
        text=replace(MODEL, name=f"{role}.safetensors"),
        clip_l=CLIP_L if role == BASE else None,
        bigg=OPENCLIP_BIGG,
        prediction="epsilon",
        sigmas=sigmas,
        timesteps=tuple(float(index) for index in range(len(sigmas) - 1, 0, -1)),
        vector=(64.0, 96.0, 0.0, 0.0, 64.0, 96.0),
        negative_vector=(64.0, 96.0, 0.0, 0.0, 64.0, 96.0),
    )


def plan_for(request: Request, seeds: tuple[int, ...] = (7, 8)) -> Plan:
    return Plan(
        request=request,
        stages=(stage(BASE, (14.6, 3.0, 1.5, 0.5)), stage(REFINER, (0.5, 0.0))),
        first_stage=FirstStage(model=MODEL, config=SDXL_VAE, latent_rgb=SDXL_LATENT_RGB),
        start=Start(),
        width=96,
        height=64,
        seeds=seeds,
        sampler=request.sampler,
        schedule=request.schedule or "normal",
        guidance_scale=5.0,
        guidance_rescale=0.0,
        guidance_interval=(0.0, 1.0),
        zero_terminal_snr=False,
        device="cpu",
        dtype="float32",
        vae_dtype="float32",
        keep_resident=True,
        peak_bytes=1,
    )


def record_for(request: Request) -> ImageRecord:
    return record_of(plan_for(request), 1, CREATED, "Hanga 0")


@pytest.fixture
def record() -> ImageRecord:
    return record_for(Request(prompt="a fox under a red moon", negative="fog"))
