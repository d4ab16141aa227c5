"""The planner: from what was asked to what will be done, with nothing left open."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from core.architecture import LATENT_CHANNELS, SDXL_LATENT_RGB, TextConfig, UNetConfig
from core.checkpoint.describe import Checkpoint, listens_to
from core.checkpoint.twins import are_twins
from core.errors import HangaError
from core.machine import Machine
from core.patches.places import Wearer
from core.plan import BASE, REFINER, FirstStage, Plan, Stage, Start
from core.planning.adapters import LoraFolder, check_weights, wardrobe
from core.planning.micro import numbers
from core.planning.names import known
from core.planning.placement import Sizes, placed
from core.planning.prompts import check_prompts
from core.planning.sizes import grid, picture_size
from core.request import AUTO, EIGHT_BITS, EXACT, Request, Size
from core.residency import TOWERS, UNET
from core.sampling.catalogue import CATALOGUE
from core.sampling.noise_levels import NoiseLevels, levels_for
from core.sampling.schedules import SCHEDULES, Schedule, schedule, split

NATIVE_SIZE: Final = (1024, 1024)
DEFAULT_GUIDANCE: Final = 5.0
LARGEST_SEED: Final = 2**63 - 1
MOST_PICTURES: Final = 10_000
MOST_GUIDANCE: Final = 100.0
MOST_AESTHETIC: Final = 100.0
MOST_SHARING: Final = 10
"""Steps, with a step cache: of more, the picture keeps nothing but its outlines."""
MOST_MERGED: Final = 0.75
"""Of every four cells one stays."""
EMPTY_NEGATIVES: Final = ("encode", "zero")
WEIGHTS: Final = (EXACT, EIGHT_BITS)
FROM_NOISE: Final = Start()


class Models(LoraFolder, Protocol):
    """Where model files are found: `core.library.models.ModelFolder`, or a stand-in for tests."""

    def find(self, name: str) -> Path: ...
    def describe(self, name: str) -> Checkpoint: ...
    def companion(self, name: str) -> str | None: ...
    def all(self) -> Iterator[Checkpoint]: ...


@dataclass(frozen=True)
class Text:
    """The text towers that a UNet listens to, and the checkpoint that has them."""

    checkpoint: Checkpoint
    clip_l: TextConfig | None
    big_g: TextConfig


@dataclass(frozen=True)
class Model:
    """A checkpoint that can make pictures from words: its UNet, and the towers, which a UNet alone borrows."""

    checkpoint: Checkpoint
    unet: UNetConfig
    text: Text

    @property
    def wearer(self) -> Wearer:
        return Wearer(unet=self.unet, clip_l=self.text.clip_l, big_g=self.text.big_g)


@dataclass(frozen=True)
class Network:
    """A model that takes part, and its share of the noise levels."""

    role: str
    model: Model
    share: Schedule


def make_plan(request: Request, models: Models, machine: Machine, start: Start = FROM_NOISE) -> Plan:
    """The plan for `request` on `machine`, from noise or from kept latents on.

    Raises HangaError request.* for what cannot be done, file.* for files that are not what they should be.
    """
    check_prompts(request)
    _check_numbers(request)
    base = _model(models.describe(request.checkpoint), models)
    refiner = _refiner(request, models)
    unets = [model.unet for model in (base, refiner) if model is not None]
    width, height = picture_size(request, base.checkpoint.native_size or NATIVE_SIZE, grid(unets))
    networks = _networks(request, base, refiner, start)
    first_stage = _first_stage(request, models, base)
    wearers = {BASE: base.wearer} | ({} if refiner is None else {REFINER: refiner.wearer})
    worn = wardrobe(request, models, wearers, base.checkpoint.path.name)
    draft = Plan(
        request=request,
        stages=tuple(_stage(network, models, request, (width, height)) for network in networks),
        first_stage=first_stage,
        start=start,
        adapters=worn.adapters,
        width=width,
        height=height,
        seeds=_seeds(request),
        sampler=request.sampler,
        schedule=_schedule_name(request),
        guidance_scale=_guidance_scale(request),
        guidance_rescale=request.guidance.rescale,
        guidance_interval=request.guidance.interval,
        zero_terminal_snr=base.checkpoint.ztsnr,
        device=request.device,
        dtype="float32",
        vae_dtype="float32",
        keep_resident=True,
        peak_bytes=0,
        notes=(*_notes(base, refiner, networks), *worn.notes, *(machine.notes if request.device == AUTO else ())),
    )
    return placed(draft, machine, _sizes(networks, worn.bytes))


def _sizes(networks: list[Network], adapters: int) -> Sizes:
    return Sizes(
        stored={place: size for network in networks for place, size in _stored(network)},
        adapters=adapters,
        dtype=networks[0].model.checkpoint.dtype,
    )


def _stored(network: Network) -> Iterator[tuple[tuple[str, str], int]]:
    model, text = network.model.checkpoint, network.model.text
    towers = [text.checkpoint.big_g_part, text.checkpoint.clip_l_part if text.clip_l is not None else None]
    yield (network.role, UNET), 0 if model.unet_part is None else model.unet_part.bytes
    yield (network.role, TOWERS), sum(part.bytes for part in towers if part is not None)


def _check_numbers(request: Request) -> None:
    check_weights(request)
    known(request.sampler, CATALOGUE, "request.unknown_sampler")
    known(request.empty_negative, EMPTY_NEGATIVES, "request.unknown_empty_negative")
    known(request.weights, WEIGHTS, "request.unknown_weights")
    _within("request.count", request.count, 1, MOST_PICTURES)
    _within("request.handoff", request.handoff, 0.0, 1.0)
    _within("request.rescale", request.guidance.rescale, 0.0, 1.0)
    if request.guidance.scale is not None:
        _within("request.guidance", request.guidance.scale, 0.0, MOST_GUIDANCE)
    for wanted in (request.positive, request.negative_conditioning):
        _within("request.aesthetic", wanted.aesthetic, 0.0, MOST_AESTHETIC)
    if request.seed is not None:
        _within("request.seed", request.seed, 0, LARGEST_SEED - request.count + 1)
    _within("request.step_cache", request.step_cache, 1, MOST_SHARING)
    _within("request.merge_tokens", request.merge_tokens, 0.0, MOST_MERGED)
    first, last = request.guidance.interval
    if not 0.0 <= first <= last <= 1.0:
        raise HangaError("request.interval", first=first, last=last)


def _within(code: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise HangaError(code, value=value, least=least, most=most)


def _refiner(request: Request, models: Models) -> Model | None:
    name = models.companion(request.checkpoint) if request.refiner == AUTO else request.refiner
    return None if name is None else _model(models.describe(name), models)


def _model(found: Checkpoint, models: Models) -> Model:
    """Raises HangaError where a file cannot be a stage of text to picture."""
    if found.unet is None:
        raise HangaError("file.not_a_checkpoint", name=found.path.name, kind=found.kind)
    if found.unet.in_channels != LATENT_CHANNELS:
        raise HangaError("file.is_inpainting", name=found.path.name)
    return Model(found, found.unet, _text(found, found.unet, models))


def _text(found: Checkpoint, unet: UNetConfig, models: Models) -> Text:
    """The checkpoint's own towers; for a UNet alone, those of the first model there is that fit it."""
    if found.big_g is not None:
        return Text(found, found.clip_l, found.big_g)
    for lender in models.all():
        for clip_l in (lender.clip_l, None):
            if lender.big_g is not None and listens_to(unet, clip_l, lender.big_g):
                return Text(lender, clip_l, lender.big_g)
    raise HangaError("file.lacks_text", name=found.path.name)


def _networks(request: Request, base: Model, refiner: Model | None, start: Start) -> list[Network]:
    """Who denoises what. Without a refiner the base does all; a network without steps takes no part.

    Raises HangaError request.nothing_left where kept latents leave no step to anybody.
    """
    levels = levels_for(base.checkpoint.ztsnr)
    whole = schedule(known(_schedule_name(request), SCHEDULES, "request.unknown_schedule"), request.steps, levels)
    shares = (whole, whole.part(whole.steps, whole.steps)) if refiner is None else split(whole, request.handoff)
    if start.key is not None:
        shares = below(shares[0], start.sigma, levels), shares[1]
    networks = [Network(BASE, base, shares[0])]
    if refiner is not None:
        networks.append(Network(REFINER, _borrowing(refiner, base), shares[1]))
    taking_part = [network for network in networks if network.share.steps]
    if not taking_part:
        raise HangaError("request.nothing_left", handoff=request.handoff, steps=request.steps)
    return taking_part


def _borrowing(refiner: Model, base: Model) -> Model:
    """The refiner with the text tower of the base, where its own is the same: then it is in memory once."""
    own, lent = refiner.text.checkpoint.big_g_part, base.text.checkpoint.big_g_part
    if refiner.text.clip_l is not None or own is None or lent is None or not are_twins(own, lent):
        return refiner
    return replace(refiner, text=replace(refiner.text, checkpoint=base.text.checkpoint))


def below(share: Schedule, sigma: float, levels: NoiseLevels) -> Schedule:
    """What is left of a share for latents that already are at `sigma`."""
    done = sum(level >= sigma for level in share.sigmas[:-1])
    if share.sigmas[-1] >= sigma or not share.steps:
        return share.part(share.steps, share.steps)
    time = share.timesteps[done - 1] if done and share.sigmas[done - 1] == sigma else levels.time(sigma)
    return Schedule((sigma, *share.sigmas[max(done, 1) :]), (time, *share.timesteps[max(done, 1) :]))


def _schedule_name(request: Request) -> str:
    return request.schedule or CATALOGUE[request.sampler].schedule


def _first_stage(request: Request, models: Models, base: Model) -> FirstStage:
    """The VAE: the one asked for, the checkpoint's own, or that of the model it borrows its towers from."""
    own = base.checkpoint if base.checkpoint.vae is not None else base.text.checkpoint
    found = own if request.vae is None else models.describe(request.vae)
    if found.vae is None:
        raise HangaError("file.lacks_network", name=found.path.name, network="vae")
    rows = found.latent_rgb or own.latent_rgb or SDXL_LATENT_RGB
    return FirstStage(model=models.identify(found.path), config=found.vae, latent_rgb=rows)


def _stage(network: Network, models: Models, request: Request, size: Size) -> Stage:
    model, text = network.model, network.model.text
    scored = text.clip_l is None
    return Stage(
        role=network.role,
        model=models.identify(model.checkpoint.path),
        unet=model.unet,
        text=models.identify(text.checkpoint.path),
        clip_l=text.clip_l,
        bigg=text.big_g,
        prediction=model.checkpoint.prediction,
        sigmas=network.share.sigmas,
        timesteps=network.share.timesteps,
        vector=numbers(request.positive, size, scored),
        negative_vector=numbers(request.negative_conditioning, size, scored),
    )


def _seeds(request: Request) -> tuple[int, ...]:
    first = secrets.randbelow(2**32) if request.seed is None else request.seed
    return tuple(range(first, first + request.count))


def _guidance_scale(request: Request) -> float:
    return DEFAULT_GUIDANCE if request.guidance.scale is None else request.guidance.scale


def _notes(base: Model, refiner: Model | None, networks: list[Network]) -> Iterator[str]:
    if base.checkpoint.is_refiner:
        yield "note.refiner_as_base"
    if refiner is not None and not refiner.checkpoint.is_refiner:
        yield "note.base_as_refiner"
    if refiner is not None and networks[-1].role != REFINER:
        yield "note.refiner_unused"
