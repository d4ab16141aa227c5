"""Picture files: PNG, tagged sRGB, with the record that makes the picture again and a text other programs read.

Text chunks: `hanga` holds the `ImageRecord` as JSON, `parameters` the same in the grammar of A1111 (its infotext).
"""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from core.errors import HangaError
from core.plan import Plan
from core.record import ImageRecord, from_json, to_json

RECORD_KEY: Final = "hanga"
PARAMETERS_KEY: Final = "parameters"
MOST_TEXT: Final = 4 << 20
MOST_CHUNKS: Final = 10_000
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

A1111_SAMPLERS: Final = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "heun": "Heun",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpm_2": "DPM2",
    "ddim": "DDIM",
    "unipc": "UniPC",
    "lcm": "LCM",
    "tcd": "TCD",
    "restart": "Restart",
}


def encode(pixels: NDArray[np.uint8], record: ImageRecord) -> bytes:
    """The PNG file of pixels [H, W, 3]. The same pixels and record give the same bytes."""
    text = PngInfo()
    text.add_itxt(PARAMETERS_KEY, infotext(record))
    text.add_itxt(RECORD_KEY, to_json(record))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=text, icc_profile=profile)
    return buffer.getvalue()


def read_record(path: Path) -> ImageRecord:
    """The record inside a picture file. Raises HangaError: file.missing, file.unreadable, file.not_png, file.no_record
    (another program's picture, or its metadata were removed), file.newer_record."""
    text = _texts(path).get(RECORD_KEY)
    if text is None:
        raise HangaError("file.no_record", name=path.name)
    return from_json(text, path.name)


def _texts(path: Path) -> dict[str, str]:
    """The text chunks of a PNG. Checked before Pillow sees the file: few enough chunks, little enough text."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise HangaError("file.missing", name=path.name, folder=str(path.parent)) from error
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error
    _check_chunks(data, path.name)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.load()
            return {str(key): str(value) for key, value in image.info.items() if isinstance(value, str)}
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise HangaError("file.not_png", name=path.name) from error


def _check_chunks(data: bytes, name: str) -> None:
    if not data.startswith(SIGNATURE):
        raise HangaError("file.not_png", name=name)
    place, texts = len(SIGNATURE), 0
    for _ in range(MOST_CHUNKS):
        if place + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, place)
        texts += length if kind in (b"tEXt", b"zTXt", b"iTXt") else 0
        place += 12 + length
    if texts > MOST_TEXT or place + 12 <= len(data):
        raise HangaError("file.not_png", name=name)


def infotext(record: ImageRecord) -> str:
    """The picture's settings in A1111's grammar: prompt, negative prompt, one line of key: value."""
    request, plan = record.plan.request, record.plan
    lines = [request.prompt]
    if request.negative:
        lines.append(f"Negative prompt: {request.negative}")
    fields = ", ".join(f"{key}: {_quoted(value)}" for key, value in _fields(record, plan).items())
    return "\n".join([*lines, fields])


def _fields(record: ImageRecord, plan: Plan) -> dict[str, str]:
    first, last = plan.stages[0], plan.stages[-1]
    fields = {
        "Steps": str(plan.steps),
        "Sampler": A1111_SAMPLERS[plan.sampler],
        "Schedule type": plan.schedule.replace("_", " ").capitalize(),
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
    return fields | {"Version": record.software}


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(mark in value for mark in ',:\n"') else value
