"""Picture files: PNG, tagged sRGB, with the record that makes the picture again and a text other programs read.

Text chunks: `hanga` holds the `ImageRecord` as JSON, `parameters` the same in the grammar of A1111 (its infotext).
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.errors import HangaError
from core.library.colour import srgb_profile
from core.library.png_text import read_texts
from core.method_labels import A1111_SCHEDULES, SAMPLER_LABELS
from core.plan import Adapter, Plan
from core.record import ImageRecord, from_json, to_json

RECORD_KEY: Final = "hanga"
PARAMETERS_KEY: Final = "parameters"


def encode(pixels: NDArray[np.uint8], record: ImageRecord) -> bytes:
    """The PNG file of pixels [H, W, 3]. The same pixels and record give the same bytes."""
    text = PngInfo()
    text.add_itxt(PARAMETERS_KEY, infotext(record))
    text.add_itxt(RECORD_KEY, to_json(record))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=text, icc_profile=srgb_profile())
    return buffer.getvalue()


def read_record(path: Path) -> ImageRecord:
    """The record inside a picture file. Raises HangaError: file.missing, file.unreadable, file.not_png, file.no_record
    (another program's picture, or its metadata were removed), file.newer_record."""
    text = read_texts(path).get(RECORD_KEY)
    if text is None:
        raise HangaError("file.no_record", name=path.name)
    return from_json(text, path.name)


def infotext(record: ImageRecord) -> str:
    """The picture's settings in A1111's grammar: prompt, negative prompt, one line of key: value."""
    request, plan = record.plan.request, record.plan
    tags = (f"<lora:{name}:{adapter.weight:g}>" for name, adapter in _loras(plan))
    lines = [" ".join((request.prompt, *tags))]
    if request.negative:
        lines.append(f"Negative prompt: {request.negative}")
    fields = ", ".join(f"{key}: {_quoted(value)}" for key, value in _fields(record, plan).items())
    return "\n".join([*lines, fields])


def _fields(record: ImageRecord, plan: Plan) -> dict[str, str]:
    first, last = plan.stages[0], plan.stages[-1]
    fields = {
        "Steps": str(plan.steps),
        "Sampler": SAMPLER_LABELS[plan.sampler],
        "Schedule type": A1111_SCHEDULES.get(plan.schedule, plan.schedule),
        "CFG scale": f"{plan.guidance_scale:g}",
        "Seed": str(record.seed),
        "Size": f"{plan.width}x{plan.height}",
        "Model hash": first.model.sha256[:10],
        "Model": Path(first.model.name).stem,
        "RNG": "CPU",
    }
    if last is not first:
        fields["Refiner"] = f"{Path(last.model.name).stem} [{last.model.sha256[:10]}]"
        fields["Refiner switch at"] = f"{len(first.timesteps) / plan.steps:g}"
    if loras := _loras(plan):
        fields["Lora hashes"] = ", ".join(f"{name}: {adapter.hash}" for name, adapter in loras)
    return fields | {"Version": record.software}


def _loras(plan: Plan) -> list[tuple[str, Adapter]]:
    """The adapters that act, by the names that tags call them by."""
    return [(Path(adapter.model.name).stem, adapter) for adapter in plan.adapters if adapter.weight]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(mark in value for mark in ',:\n"') else value
