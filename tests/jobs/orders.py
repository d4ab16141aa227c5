"""Orders and plans for tests of the queue: right in kind, and of nothing."""

from __future__ import annotations

from core.architecture import SDXL_VAE
from core.jobs.job import Order
from core.plan import FirstStage, ModelFile, Plan, Start
from core.request import Request


def order(name: str, seed: int | None = None) -> Order:
    return Order(request=Request(prompt=name, seed=seed), start=Start(key=name, sigma=0.5), parent=f"parent of {name}")


def plan(request: Request) -> Plan:
    nothing = ModelFile(name="nothing", sha256="", path="")
    return Plan(
        request=request,
        stages=(),
        first_stage=FirstStage(model=nothing, config=SDXL_VAE, latent_rgb=()),
        start=Start(),
        width=64,
        height=64,
        seeds=(request.seed or 0,),
        sampler=request.sampler,
        schedule="leading",
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
