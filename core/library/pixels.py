"""Pixels of picture files that anybody may have made: decoded only when their size, parts and effort are known.

The decoder is given a file of the parts that pixels need, so its readers of texts, EXIF and animation are not reached.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from core.errors import HangaError
from core.library.metadata_blocks import is_jpeg, is_webp
from core.library.opening import DamagedError, opened
from core.library.png_text import MOST_CHUNKS, SIGNATURE
from core.request import Size

MOST_PIXELS: Final = 64_000_000
MOST_BYTES: Final = 128 << 20
MOST_PARTS: Final = 10_000
MOST_SCANS: Final = 16
"""Of a progressive JPEG; each one goes over the whole picture. Encoders write about ten."""
MOST_PROFILE: Final = 1 << 20
ICC: Final = b"ICC_PROFILE\0"

_PNG_PARTS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"})
_WEBP_PARTS: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_SIZES_OF_JPEG: Final = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf](..)\x08(....)", re.DOTALL)
_WRONG: Final = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error)
"""What the decoder raises about damaged files."""


def decode(path: Path, most_pixels: int = MOST_PIXELS) -> Image.Image:
    """The picture, fully decoded. Raises HangaError file.missing, file.unreadable, file.not_picture (damaged, moving,
    or none of PNG, JPEG, WebP), file.picture_too_large."""
    try:
        size, kind, stripped = _prepared(_read(path))
        if size[0] * size[1] > most_pixels:
            raise HangaError("file.picture_too_large", name=path.name, width=size[0], height=size[1])
        with Image.open(io.BytesIO(stripped), formats=(kind,)) as image:
            image.load()
        return image
    except (DamagedError, *_WRONG) as error:
        raise HangaError("file.not_picture", name=path.name) from error


def _read(path: Path) -> bytes:
    with opened(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DamagedError
    return data


def _prepared(data: bytes) -> tuple[Size, str, bytes]:
    """(size, format, a file of only what pixels need)."""
    if data.startswith(SIGNATURE):
        parts = list(_png_parts(data))
        return _png_size(parts[0][1]), "PNG", SIGNATURE + b"".join(whole for _, _, whole in parts)
    if is_jpeg(data):
        stripped = b"\xff\xd8" + b"".join(_jpeg_parts(data))
        return _jpeg_size(stripped), "JPEG", stripped
    if is_webp(data):
        chunks = list(_webp_parts(data))
        body = b"WEBP" + b"".join(whole for _, _, whole in chunks)
        return _webp_size(chunks), "WEBP", struct.pack("<4sI", b"RIFF", len(body)) + body
    raise DamagedError


def _png_parts(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(kind, content, the chunk as it is) of what pixels need."""
    place = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        length, kind = struct.unpack_from(">I4s", data, place)
        whole = data[place : place + 12 + length]
        if kind in _PNG_PARTS and not (kind == b"iCCP" and length > MOST_PROFILE):
            yield kind, whole[8:-4], whole
        if kind == b"IEND":
            return
        place += len(whole)
    raise DamagedError


def _png_size(header: bytes) -> Size:
    width, height = struct.unpack_from(">II", header)
    return width, height


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    """Segments without those of applications, but for the profile and Adobe's, which says how colours are stored."""
    place, profile = 2, 0
    for _ in range(MOST_PARTS):
        mark, marker, length = struct.unpack_from(">BBH", data, place)
        whole = data[place : place + 2 + length]
        if mark != 0xFF or length < 2:
            raise DamagedError
        if marker == 0xDA:
            if data.count(b"\xff\xda", place) > MOST_SCANS:
                raise DamagedError
            yield data[place:]
            return
        is_profile = marker == 0xE2 and whole[4:].startswith(ICC)
        profile += len(whole) if is_profile else 0
        if (is_profile and profile <= MOST_PROFILE) or marker == 0xEE or not (0xE0 < marker <= 0xEF or marker == 0xFE):
            yield whole
        place += len(whole)
    raise DamagedError


def _jpeg_size(data: bytes) -> Size:
    """The largest size that anything in the file could be taken to claim."""
    sizes = [struct.unpack(">HH", match[2])[::-1] for match in _SIZES_OF_JPEG.finditer(data)]
    if not sizes:
        raise DamagedError
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height


def _webp_parts(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(name, content, the chunk as it is) of what pixels of a still picture need."""
    place = 12
    for _ in range(MOST_PARTS):
        if place + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, place)
        end = place + 8 + length + length % 2
        if name in _WEBP_PARTS and not (name == b"ICCP" and length > MOST_PROFILE):
            content = data[place + 8 : place + 8 + length]
            yield name, content, data[place:end]
        place = end


def _webp_size(chunks: list[tuple[bytes, bytes, bytes]]) -> Size:
    """Of the canvas or the picture, whichever is larger."""
    sizes = [_webp_chunk_size(name, content) for name, content, _ in chunks if name in (b"VP8X", b"VP8 ", b"VP8L")]
    if not sizes:
        raise DamagedError
    return max(sizes, key=lambda size: size[0] * size[1])


def _webp_chunk_size(name: bytes, content: bytes) -> Size:
    if name == b"VP8X":
        return int.from_bytes(content[4:7], "little") + 1, int.from_bytes(content[7:10], "little") + 1
    if name == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", content, 6)
    return width & 0x3FFF, height & 0x3FFF
