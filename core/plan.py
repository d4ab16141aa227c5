"""Plan: what was decided. Files and their hashes, configurations, noise levels, seeds, stages; nothing is left open.

Made by `core.planning` without torch; the pipeline follows it to the letter. A plan and the files it names make the
same picture again, bit for bit on the same machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.request import SCHEMA, Request
from core.residency import UNDECIDED, Residency

BASE = "base"
REFINER = "refiner"


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A checkpoint by name, content and place. Only name and content identify it; the place differs by machine."""

    name: str
    sha256: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A LoRA that acts on UNet and text towers of the stages called `roles`, with its weight."""

    model: ModelFile
    weight: float
    roles: tuple[str, ...] = (BASE,)
    hash: str = ""
    """By which other programs' pictures name it: that of its tensors, whatever its metadata, 12 hex digits."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One network's share of the run: noise levels from the first of `sigmas` down to the last.

    `sigmas` has one entry more than `timesteps`. The vectors hold the micro-conditioning numbers in the order and
    count that this network takes (heights before widths).
    """

    role: str
    model: ModelFile
    unet: UNetConfig
    text: ModelFile
    """Where its text towers lie: in the same file, unless that holds a UNet alone."""
    clip_l: TextConfig | None
    bigg: TextConfig
    prediction: str
    sigmas: tuple[float, ...]
    timesteps: tuple[float, ...]
    vector: tuple[float, ...]
    negative_vector: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FirstStage:
    """The VAE, and the linear map from latents to preview colours that belongs to it: four channel rows and a bias."""

    model: ModelFile
    config: VAEConfig
    latent_rgb: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where the latents come from: fresh noise, or latents that were kept with a picture.

    `key` is that of the picture's record, None for noise. `sigma` is the noise level of its latents called `tensor`; a
    first stage that begins higher begins with that much noise added.
    """

    key: str | None = None
    tensor: str = "handoff"
    sigma: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    request: Request
    stages: tuple[Stage, ...]
    first_stage: FirstStage
    start: Start
    adapters: tuple[Adapter, ...] = ()
    width: int
    height: int
    seeds: tuple[int, ...]
    sampler: str
    schedule: str
    guidance_scale: float
    guidance_rescale: float
    guidance_interval: tuple[float, float]
    zero_terminal_snr: bool
    device: str
    dtype: str
    """Of weights and activations: "float32", "bfloat16" or "float16". Latents are always float32."""
    vae_dtype: str
    keep_resident: bool
    """Whether networks stay in memory between stages and pictures."""
    keep_patched: bool = False
    """Whether weights that adapters change stay in memory beside their originals, or are made anew at every use."""
    peak_bytes: int
    residency: Residency = UNDECIDED
    """Where the weights live, network by network."""
    notes: tuple[str, ...] = ()
    """Codes of things worth saying that are not errors."""
    schema: int = SCHEMA

    @property
    def steps(self) -> int:
        return sum(len(stage.timesteps) for stage in self.stages)
