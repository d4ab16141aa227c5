"""Preset: settings with a name. It may leave some of them as they are, and never touches what a picture shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.drafting.named import Named
from core.plain import Plain, from_plain, to_plain
from core.request import Request

MEMBERS: Final = (
    "checkpoint",
    "refiner",
    "vae",
    "loras",
    "width",
    "height",
    "aspect",
    "steps",
    "sampler",
    "schedule",
    "guidance",
    "handoff",
    "positive",
    "negative_conditioning",
    "empty_negative",
    "step_cache",
    "merge_tokens",
)
"""Of a request, what a preset may set: how pictures are made, not what they show, how many, or by what machine."""


@dataclass(frozen=True, kw_only=True)
class Preset(Named):
    """`sets`: the members of `settings` that count. `styles` None: those that are on stay on."""

    settings: Request
    sets: tuple[str, ...]
    styles: tuple[str, ...] | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    """What it is for, by language; of those that come with the program."""

    def applied(self, request: Request) -> Request:
        return replace(request, **self._chosen())

    def holds(self, request: Request, styles: tuple[str, ...]) -> bool:
        """Whether everything is as the preset has it."""
        same = all(getattr(request, name) == value for name, value in self._chosen().items())
        return same and self.styles in (None, styles)

    def _chosen(self) -> dict[str, Any]:
        return {name: getattr(self.settings, name) for name in self.sets}


def preset_of(name: str, request: Request, styles: tuple[str, ...]) -> Preset:
    """All settings of `request`, under a name."""
    return Preset(name=name, settings=request, sets=MEMBERS, styles=styles)


def preset_to_plain(preset: Preset) -> dict[str, Plain]:
    settings = {name: to_plain(getattr(preset.settings, name)) for name in preset.sets}
    plain: dict[str, Plain] = {"name": preset.name, "settings": settings}
    return plain if preset.styles is None else plain | {"styles": list(preset.styles)}


def preset_from_plain(plain: Plain) -> Preset:
    """Raises TypeError or ValueError for data of another shape, KeyError for members that a preset cannot set."""
    known = from_plain(_Told, plain)
    settings = _members(plain, "settings")
    if unknown := settings.keys() - set(MEMBERS):
        raise KeyError(*sorted(unknown))
    return Preset(
        name=known.name,
        settings=from_plain(Request, {"prompt": "", **settings}),
        sets=tuple(settings),
        styles=known.styles,
        names=known.names,
        about=known.about,
    )


@dataclass(frozen=True, kw_only=True)
class _Told(Named):
    """A preset without its settings."""

    styles: tuple[str, ...] | None = None
    about: Mapping[str, str] = field(default_factory=dict)


def _members(plain: Plain, name: str) -> dict[str, Any]:
    found = plain.get(name) if isinstance(plain, dict) else None
    if not isinstance(found, dict):
        raise TypeError(f"{name} is no object")
    return found
