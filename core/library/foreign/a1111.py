"""AUTOMATIC1111 and its family: Forge, SD.Next, Civitai, and whoever else writes the same text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from core.library.foreign import lora_tags
from core.library.foreign.imported import Found
from core.library.foreign.infotext import Infotext, parsed, size
from core.library.foreign.values import real
from core.library.picture import PARAMETERS_KEY

NAME: Final = "AUTOMATIC1111"
MOST_PROMPT: Final = 1 << 20
OWN_GRID: Final = ("ddim", "unipc", "plms", "lcm", "tcd", "restart")
"""Samplers that had a schedule of their own before schedules could be chosen; the others had the normal one."""

LIKE_OURS: Final = frozenset({"Hanga", "Civitai", "Fooocus"})
"""Programs that write this text, but draw noise on the processor and weigh words as we do, unlike A1111."""

UNDERSTOOD: Final = frozenset({
    "Steps", "Sampler", "Schedule type", "Scheduler", "CFG scale", "CFG rescale", "Seed", "Size", "Model", "Model hash",
    "VAE", "Refiner", "Refiner switch at", "Clip skip", "RNG", "Denoising strength", "Lora hashes", "Emphasis",
    "Distilled CFG Scale",
})  # fmt: skip
HARMLESS: Final = frozenset({
    "Version", "App", "User", "VAE hash", "Cache FP16 weight for LoRA", "Created Date", "Parser", "Pipeline",
    "Operations", "Backend", "Template", "Negative Template", "Batch index", "Batch pos", "Batch size", "Batch",
    "Index", "Discard penultimate sigma", "Pad conds", "Time", "Upcast cross attention", "Wildcard prompt",
    "Init image hash", "Wildcard negative prompt", "Hardware Info", "Date", "Comment", "VAE Encoder", "VAE Decoder",
    "Base", "Module 1", "Module 2", "Module 3",
})  # fmt: skip
"""What changes nothing in the picture, or only says again what other fields say."""

NOTED: Final[Mapping[str, str]] = {
    "Face restoration": "foreign.face_restoration",
    "Variation seed": "foreign.variation",
    "Variation seed strength": "foreign.variation",
    "Seed resize from": "foreign.variation",
    "Tiling": "foreign.tiling",
    "TI": "foreign.embedding",
    "TI hashes": "foreign.embedding",
    "Styles": "foreign.styles",
}
NOTED_STARTS: Final[Mapping[str, str]] = {
    "Hires": "foreign.hires_fix",
    "First pass size": "foreign.hires_fix",
    "ControlNet": "foreign.controlnet",
    "ADetailer": "foreign.face_restoration",
    "Mask": "foreign.inpainting",
    "Inpaint": "foreign.inpainting",
    "Conditional mask": "foreign.inpainting",
    "Hypernet": "foreign.hypernetwork",
    "IP-Adapter": "foreign.image_prompt",
}

_WEIGHED: Final = re.compile(r"(?<!\\)[(\[]")


def read(texts: Mapping[str, str]) -> Found | None:
    text = texts.get(PARAMETERS_KEY, "")
    told = parsed(text) if "Steps: " in text or "Negative prompt:" in text else None
    return None if told is None or "Steps" not in told.fields else found_in(told)


def found_in(told: Infotext, program: str | None = None) -> Found:
    """What a text of settings says, in the way of A1111; `program` where that is known from elsewhere."""
    fields = told.fields
    found = Found(program=program or _program(told))
    width, height = size(fields["Size"]) if "Size" in fields else (None, None)
    found.width, found.height = width, height
    found.prompt = lora_tags.taken(told.prompt[:MOST_PROMPT], found)
    found.negative = lora_tags.taken(told.negative[:MOST_PROMPT], found)
    found.steps, found.seed, found.guidance = fields.get("Steps"), fields.get("Seed"), fields.get("CFG scale")
    found.rescale = fields.get("CFG rescale")
    found.sampler, found.schedule = fields.get("Sampler"), fields.get("Schedule type", fields.get("Scheduler"))
    own = (found.sampler or "").lower().startswith(OWN_GRID)
    found.default_schedule = None if own else "normal"
    found.model, found.model_hash = fields.get("Model"), fields.get("Model hash")
    found.vae = fields.get("VAE")
    _refiner(found, fields)
    _resources(found, told.resources)
    _notes(found, fields)
    prompt_notes(found, told.prompt)
    prompt_notes(found, told.negative)
    return found


def _program(told: Infotext) -> str:
    version, app = told.fields.get("Version", ""), told.fields.get("App", "")
    if version.startswith("Hanga"):
        return "Hanga"
    if re.match(r"f\d|forge|neo|reforge", version, re.IGNORECASE):
        return "Forge"
    if "SD.Next" in (app, version) or "sdnext" in app.lower():
        return "SD.Next"
    return "Civitai" if told.resources and not version else NAME


def _refiner(found: Found, fields: Mapping[str, str]) -> None:
    """ "name [hash]" """
    name, _, digest = fields.get("Refiner", "").partition(" [")
    if name and name != "None":
        found.refiner, found.refiner_hash = name, digest.rstrip("]")
        found.switch = fields.get("Refiner switch at", "0.8")


def _resources(found: Found, resources: list[Any]) -> None:
    """Civitai says beside the text which LoRAs took part."""
    known = {str(name) for name, _ in found.loras}
    for each in resources[:100]:
        if not isinstance(each, dict):
            continue
        name, kind = each.get("modelName"), each.get("type")
        if kind in ("lora", "lycoris", "dora", "LORA") and name not in known:
            found.loras.append((name, each.get("weight", 1)))
        elif kind in ("checkpoint", "Checkpoint") and found.model is None:
            found.model = name
        elif kind in ("embed", "TextualInversion"):
            found.note("foreign.embedding", value=name)


def _notes(found: Found, fields: Mapping[str, str]) -> None:
    others = []
    for key, value in fields.items():
        code = NOTED.get(key) or next((NOTED_STARTS[start] for start in NOTED_STARTS if key.startswith(start)), None)
        if code is not None:
            _note_once(found, code, value)
        elif key not in UNDERSTOOD | HARMLESS:
            others.append(key)
    if others:
        found.note("foreign.other_settings", names=", ".join(others))
    _special_notes(found, fields)


def _special_notes(found: Found, fields: Mapping[str, str]) -> None:
    """What depends on more than that a field is there."""
    if "Distilled CFG Scale" in fields:
        found.note("foreign.other_family", name="Flux")
    if (real(fields.get("Clip skip")) or 1) > 2:
        found.note("foreign.clip_skip", value=fields["Clip skip"])
    if "Denoising strength" in fields and not any(key.startswith(("Hires", "Mask", "Inpaint")) for key in fields):
        found.note("foreign.image_to_image", strength=fields["Denoising strength"])
    if found.program not in LIKE_OURS:
        if fields.get("RNG") != "CPU":
            found.note("foreign.noise_source")
        if fields.get("Emphasis") != "No norm" and _WEIGHED.search(f"{found.prompt} {found.negative}"):
            found.note("foreign.weighting")
    for name, digest in pairs(fields.get("Lora hashes", "")):
        found.note("foreign.model_hash", name=name, hash=digest)


def _note_once(found: Found, code: str, value: str) -> None:
    """One feature writes many fields; the first of them stands for all."""
    if all(note.code != code for note in found.unmatched):
        found.note(code, value=value)


def pairs(text: str) -> list[tuple[str, str]]:
    """The members of "name: value, name: value"."""
    parts = (part.rpartition(":") for part in text[:100_000].split(","))
    return [(name.strip(), value.strip()) for name, _, value in parts if name.strip()][:64]


def prompt_notes(found: Found, prompt: str) -> None:
    """What A1111 understands in a prompt beyond emphasis: changes on the way, and sums of prompts."""
    if re.search(r"\bAND\b", prompt[:MOST_PROMPT]):
        found.note("foreign.prompt_sum")
    pieces = (piece.partition("]")[0] for piece in prompt[:MOST_PROMPT].split("[")[1:])
    if any("|" in piece or _is_time(piece.rpartition(":")) for piece in pieces):
        found.note("foreign.prompt_schedule")


def _is_time(parts: tuple[str, str, str]) -> bool:
    return parts[1] == ":" and real(parts[2]) is not None
