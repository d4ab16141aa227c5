"""Settings hidden in the lowest bits of pixels: NovelAI's way (in the transparency), and an extension's (in colours).

Bits run down the columns, from the left. A magic word of 15 bytes, the count of bits (32-bit, big-endian), the text,
plain or gzipped.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import HangaError
from core.library.foreign.json_text import members
from core.library.metadata_blocks import is_jpeg
from core.library.opening import opened
from core.library.picture import PARAMETERS_KEY
from core.library.pixels import decode

MAGICS: Final[Mapping[bytes, bool]] = {
    b"stealth_pngcomp": True,
    b"stealth_pnginfo": False,
    b"stealth_rgbcomp": True,
    b"stealth_rgbinfo": False,
}
"""Magic word → whether the text is gzipped."""
MAGIC_BYTES: Final = 15
HEAD_BYTES: Final = MAGIC_BYTES + 4
MOST_TEXT: Final = 4 << 20
MOST_PIXELS: Final = 4096 * 4096
GZIP: Final = 31
"""zlib's window bits for a gzip stream."""


def read_texts(path: Path) -> dict[str, str]:
    """The hidden texts by keyword, none where there are none. Raises nothing: a picture that cannot be decoded hides
    nothing that could be read."""
    try:
        image = None if _is_lossy(path) else decode(path, most_pixels=MOST_PIXELS)
    except HangaError:
        return {}
    if image is None:
        return {}
    channels = [image.getchannel("A")] if "A" in image.getbands() else []
    colours = [image.convert("RGB")] if image.mode in ("RGB", "RGBA") else []
    for planes in (*channels, *colours):
        if text := _hidden(planes):
            return _by_keyword(text)
    return {}


def _is_lossy(path: Path) -> bool:
    with opened(path) as file:
        return is_jpeg(file.read(12))


def _hidden(image: Image.Image) -> str:
    columns = np.asarray(image).swapaxes(0, 1).reshape(-1)
    head = _packed(columns, 0, HEAD_BYTES)
    gzipped = MAGICS.get(head[:MAGIC_BYTES])
    length = int.from_bytes(head[MAGIC_BYTES:], "big") // 8
    if gzipped is None or length > MOST_TEXT:
        return ""
    data = _packed(columns, HEAD_BYTES, length)
    try:
        return (_inflated(data) if gzipped else data).decode("utf-8", "replace")
    except zlib.error:
        return ""


def _packed(values: NDArray[np.uint8], first: int, count: int) -> bytes:
    """`count` bytes from byte `first` on, made of the lowest bits."""
    return np.packbits(values[8 * first : 8 * (first + count)] & 1).tobytes()


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj(GZIP).decompress(data, MOST_TEXT)


def _by_keyword(text: str) -> dict[str, str]:
    """NovelAI hides its texts as JSON by keyword, the extension A1111's text."""
    told = members(text)
    return {key: value for key, value in told.items() if isinstance(value, str)} if told else {PARAMETERS_KEY: text}
