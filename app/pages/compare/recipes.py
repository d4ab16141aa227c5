"""Recipes: the settings of pictures in words, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

from app.language import Language
from app.pages.gallery.about import About
from core.engine import SAMPLER_LABELS, SCHEDULE_LABELS
from core.plain import to_plain
from core.plan import BASE, REFINER
from core.request import AUTO, Guidance, Request

UNTOLD: Final = frozenset({"schema", "count", "device", "width", "height", "aspect"})
"""Members of a request that are no setting of a picture, or are said in other words."""

NAMED: Final = (
    "prompt",
    "prompt_2",
    "negative",
    "negative_2",
    "size",
    "checkpoint",
    "refiner",
    "handoff",
    "steps",
    "guidance.scale",
    "guidance.interval",
    "sampler",
    "schedule",
    "step_cache",
    "merge_tokens",
    "seed",
    "loras",
    "vae",
    "positive.original_size",
    "positive.crop",
    "positive.target_size",
    "positive.aesthetic",
)
"""Settings with a name in words, in the order in which they are told; others follow under the name of their member."""


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same everywhere: its name, and what it is in each of the recipes."""

    name: str
    values: tuple[str, ...]


def made_with(about: About) -> Request | None:
    """What made a picture, with all that was left open when it was asked for; None where nobody knows."""
    request = about.picture.request
    if request is None:
        return None
    request = replace(request, width=about.picture.width, height=about.picture.height, seed=about.picture.seed)
    if about.record is None:
        return request
    plan = about.record.plan
    names = {stage.role: stage.model.name for stage in plan.stages}
    return replace(
        request,
        checkpoint=names.get(BASE, request.checkpoint),
        refiner=names.get(REFINER),
        sampler=plan.sampler,
        schedule=plan.schedule,
        guidance=Guidance(scale=plan.guidance_scale, rescale=plan.guidance_rescale, interval=plan.guidance_interval),
    )


def differences(requests: Sequence[Request | None], language: Language) -> list[Difference]:
    """Only what differs, the named settings first."""
    recipes = [{} if request is None else recipe(request, language) for request in requests]
    names = [*NAMED, *dict.fromkeys(name for told in recipes for name in told if name not in NAMED)]
    nothing = language.say("window_compare.none")
    rows = ((name, tuple(told.get(name) or nothing for told in recipes)) for name in names)
    return [Difference(_name(name, language), values) for name, values in rows if len(set(values)) > 1]


def recipe(request: Request, language: Language) -> dict[str, str]:
    """All settings in words, by the name of the member."""
    plain = to_plain(request)
    assert isinstance(plain, dict)
    told = {name: _words(name, value, language) for name, value in _flat(plain).items() if name not in UNTOLD}
    return told | {"size": _size(request)}


def _name(name: str, language: Language) -> str:
    if name in NAMED:
        return language.say(f"window_compare.setting.{name}")
    return name.replace("_", " ").replace(".", ": ")


def _flat(members: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in members.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat


def _words(name: str, value: Any, language: Language) -> str:
    if name == "refiner" and value in (None, AUTO):
        return language.say("window_compare.refiner.off" if value is None else "window_compare.refiner.auto")
    return "" if value in (None, "", []) else SAYING.get(name, _plain)(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return " × ".join(_plain(each) for each in value)
    return str(value)


def _model(name: str) -> str:
    return PurePath(name).stem


def _loras(loras: list[dict[str, Any]]) -> str:
    return ", ".join(f"{_model(each['name'])} {each['weight']:g}" for each in loras)


def _percent(*shares: float) -> str:
    return f"{'–'.join(f'{100 * share:g}' for share in shares)} %"


def _called(name: str) -> str:
    return SAMPLER_LABELS.get(name) or SCHEDULE_LABELS.get(name, name)


def _size(request: Request) -> str:
    if request.width and request.height:
        return f"{request.width} × {request.height}"
    return request.aspect or ""


SAYING: Final[dict[str, Callable[[Any], str]]] = {
    "checkpoint": _model,
    "refiner": _model,
    "vae": _model,
    "loras": _loras,
    "guidance.interval": lambda interval: _percent(*interval),
    "merge_tokens": _percent,
    "sampler": lambda name: SAMPLER_LABELS.get(name, name),
    "schedule": lambda name: SCHEDULE_LABELS.get(name, name),
}
