"""NovelAI: texts `Title`, `Description`, `Software`, `Source` and `Comment` (JSON), or all that hidden in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.library.foreign.emphasis import from_novelai
from core.library.foreign.imported import MODEL_PRIVATE, Found
from core.library.foreign.json_text import members
from core.library.foreign.values import real, string
from core.library.picture_text import COMMENT_KEY, SOFTWARE_KEY

NAME: Final = "NovelAI"
SDXL_SOURCES: Final = frozenset({
    "C1E1DE52", "B0BDF6C1", "8BA2AF87", "7BCCAA2C", "4BE8C60C", "C8704949", "37C2B166", "9CC2F394",
})  # fmt: skip
"""What `Source` ends with where the model is of SDXL's family (version 3)."""

NOTED: Final[Mapping[str, str]] = {
    "sm": "foreign.guidance_tricks",
    "sm_dyn": "foreign.guidance_tricks",
    "dynamic_thresholding": "foreign.guidance_tricks",
    "skip_cfg_above_sigma": "foreign.guidance_tricks",
    "reference_strength_multiple": "foreign.image_prompt",
    "reference_image_multiple": "foreign.image_prompt",
    "controlnet_model": "foreign.controlnet",
}


def read(texts: Mapping[str, str]) -> Found | None:
    source = texts.get("Source", "")
    known = texts.get(SOFTWARE_KEY) == NAME or source.startswith(("Stable Diffusion", "NovelAI"))
    data = members(texts.get(COMMENT_KEY))
    return _found(data, texts) if known and (data or "Description" in texts) else None


def _found(data: dict[str, Any], texts: Mapping[str, str]) -> Found:
    source = texts.get("Source", "")
    found = Found(
        program=NAME,
        prompt=from_novelai(data.get("prompt") or _caption(data.get("v4_prompt")) or texts.get("Description")),
        negative=from_novelai(data.get("uc") or _caption(data.get("v4_negative_prompt"))),
        width=data.get("width"),
        height=data.get("height"),
        steps=data.get("steps"),
        guidance=data.get("scale"),
        rescale=data.get("cfg_rescale"),
        seed=data.get("seed"),
        sampler=data.get("sampler"),
        schedule=data.get("noise_schedule"),
        default_schedule="normal",
    )
    _notes(found, data, source)
    return found


def _caption(value: object) -> str:
    """The base caption; those of single characters have no place in one prompt."""
    caption = value.get("caption") if isinstance(value, dict) else None
    return string(caption.get("base_caption")) if isinstance(caption, dict) else ""


def _characters(value: object) -> bool:
    caption = value.get("caption") if isinstance(value, dict) else None
    return bool(isinstance(caption, dict) and caption.get("char_captions"))


def _notes(found: Found, data: dict[str, Any], source: str) -> None:
    for key, code in NOTED.items():
        if data.get(key):
            found.note(code, value=key)
    if source.rpartition(" ")[2] not in SDXL_SOURCES:
        found.note("foreign.other_family", name=source or NAME)
    if _characters(data.get("v4_prompt")):
        found.note("foreign.regions", value="")
    kind = string(data.get("request_type"))
    if "Infill" in kind:
        found.note("foreign.inpainting", value=kind)
    elif "Img2Img" in kind or "Image" in kind:
        found.note("foreign.image_to_image", strength=data.get("strength", "?"))
    if real(data.get("uncond_scale")) not in (None, 0.0, 1.0):
        found.note("foreign.guidance_tricks", value="uncond_scale")
    found.note("foreign.noise_source")
    found.note(MODEL_PRIVATE, name=NAME)
