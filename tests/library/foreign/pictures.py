"""Picture files with texts in them, put together chunk by chunk as other programs do."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from core.library import exif
from core.library.png_text import SIGNATURE

DIRECTORY = 0x8769


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int = 8, height: int = 8, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def itxt(keyword: str, text: str) -> bytes:
    return chunk(b"iTXt", keyword.encode() + b"\0\0\0\0\0" + text.encode("utf-8", "surrogatepass"))


def png(texts: Mapping[str, str], *more: bytes) -> bytes:
    """A whole PNG of 8 × 8 grey pixels with these texts."""
    rows = zlib.compress((b"\0" + b"\x80" * 24) * 8)
    texts_of = b"".join(itxt(keyword, text) for keyword, text in texts.items())
    return b"".join((SIGNATURE, header(), texts_of, *more, chunk(b"IDAT", rows), chunk(b"IEND", b"")))


def with_exif(kind: str, tags: Mapping[int, str | bytes], xmp: bytes = b"") -> bytes:
    """A JPEG or WebP with EXIF tags; the user comment goes to the EXIF directory."""
    block = Image.Exif()
    for tag, value in tags.items():
        place = block.get_ifd(DIRECTORY) if tag == exif.USER_COMMENT and isinstance(value, bytes) else block
        place[tag] = value
    buffer = io.BytesIO()
    grey = Image.new("RGB", (8, 8), "grey")
    grey.save(buffer, kind, exif=block.tobytes(), **({"xmp": xmp} if xmp else {}))
    return buffer.getvalue()


def with_comment(kind: str, text: str, encoding: str = "utf-16-be") -> bytes:
    return with_exif(kind, {exif.USER_COMMENT: b"UNICODE\0" + text.encode(encoding)})


def with_hidden(magic: bytes, payload: bytes, channel: str = "A", size: tuple[int, int] = (64, 96)) -> bytes:
    """A PNG with a text in the lowest bits, down the columns."""
    bits = np.unpackbits(np.frombuffer(magic + struct.pack(">I", 8 * len(payload)) + payload, np.uint8))
    pixels = np.full((size[0], size[1], 4), 254, np.uint8)
    part = pixels[..., 3:] if channel == "A" else pixels[..., :3]
    columns = part.swapaxes(0, 1).reshape(-1).copy()
    columns[: len(bits)] |= bits
    part[:] = columns.reshape(size[1], size[0], part.shape[2]).swapaxes(0, 1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def saved(folder: Path, data: bytes, name: str = "picture") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
