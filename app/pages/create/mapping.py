"""Which control of the panel is which part of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from app.pages.create.count_field import CountField
from app.pages.create.faster import WAYS, Faster
from app.pages.create.form import Binding
from app.pages.create.framing import Framing
from app.pages.create.lora_list import LoraList
from app.pages.create.method import Method
from app.pages.create.model_card import ModelCard
from app.pages.create.prompts import Prompts
from app.widgets.aspect_picker import AspectPicker
from app.widgets.number_field import NumberField
from app.widgets.seed_field import SeedField
from core.request import EXACT, Request, Size

USUAL_GUIDANCE = 5.0
"""Shown where the request leaves it to the model."""
HUNDREDTHS = 100


class Controls(Protocol):
    prompts: Prompts
    model: ModelCard
    loras: LoraList
    shape: AspectPicker
    steps: NumberField
    guidance: NumberField
    method: Method
    seed: SeedField
    count: CountField
    framing: Framing
    faster: Faster


def bindings(panel: Controls) -> Iterator[Binding]:
    """In an order in which what decides over others comes first: the model over sizes, sizes over framing."""
    yield from _words(panel.prompts)
    yield from _model(panel)
    yield from _numbers(panel)
    yield from _framing(panel.framing)
    yield from _faster(panel.faster)


def size_shown(request: Request, card: ModelCard) -> Size:
    """(width, height); what the request leaves to the model is the model's own."""
    facts = card.facts
    if request.width is None and request.height is None:
        return facts.native if request.aspect is None else facts.sized(_ratio(request.aspect))
    sides = [side for side in (request.width, request.height) if side is not None]
    return sides[0], sides[-1]


def _member(name: str, show: Callable[[Any], None], read: Callable[[], Any]) -> Binding:
    """Of a member of requests that is shown as it is."""
    return Binding(
        lambda request: show(getattr(request, name)), read, lambda request, value: replace(request, **{name: value})
    )


def _words(prompts: Prompts) -> Iterator[Binding]:
    yield _member("prompt", prompts.prompt.set_text, lambda: prompts.prompt.text)
    yield _member("negative", prompts.negative.set_text, lambda: prompts.negative.text)
    yield _member("prompt_2", prompts.set_second, lambda: prompts.second_text)


def _model(panel: Controls) -> Iterator[Binding]:
    card = panel.model
    yield _member("checkpoint", card.set_checkpoint, lambda: card.checkpoint)
    yield _member("refiner", card.set_refiner, lambda: card.refiner)
    yield _member("handoff", card.hand_over.set_handoff, lambda: card.hand_over.handoff)
    yield Binding(
        lambda request: panel.shape.set_size(size_shown(request, card)),
        lambda: panel.shape.size_in_pixels,
        lambda request, size: replace(request, width=size[0], height=size[1], aspect=None),
    )


def _numbers(panel: Controls) -> Iterator[Binding]:
    yield _member("loras", panel.loras.set_loras, lambda: panel.loras.loras)
    yield _member("steps", panel.steps.set_value, lambda: round(panel.steps.value))
    yield Binding(
        lambda request: panel.guidance.set_value(_guidance(request)),
        lambda: panel.guidance.value,
        lambda request, scale: replace(request, guidance=replace(request.guidance, scale=scale)),
    )
    yield _member("sampler", panel.method.set_sampler, lambda: panel.method.sampler)
    yield _member("schedule", panel.method.set_schedule, lambda: panel.method.schedule)
    yield _member("seed", panel.seed.set_seed, lambda: panel.seed.seed)
    yield _member("count", panel.count.set_count, lambda: panel.count.count)


def _framing(framing: Framing) -> Iterator[Binding]:
    def positive(request: Request, **changed: Any) -> Request:
        return replace(request, positive=replace(request.positive, **changed))

    yield Binding(
        lambda request: framing.original.set_imagined(request.positive.original_size),
        lambda: framing.original.imagined,
        lambda request, size: positive(request, original_size=size),
    )
    yield Binding(
        lambda request: framing.pad.set_crop(*request.positive.crop),
        lambda: framing.pad.crop,
        lambda request, crop: positive(request, crop=crop),
    )
    yield Binding(
        lambda request: framing.target.set_imagined(request.positive.target_size),
        lambda: framing.target.imagined,
        lambda request, size: positive(request, target_size=size),
    )
    yield Binding(
        lambda request: framing.wanted.set_score(request.positive.aesthetic),
        lambda: framing.wanted.score,
        lambda request, score: positive(request, aesthetic=score),
    )
    yield Binding(
        lambda request: framing.avoided.set_score(request.negative_conditioning.aesthetic),
        lambda: framing.avoided.score,
        lambda request, score: replace(
            request, negative_conditioning=replace(request.negative_conditioning, aesthetic=score)
        ),
    )


def _faster(faster: Faster) -> Iterator[Binding]:
    yield Binding(
        lambda request: faster.weights.choose(request.weights if request.weights in WAYS else EXACT),
        lambda: faster.weights.value,
        lambda request, way: replace(request, weights=way),
    )
    yield _member("step_cache", faster.step_cache.set_value, lambda: round(faster.step_cache.value))
    yield Binding(
        lambda request: faster.merge_tokens.set_value(request.merge_tokens * HUNDREDTHS),
        lambda: faster.merge_tokens.value,
        lambda request, percent: replace(request, merge_tokens=percent / HUNDREDTHS),
    )
    yield Binding(
        lambda request: faster.guided.set_span(*request.guidance.interval),
        lambda: faster.guided.span,
        lambda request, span: replace(request, guidance=replace(request.guidance, interval=span)),
    )


def _guidance(request: Request) -> float:
    return USUAL_GUIDANCE if request.guidance.scale is None else request.guidance.scale


def _ratio(aspect: str) -> float:
    """Width over height; 1 for what is none, which planning will refuse with a sentence."""
    parts = aspect.replace("x", ":").replace("/", ":").split(":")
    try:
        return float(parts[0]) / float(parts[1] if len(parts) > 1 else 1) or 1.0
    except (ValueError, ZeroDivisionError):
        return 1.0
