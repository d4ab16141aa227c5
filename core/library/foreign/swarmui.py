"""SwarmUI: `parameters` is JSON with the member `sui_image_params`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.library.foreign import lora_tags
from core.library.foreign.emphasis import without_square
from core.library.foreign.imported import Found
from core.library.foreign.json_text import members
from core.library.foreign.values import model_name, real, string
from core.library.picture import PARAMETERS_KEY

NAME: Final = "SwarmUI"
MEMBER: Final = "sui_image_params"
MOST_LORAS: Final = 64

_TAG: Final = re.compile(r"<(\w{1,30})(?:\[[^\[\]<>]{0,200}\])?[:>]")
TAGS: Final[Mapping[str, str]] = {
    "segment": "foreign.inpainting",
    "object": "foreign.regions",
    "region": "foreign.regions",
    "fromto": "foreign.prompt_schedule",
    "alternate": "foreign.prompt_schedule",
    "wildcard": "foreign.wildcards",
    "random": "foreign.wildcards",
    "embed": "foreign.embedding",
    "refiner": "foreign.prompt_schedule",
}
NOTED: Final[Mapping[str, str]] = {
    "initimage": "foreign.image_to_image",
    "initimagecreativity": "foreign.image_to_image",
    "maskimage": "foreign.inpainting",
    "variationseed": "foreign.variation",
    "refinerupscale": "foreign.hires_fix",
    "freeuapplyto": "foreign.guidance_tricks",
    "controlnetmodel": "foreign.controlnet",
    "promptimages": "foreign.image_prompt",
    "useipadapter": "foreign.image_prompt",
    "seamlesstileable": "foreign.tiling",
}


def read(texts: Mapping[str, str]) -> Found | None:
    told = members(texts.get(PARAMETERS_KEY))
    data = told.get(MEMBER)
    return _found(data, told.get("sui_models")) if isinstance(data, dict) else None


def _found(data: dict[str, Any], models: object) -> Found:
    found = Found(
        program=NAME,
        width=data.get("width"),
        height=data.get("height"),
        steps=data.get("steps"),
        guidance=data.get("cfgscale"),
        seed=data.get("seed"),
        sampler=data.get("sampler"),
        schedule=data.get("scheduler"),
        default_schedule="normal",
        model=data.get("model"),
        vae=data.get("vae"),
    )
    found.prompt = without_square(lora_tags.taken(data.get("prompt"), found))
    found.negative = without_square(data.get("negativeprompt"))
    found.loras += _loras(data)
    _refiner(found, data)
    _notes(found, data)
    _hashes(found, models)
    return found


def _loras(data: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """Names and weights, lists or texts with commas."""
    names, weights = (_listed(data.get(key)) for key in ("loras", "loraweights"))
    for number, name in enumerate(names[:MOST_LORAS]):
        yield name, weights[number] if number < len(weights) else 1


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [part for part in string(value)[:20_000].split(",") if part]


def _refiner(found: Found, data: dict[str, Any]) -> None:
    """It says which share of the steps, at the end, is the refiner's."""
    share, method = real(data.get("refinercontrolpercentage")), string(data.get("refinermethod"))
    name = string(data.get("refinermodel"))
    if share is None or not name or name == "(Use Base)":
        return
    found.refiner, found.switch = name, 1.0 - share
    if not method.lower().startswith("stepswap"):
        found.note("foreign.refiner_method", value=method or "PostApply")


def _notes(found: Found, data: dict[str, Any]) -> None:
    for key, code in NOTED.items():
        value = data.get(key)
        if value and not (key == "refinerupscale" and real(value) == 1.0):
            found.note(code, value=value, strength=data.get("initimagecreativity", "?"))
    for tag in {match.lower() for match in _TAG.findall(string(data.get("prompt"))[: 1 << 18])} & TAGS.keys():
        found.note(TAGS[tag], value=tag)
    skip = real(data.get("clipstopatlayer"))
    if skip is not None and skip < -2:
        found.note("foreign.clip_skip", value=-skip)


def _hashes(found: Found, models: object) -> None:
    for each in models[:MOST_LORAS] if isinstance(models, list) else ():
        if isinstance(each, dict) and string(each.get("hash")):
            name = model_name(each.get("name"))
            digest = string(each["hash"]).removeprefix("0x")
            found.note("foreign.model_hash", name=name, hash=digest[:12])
