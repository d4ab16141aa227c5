"""InvokeAI: `invokeai_metadata` is JSON; version 2 wrote `sd-metadata`, the first ones a command line, `Dream`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.library.foreign.emphasis import from_invoke
from core.library.foreign.imported import Found
from core.library.foreign.json_text import members
from core.library.foreign.values import real, string

NAME: Final = "InvokeAI"
KEY: Final = "invokeai_metadata"
OLD_KEY: Final = "sd-metadata"
OLDEST_KEY: Final = "Dream"
OLD_FAMILY: Final = "Stable Diffusion 1"
GRID: Final = "leading"
"""The spacing of SDXL's published scheduler settings, which it keeps unless Karras' is chosen."""

_OPTIONS: Final = {"s": "steps", "S": "seed", "W": "width", "H": "height", "C": "guidance", "A": "sampler"}
_OPTION: Final = re.compile(r"(?<=\s)-([sSWHCA])\s?([\w.+-]{1,40})")
_PYRAMIDS: Final = re.compile(r"\)\.(and|blend|swap)\(")

NOTED: Final[Mapping[str, str]] = {
    "controlnets": "foreign.controlnet",
    "t2iAdapters": "foreign.controlnet",
    "ipAdapters": "foreign.image_prompt",
    "hrf_enabled": "foreign.hires_fix",
    "seamless_x": "foreign.tiling",
    "seamless_y": "foreign.tiling",
    "regions": "foreign.regions",
    "canvas_v2_metadata": "foreign.inpainting",
}


def read(texts: Mapping[str, str]) -> Found | None:
    if KEY in texts:
        return _current(members(texts[KEY]))
    if OLD_KEY in texts:
        return _old(members(texts[OLD_KEY]))
    return _oldest(texts[OLDEST_KEY]) if OLDEST_KEY in texts else None


def _current(data: dict[str, Any]) -> Found:
    found = Found(
        program=NAME,
        prompt=from_invoke(data.get("positive_prompt")),
        negative=from_invoke(data.get("negative_prompt")),
        # An empty style means that the second encoder reads the prompt too.
        prompt_2=from_invoke(data.get("positive_style_prompt") or None),
        negative_2=from_invoke(data.get("negative_style_prompt") or None),
        width=data.get("width"),
        height=data.get("height"),
        steps=data.get("steps"),
        guidance=data.get("cfg_scale"),
        rescale=data.get("cfg_rescale_multiplier"),
        seed=data.get("seed"),
        sampler=data.get("scheduler"),
        default_schedule=GRID,
        vae=_model(data.get("vae"))[0],
    )
    found.model, found.model_hash = _model(data.get("model"))
    found.loras = list(_loras(data.get("loras")))
    _refiner(found, data)
    _notes(found, data)
    return found


def _model(value: object) -> tuple[object, object]:
    """(name, hash); older versions wrote `model_name`, or the name alone."""
    if isinstance(value, dict):
        return value.get("name", value.get("model_name")), value.get("hash")
    return value, None


def _loras(value: object) -> Iterator[tuple[object, object]]:
    for each in value[:1000] if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield _model(each.get("model", each.get("lora")))[0], each.get("weight", 1)


def _refiner(found: Found, data: dict[str, Any]) -> None:
    if data.get("refiner_model"):
        found.refiner, found.refiner_hash = _model(data["refiner_model"])
        found.handoff = data.get("refiner_start", 0.8)
        found.positive = {"aesthetic": data.get("refiner_positive_aesthetic_score")}
        found.negative_conditioning = {"aesthetic": data.get("refiner_negative_aesthetic_score")}


def _notes(found: Found, data: dict[str, Any]) -> None:
    for key, code in NOTED.items():
        if data.get(key):
            found.note(code, value=_named(data[key]))
    model = data.get("model")
    base = string(model.get("base", model.get("base_model")) if isinstance(model, dict) else "")
    if base and not base.startswith("sdxl"):
        found.note("foreign.other_family", name=base)
    mode = string(data.get("generation_mode"))
    if "inpaint" in mode or "outpaint" in mode:
        found.note("foreign.inpainting", value=mode)
    elif "img2img" in mode:
        found.note("foreign.image_to_image", strength=data.get("strength", "?"))
    if (real(data.get("clip_skip")) or 0) > 0:
        found.note("foreign.clip_skip", value=data["clip_skip"])
    if data.get("rand_device", "cpu") != "cpu":
        found.note("foreign.noise_source")
    if _PYRAMIDS.search(f"{data.get('positive_prompt')}"[: 1 << 17]):
        found.note("foreign.prompt_sum")


def _named(value: object) -> str:
    """The name of the first model of a list of adapters; empty for what has none."""
    first = value[0] if isinstance(value, list) and value else None
    models = (first.get(key) for key in ("control_model", "t2i_adapter_model", "ip_adapter_model")) if first else ()
    return next((string(_model(model)[0]) for model in models if model), "")


def _old(data: dict[str, Any]) -> Found:
    image = data.get("image")
    told = image if isinstance(image, dict) else {}
    prompts = told.get("prompt")
    first = prompts[0] if isinstance(prompts, list) and prompts else prompts
    text = first.get("prompt") if isinstance(first, dict) else first
    found = Found(
        program=NAME,
        width=told.get("width"),
        height=told.get("height"),
        steps=told.get("steps"),
        guidance=told.get("cfg_scale"),
        seed=told.get("seed"),
        sampler=told.get("sampler"),
        default_schedule="normal",
        model=data.get("model_weights"),
        model_hash=data.get("model_hash"),
    )
    _prompts(found, string(text))
    found.note("foreign.other_family", name=OLD_FAMILY)
    return found


def _oldest(line: str) -> Found:
    """A prompt in quotes, then options: -s 50 -S 7 …"""
    text, _, options = line[: 1 << 17].rpartition('"')
    found = Found(program=NAME, default_schedule="normal")
    _prompts(found, text.lstrip('"'))
    for letter, value in _OPTION.findall(options):
        setattr(found, _OPTIONS[letter], value)
    found.note("foreign.other_family", name=OLD_FAMILY)
    return found


def _prompts(found: Found, text: str) -> None:
    """Words in square brackets were the negative prompt."""
    found.prompt = from_invoke(re.sub(r"\[[^\[\]]{0,20000}\]", "", text))
    found.negative = from_invoke(", ".join(re.findall(r"\[([^\[\]]{0,20000})\]", text)))
