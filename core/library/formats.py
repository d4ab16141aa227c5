"""Pictures for elsewhere: copies as PNG, JPEG or WebP, with what made them inside or without, and read back again.

Where the settings lie: in PNG files as `picture` has it (texts `parameters` and `hanga`). In JPEG and WebP files the
infotext is the user comment of EXIF, where other programs look for it (unless it is longer than a JPEG segment), and
the record is the property `record` of XMP in the namespace `urn:hanga:1`, in an extended packet if it is long.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from core.durable import write_new, write_unclashing
from core.errors import HangaError
from core.library import exif, xmp
from core.library.colour import srgb_profile
from core.library.file_names import TEMPLATE, fields_of, rendered, safe
from core.library.metadata_blocks import extended_digest, extended_xmp_segments
from core.library.picture import PARAMETERS_KEY, RECORD_KEY
from core.library.picture_text import read_texts
from core.library.pixels import decode
from core.record import ImageRecord, from_json
from core.request import Size

SUFFIXES: Final[Mapping[str, str]] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
JPEG_ROOM: Final = 65_400
"""Bytes of a block that surely fit into one JPEG segment."""
LOSSLESS: Final = 100
"""The quality at which a WebP keeps every pixel as it is."""
PAPER: Final = "white"
"""What shows through transparent places in a format without transparency."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """How a copy is made. `format` is "png", "jpeg" or "webp"; `quality` (1 to 100) means nothing to PNG.

    `fit`: shrunk to lie within this width and height, never enlarged. `metadata`: whether the copy says how it was
    made. `template`: its name in a folder, of the blanks that `file_names.fields_of` has.
    """

    format: str = "png"
    metadata: bool = True
    fit: Size | None = None
    quality: int = 92
    template: str = TEMPLATE


def read_record(path: Path) -> ImageRecord:
    """The record inside a PNG, JPEG or WebP file. Raises HangaError file.missing, file.unreadable, file.not_png,
    file.not_picture, file.no_record, file.newer_record."""
    text = read_texts(path).get(RECORD_KEY)
    if text is None:
        raise HangaError("file.no_record", name=path.name)
    return from_json(text, path.name)


def write(picture: Path, target: Path, export: Export) -> Path:
    """A copy of `picture` as the new file `target`, or in the folder `target` under a name of the template.

    Nothing is ever overwritten. Raises HangaError request.export_format, request.export_quality, request.export_size,
    request.name_template, file.* for a picture that cannot be read, disk.* for a place that cannot be written.
    """
    _check(export)
    texts = _settings(picture)
    data = encoded(decode(picture), texts if export.metadata else {}, export)
    if not target.is_dir():
        write_new(target, data)
        return target
    stem = rendered(export.template, _fields(picture, texts))
    return write_unclashing(target / f"{stem}{SUFFIXES[export.format]}", data)


def _check(export: Export) -> None:
    if export.format not in SUFFIXES:
        raise HangaError("request.export_format", format=export.format)
    if not 1 <= export.quality <= 100:
        raise HangaError("request.export_quality", quality=export.quality)
    if export.fit is not None and min(export.fit) < 1:
        raise HangaError("request.export_size", width=export.fit[0], height=export.fit[1])


def _settings(picture: Path) -> dict[str, str]:
    """The texts of a picture that are worth taking along: those of settings that can be read."""
    texts = read_texts(picture)
    kept: dict[str, str] = {keyword: texts[keyword] for keyword in (PARAMETERS_KEY, RECORD_KEY) if keyword in texts}
    try:
        from_json(kept.get(RECORD_KEY, ""), picture.name)
    except HangaError as error:
        if error.code != "file.no_record":
            raise
        kept.pop(RECORD_KEY, None)
    return kept


def _fields(picture: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """What a name may say; of another program's picture only its own name and day are known."""
    if RECORD_KEY in texts:
        return fields_of(from_json(texts[RECORD_KEY], picture.name))
    made = datetime.fromtimestamp(picture.stat().st_mtime)
    known = {"date": made.strftime("%Y-%m-%d"), "time": made.strftime("%H%M%S"), "slug": safe(picture.stem)}
    return dict.fromkeys(("seed", "model", "width", "height", "index"), "") | known


def encoded(image: Image.Image, texts: Mapping[str, str], export: Export) -> bytes:
    """The bytes of a picture file with `texts` in it. The same image, texts and export give the same bytes."""
    buffer = io.BytesIO()
    _ENCODERS[export.format](_fitted(_in_srgb(image), export.fit), buffer, texts, export.quality)
    return buffer.getvalue()


def _in_srgb(image: Image.Image) -> Image.Image:
    """Red, green, blue and perhaps transparency, in sRGB."""
    profile = image.info.get("icc_profile")
    colours = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if not profile or profile == srgb_profile() or image.mode not in ("RGB", "RGBA"):
        return colours
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return colours  # A profile that cannot be read says nothing: colours without one are sRGB.
    return converted or colours


def _fitted(image: Image.Image, fit: Size | None) -> Image.Image:
    if fit is None:
        return image
    share = min(fit[0] / image.width, fit[1] / image.height, 1.0)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image if share == 1.0 else image.resize(size, Image.Resampling.LANCZOS)


def _write_png(image: Image.Image, file: io.BytesIO, texts: Mapping[str, str], quality: int) -> None:
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_itxt(keyword, text)
    image.save(file, "PNG", pnginfo=info, icc_profile=srgb_profile())


def _write_jpeg(image: Image.Image, file: io.BytesIO, texts: Mapping[str, str], quality: int) -> None:
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, PAPER)
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    blocks = _blocks(texts)
    packet = blocks.pop("xmp", b"")
    options: dict[str, Any] = {name: block for name, block in blocks.items() if len(block) <= JPEG_ROOM}
    if len(packet) <= JPEG_ROOM:
        options["xmp"] = packet
    else:
        options["extra"] = extended_xmp_segments(packet)
        options["xmp"] = xmp.packet_with({f"{xmp.NOTE} HasExtendedXMP": extended_digest(packet)})
    # Chroma at full size: flat colours and fine lines are what these pictures are made of.
    image.save(file, "JPEG", quality=quality, subsampling=0, icc_profile=srgb_profile(), **options)


def _write_webp(image: Image.Image, file: io.BytesIO, texts: Mapping[str, str], quality: int) -> None:
    lossless = quality == LOSSLESS
    image.save(
        file, "WEBP", quality=quality, lossless=lossless, exact=True, icc_profile=srgb_profile(), **_blocks(texts)
    )


def _blocks(texts: Mapping[str, str]) -> dict[str, bytes]:
    """EXIF for other programs, XMP for Hanga."""
    blocks = {}
    if PARAMETERS_KEY in texts:
        blocks["exif"] = exif.packed(texts[PARAMETERS_KEY], "Hanga")
    if RECORD_KEY in texts:
        # As ASCII, because XML has no way to say some characters that JSON may hold.
        blocks["xmp"] = xmp.packet_with({xmp.RECORD: json.dumps(json.loads(texts[RECORD_KEY]))})
    return blocks


_ENCODERS: Final[Mapping[str, Callable[[Image.Image, io.BytesIO, Mapping[str, str], int], None]]] = {
    "png": _write_png,
    "jpeg": _write_jpeg,
    "webp": _write_webp,
}
