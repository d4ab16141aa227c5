"""The texts in a PNG file, and nothing else of it: whatever a file claims, no pixel is decoded and memory is bounded.

Format (ISO/IEC 15948): a signature, then chunks of length, kind, data and CRC. Texts are tEXt (Latin-1), zTXt (Latin-1,
deflated) and iTXt (UTF-8, deflated or not); each begins with a keyword.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import HangaError
from core.library.opening import DamagedError, exactly, opened

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
END: Final = b"IEND"
MOST_CHUNKS: Final = 100_000
MOST_TEXT: Final = 4 << 20
"""Most bytes of all texts together, on disk and again when inflated."""


def read_texts(path: Path) -> dict[str, str]:
    """The texts by keyword, the first of each; those before any damage.

    Raises HangaError: file.missing, file.unreadable, or file.not_png, also for a file damaged before its first text.
    """
    texts: dict[str, str] = {}
    room = MOST_TEXT
    try:
        with opened(path) as file:
            for kind, data in _text_chunks(file):
                keyword, text = _DECODERS[kind](data, room)
                room -= len(text)
                texts.setdefault(keyword.decode("latin-1"), text)
    except (DamagedError, ValueError, zlib.error) as error:
        if not texts:
            raise HangaError("file.not_png", name=path.name) from error
    return texts


def _text_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """(kind, data) of the text chunks, in order, until IEND."""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        raise DamagedError
    room = MOST_TEXT
    for _ in range(MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", exactly(file, 8))
        if kind == END:
            return
        if kind not in _DECODERS:
            file.seek(length + 4, 1)
            continue
        room -= length
        if room < 0:
            raise DamagedError
        data, crc = exactly(file, length), exactly(file, 4)
        if zlib.crc32(kind + data) != int.from_bytes(crc, "big"):
            raise DamagedError
        yield kind, data
    raise DamagedError


def _plain(data: bytes, room: int) -> tuple[bytes, str]:
    keyword, _, text = data.partition(b"\0")
    return keyword, text.decode("latin-1")


def _deflated(data: bytes, room: int) -> tuple[bytes, str]:
    keyword, _, rest = data.partition(b"\0")
    return keyword, _inflate(rest[1:], room).decode("latin-1")


def _international(data: bytes, room: int) -> tuple[bytes, str]:
    """Keyword 0, flag, method, language 0, translated keyword 0, text."""
    keyword, _, rest = data.partition(b"\0")
    _, _, text = rest[2:].split(b"\0", 2)
    return keyword, (_inflate(text, room) if rest[:1] == b"\1" else text).decode("utf-8")


def _inflate(data: bytes, room: int) -> bytes:
    text = zlib.decompressobj().decompress(data, max(room, 0) + 1)
    if len(text) > room:
        raise DamagedError
    return text


_DECODERS: Final[Mapping[bytes, Callable[[bytes, int], tuple[bytes, str]]]] = {
    b"tEXt": _plain,
    b"zTXt": _deflated,
    b"iTXt": _international,
}
