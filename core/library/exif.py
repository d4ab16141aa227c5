"""EXIF: the few texts of it that programs keep their settings in, read from bytes that anybody may have made.

Format (TIFF 6.0, EXIF 2.3): a byte order, then directories of entries (tag, kind, count, value or its place). Only the
first directory and its EXIF directory are looked at; nothing is followed twice, so time is linear in the entries.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from PIL.Image import Exif

IMAGE_DESCRIPTION: Final = 0x010E
MAKE: Final = 0x010F
MODEL: Final = 0x0110
SOFTWARE: Final = 0x0131
MAKER_NOTE: Final = 0x927C
USER_COMMENT: Final = 0x9286
WANTED: Final = frozenset({*range(0x0100, MODEL + 1), SOFTWARE, MAKER_NOTE, USER_COMMENT})

_DIRECTORY: Final = 0x8769
_BYTES: Final = frozenset({1, 2, 7})
"""Kinds of value that are bytes: BYTE, ASCII, UNDEFINED."""
_MOST_ENTRIES: Final = 1000
_PREFIX: Final = b"Exif\0\0"
_UNICODE: Final = b"UNICODE\0"
_CODE_LENGTH: Final = 8
_CODES: Final = (b"ASCII\0\0\0", bytes(_CODE_LENGTH))


def read_tags(data: bytes) -> dict[int, str]:
    """The texts of the wanted tags; none of what is damaged."""
    data = data.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return {}
    found: dict[int, bytes] = {}
    (first,) = struct.unpack_from(order + "4xI", data.ljust(8, b"\0"))
    inner = [place for tag, place in _entries(data, order, first, found) if tag == _DIRECTORY]
    for place in inner[:1]:
        list(_entries(data, order, place, found))
    return {tag: _comment(value) if tag == USER_COMMENT else _text(value) for tag, value in found.items()}


def _entries(data: bytes, order: str, start: int, found: dict[int, bytes]) -> Iterator[tuple[int, int]]:
    """(tag, number) of every entry of a directory; the bytes of wanted ones go to `found`."""
    if start + 2 > len(data):
        return
    (count,) = struct.unpack_from(order + "H", data, start)
    for place in range(start + 2, min(start + 2 + 12 * min(count, _MOST_ENTRIES), len(data) - 11), 12):
        tag, kind, length, number = struct.unpack_from(order + "HHII", data, place)
        if tag in WANTED and kind in _BYTES and tag not in found:
            first = number if length > 4 else place + 8
            found[tag] = data[first : first + length]
        yield tag, number


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("utf-8", "replace")


def _comment(value: bytes) -> str:
    """A user comment begins with the name of its character code, unless its writer did not know that."""
    if value.startswith(_UNICODE):
        return _utf_16(value[_CODE_LENGTH:])
    return _text(value[_CODE_LENGTH:] if value.startswith(_CODES) else value)


def _utf_16(value: bytes) -> str:
    """Byte order is as the writer likes. Texts of settings are full of ASCII, whose upper halves are zeros."""
    if value[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return value.decode("utf-16", "replace")
    little = value[1::2].count(0) > value[0::2].count(0)
    return value.decode("utf-16-le" if little else "utf-16-be", "replace").rstrip("\0")


def packed(comment: str, software: str) -> bytes:
    """An EXIF block, as JPEG and WebP files carry it, with a user comment that other programs read."""
    exif = Exif()
    exif[SOFTWARE] = software
    exif.get_ifd(_DIRECTORY)[USER_COMMENT] = _UNICODE + comment.encode("utf-16-be", "replace")
    return exif.tobytes()
