"""The metadata blocks of JPEG and WebP files, and nothing else of them: no pixel is decoded, and memory is bounded.

Formats: JPEG (ITU-T T.81, annex B) is segments of marker and length up to the first scan; EXIF and XMP lie in APP1.
WebP (RFC 9649) is a RIFF file of chunks of name and length. Both may end anywhere: what lies before the damage counts.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from core.library.opening import DamagedError, exactly

JPEG_START: Final = b"\xff\xd8\xff"
MOST_BLOCKS: Final = 10_000
MOST_BYTES: Final = 4 << 20
"""Most bytes of all metadata of a file together."""
EXIF: Final = b"Exif\0\0"
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
APP1: Final = 0xE1
COMMENT: Final = 0xFE
ENDS: Final = frozenset({0xDA, 0xD9})
"""Start of scan, end of image."""
ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without length."""


@dataclass
class Blocks:
    """What was found, the first of each kind."""

    exif: bytes = b""
    xmp: bytes = b""
    comment: bytes = b""
    more_xmp: dict[int, bytes] = field(default_factory=dict)
    """The parts of the extended packet by their offset."""
    digest: bytes = b""
    """Of the extended packet."""

    @property
    def extended_xmp(self) -> bytes:
        """The extended packet, if all of it is there."""
        whole = b"".join(part for _, part in sorted(self.more_xmp.items()))
        return whole if extended_digest(whole).encode() == self.digest else b""


def extended_digest(packet: bytes) -> str:
    """What tells an extended packet from others: MD5 in hexadecimal capitals."""
    return hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()


def is_jpeg(first: bytes) -> bool:
    return first.startswith(JPEG_START)


def is_webp(first: bytes) -> bool:
    return first[:4] == b"RIFF" and first[8:12] == b"WEBP"


def read_blocks(file: BinaryIO) -> Blocks:
    """The metadata of a JPEG or WebP file that begins here. Raises DamagedError for what is neither."""
    first = file.read(12)
    if not (is_jpeg(first) or is_webp(first)):
        raise DamagedError
    blocks = Blocks()
    try:
        if is_jpeg(first):
            file.seek(2)
            for marker, data in _segments(file):
                _keep_segment(blocks, marker, data)
        else:
            for name, data in _chunks(file):
                _keep_chunk(blocks, name, data)
    except DamagedError:
        return blocks
    return blocks


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(marker, data) of the segments that may hold metadata, up to the first scan."""
    room = MOST_BYTES
    for _ in range(MOST_BLOCKS):
        marker = _marker(file)
        if marker in ENDS:
            return
        if marker in ALONE:
            continue
        length = struct.unpack(">H", exactly(file, 2))[0] - 2
        if length < 0:
            raise DamagedError
        if marker not in (APP1, COMMENT):
            file.seek(length, 1)
            continue
        room -= length
        if room < 0:
            raise DamagedError
        yield marker, exactly(file, length)


def _marker(file: BinaryIO) -> int:
    """The next marker; it may be preceded by any number of filling bytes, of which few are borne."""
    if exactly(file, 1) != b"\xff":
        raise DamagedError
    for _ in range(MOST_BLOCKS):
        (marker,) = exactly(file, 1)
        if marker != 0xFF:
            return marker
    raise DamagedError


def _keep_segment(blocks: Blocks, marker: int, data: bytes) -> None:
    if marker == COMMENT:
        blocks.comment = blocks.comment or data
    elif data.startswith(EXIF):
        blocks.exif = blocks.exif or data
    elif data.startswith(XMP):
        blocks.xmp = blocks.xmp or data.removeprefix(XMP)
    elif data.startswith(MORE_XMP) and len(data) > len(MORE_XMP) + 40:
        digest, _, offset = struct.unpack_from(">32sII", data, len(MORE_XMP))
        blocks.digest = blocks.digest or digest
        if digest == blocks.digest:
            blocks.more_xmp.setdefault(offset, data[len(MORE_XMP) + 40 :])


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """(name, data) of the chunks that hold metadata, up to the end of the file."""
    room = MOST_BYTES
    for _ in range(MOST_BLOCKS):
        head = file.read(8)
        if not head:
            return
        if len(head) < 8:
            raise DamagedError
        name, length = struct.unpack("<4sI", head)
        if name not in (b"EXIF", b"XMP "):
            file.seek(length + length % 2, 1)
            continue
        room -= length
        if room < 0:
            raise DamagedError
        yield name, exactly(file, length)
        file.seek(length % 2, 1)


def _keep_chunk(blocks: Blocks, name: bytes, data: bytes) -> None:
    if name == b"EXIF":
        blocks.exif = blocks.exif or data
    else:
        blocks.xmp = blocks.xmp or data


def extended_xmp_segments(packet: bytes) -> bytes:
    """The JPEG segments of an extended packet."""
    digest = extended_digest(packet).encode()
    room = 0xFFFF - 2 - len(MORE_XMP) - 40
    parts = (packet[start : start + room] for start in range(0, len(packet), room))
    return b"".join(
        struct.pack(">BBH", 0xFF, APP1, 2 + len(MORE_XMP) + 40 + len(part))
        + MORE_XMP
        + struct.pack(">32sII", digest, len(packet), index * room)
        + part
        for index, part in enumerate(parts)
    )
