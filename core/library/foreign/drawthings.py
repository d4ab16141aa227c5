"""Draw Things: an XMP packet whose user comment is JSON with short names, and fuller ones in its member `v2`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.library import xmp
from core.library.foreign.imported import Found
from core.library.foreign.infotext import size
from core.library.foreign.json_text import members
from core.library.foreign.values import real, string
from core.library.picture_text import XMP_KEY

NAME: Final = "Draw Things"
MOST_LORAS: Final = 64
STORED: Final = ("_f16", "_q6p_q8p", "_q8p", "_q6p", "_f32", "_svd")
"""What its own files say after a model's name about how they are stored."""

NOTED: Final[Mapping[str, str]] = {
    "hiresFix": "foreign.hires_fix",
    "faceRestoration": "foreign.face_restoration",
    "upscaler": "foreign.hires_fix",
    "tiledDiffusion": "foreign.tiling",
    "preserveOriginalAfterInpaint": "foreign.inpainting",
}


def read(texts: Mapping[str, str]) -> Found | None:
    properties = xmp.read_properties(texts[XMP_KEY]) if XMP_KEY in texts else {}
    if not properties.get(xmp.CREATOR_TOOL, "").startswith(NAME):
        return None
    data = members(properties.get(xmp.USER_COMMENT))
    full = data.get("v2")
    return _found(data, full if isinstance(full, dict) else {})


def _found(data: dict[str, Any], full: dict[str, Any]) -> Found:
    width, height = size(string(data.get("size")))
    found = Found(
        program=NAME,
        prompt=data.get("c"),
        negative=data.get("uc"),
        width=width or full.get("width"),
        height=height or full.get("height"),
        steps=data.get("steps", full.get("steps")),
        guidance=data.get("scale", full.get("guidanceScale")),
        seed=data.get("seed", full.get("seed")),
        sampler=data.get("sampler"),
        default_schedule="normal",
        model=_stored(data.get("model", full.get("model"))),
        loras=list(_loras(data.get("lora", full.get("loras")))),
    )
    refiner = string(full.get("refinerModel"))
    if refiner:
        found.refiner, found.switch = _stored(refiner), full.get("refinerStart", 0.85)
    found.positive = _conditioning(full, "", "aestheticScore")
    found.negative_conditioning = _conditioning(full, "negative", "negativeAestheticScore")
    _notes(found, data, full)
    return found


def _stored(name: object) -> str:
    """The model's name without what only tells how Draw Things stores it."""
    plain = string(name).removesuffix(".ckpt")
    return next((plain.removesuffix(ending) for ending in STORED if plain.endswith(ending)), plain)


def _loras(value: object) -> Iterator[tuple[object, object]]:
    for each in value[:MOST_LORAS] if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield _stored(each.get("model", each.get("file"))).removesuffix("_lora"), each.get("weight", 1)


def _conditioning(full: dict[str, Any], prefix: str, score: str) -> dict[str, Any]:
    """Sizes that it names; zero stands for the picture's own."""
    told: dict[str, Any] = {"aesthetic": full.get(score)}
    original = f"{prefix}OriginalImage" if prefix else "originalImage"
    if sides := _sides(full, original):
        told["original_size"] = sides
    if not prefix:
        told["crop"] = (full.get("cropTop"), full.get("cropLeft"))
        told["target_size"] = _sides(full, "targetImage")
    return told


def _sides(full: dict[str, Any], name: str) -> tuple[object, object] | None:
    sides = full.get(f"{name}Width"), full.get(f"{name}Height")
    return sides if all((real(side) or 0) > 0 for side in sides) else None


def _notes(found: Found, data: dict[str, Any], full: dict[str, Any]) -> None:
    for key, code in NOTED.items():
        if full.get(key):
            found.note(code, value=key)
    if data.get("control") or full.get("controls"):
        found.note("foreign.controlnet", value="")
    strength = real(data.get("strength", full.get("strength")))
    if strength is not None and strength < 1.0:
        found.note("foreign.image_to_image", strength=strength)
    if (real(full.get("clipSkip")) or 1) > 2:
        found.note("foreign.clip_skip", value=full["clipSkip"])
    found.note("foreign.noise_source")
