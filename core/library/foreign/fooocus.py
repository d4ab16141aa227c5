"""Fooocus: `parameters` in the scheme that `fooocus_scheme` names, its own (JSON) or A1111's (text)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from core.library.foreign import a1111
from core.library.foreign.emphasis import without_square
from core.library.foreign.imported import Found
from core.library.foreign.infotext import parsed
from core.library.foreign.json_text import members
from core.library.foreign.values import real, string
from core.library.picture import PARAMETERS_KEY
from core.library.picture_text import SCHEME_KEY, SOFTWARE_KEY

NAME: Final = "Fooocus"
MOST_LORAS: Final = 64
BREAK: Final = " BREAK "
"""It encodes prompt, styles and expansion one by one and puts the results side by side, as this word does."""

NOTED: Final[Mapping[str, str]] = {
    "freeu": "foreign.guidance_tricks",
    "adaptive_cfg": "foreign.guidance_tricks",
    "inpaint_method": "foreign.inpainting",
    "inpaint_engine_version": "foreign.inpainting",
}
TEXT_FIELDS: Final = ("Sharpness", "ADM Guidance", "Styles", "Performance", "Raw prompt", "Raw negative prompt")


def read(texts: Mapping[str, str]) -> Found | None:
    text, scheme = texts.get(PARAMETERS_KEY, ""), texts.get(SCHEME_KEY, "")
    if not (scheme in ("fooocus", "a1111") or texts.get(SOFTWARE_KEY, "").startswith(NAME)):
        data = members(text) if '"metadata_scheme"' in text or '"adm_guidance"' in text else {}
        return _from_json(data) if data else None
    return _from_json(members(text)) if text.lstrip().startswith("{") else _from_text(text)


def _from_json(data: dict[str, Any]) -> Found:
    width, height = _resolution(data.get("resolution"))
    found = Found(
        program=NAME,
        prompt=without_square(_joined(data.get("full_prompt")) or data.get("prompt")),
        negative=without_square(_joined(data.get("full_negative_prompt")) or data.get("negative_prompt")),
        width=width,
        height=height,
        steps=data.get("steps"),
        guidance=data.get("guidance_scale"),
        seed=data.get("seed"),
        sampler=data.get("sampler"),
        schedule=data.get("scheduler"),
        model=data.get("base_model"),
        model_hash=data.get("base_model_hash"),
        vae=data.get("vae"),
        loras=list(_loras(data)),
    )
    if string(data.get("refiner_model")) not in ("", "None"):
        found.refiner, found.refiner_hash = data["refiner_model"], data.get("refiner_model_hash")
        found.switch = data.get("refiner_switch", 0.8)
    _notes(found, data)
    return found


def _joined(value: object) -> str:
    parts = [string(part).strip() for part in value[:1000]] if isinstance(value, list) else []
    return BREAK.join(part for part in parts if part)


def _resolution(value: object) -> tuple[object, object]:
    """The sides of "(1152, 896)", or of the same as a list."""
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    found = re.fullmatch(r"\(?\s*(\d{1,40})\s*[,x×]\s*(\d{1,40})\s*\)?", string(value)[:100].strip())
    return (found[1], found[2]) if found else (None, None)


def _loras(data: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """The list `loras`, or the older numbered members "name : weight"."""
    listed = data.get("loras")
    if isinstance(listed, list) and listed:
        yield from ((each[0], each[1]) for each in listed[:MOST_LORAS] if isinstance(each, list) and len(each) > 1)
        return
    for number in range(1, MOST_LORAS):
        name, _, weight = string(data.get(f"lora_combined_{number}")).rpartition(" : ")
        if name:
            yield name, weight


def _notes(found: Found, data: dict[str, Any]) -> None:
    for key, code in NOTED.items():
        if data.get(key):
            found.note(code, value=key)
    _own_tricks(found, data.get("sharpness"), data.get("adm_guidance"))
    if (styles := string(data.get("styles"))) not in ("", "[]"):
        found.note("foreign.styles", value=styles.strip("[]").replace("'", ""))
    if (real(data.get("clip_skip")) or 2) > 2:
        found.note("foreign.clip_skip", value=data["clip_skip"])


def _own_tricks(found: Found, sharpness: object, adm_guidance: object) -> None:
    """What it always does, and no other program."""
    if (real(sharpness) or 0.0) > 0.0:
        found.note("foreign.guidance_tricks", value="sharpness")
    if adm_guidance not in (None, "(1.0, 1.0, 0.0)"):
        found.note("foreign.guidance_tricks", value="ADM guidance")


def _from_text(text: str) -> Found:
    told = parsed(text)
    fields = dict(told.fields)
    extra = {key: fields.pop(key) for key in TEXT_FIELDS if key in fields}
    weights = dict(a1111.pairs(fields.pop("Lora weights", "")))
    switch = fields.pop("Refiner switch", None)
    found = a1111.found_in(replace(told, fields=fields), NAME)
    found.loras += weights.items()
    found.switch = switch if switch and found.refiner else found.switch
    _own_tricks(found, extra.get("Sharpness"), extra.get("ADM Guidance"))
    if extra.get("Styles", "[]") != "[]":
        found.note("foreign.styles", value=extra["Styles"].strip("[]").replace("'", ""))
    return found
