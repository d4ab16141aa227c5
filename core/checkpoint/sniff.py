"""What a file really is, by its first bytes: what people rename to a model file, or download instead of one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PICKLE_SUFFIXES: Final = frozenset({".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle", ".joblib"})
"""Refused whatever they hold: such files can carry programs, and telling the harmless apart is not possible."""

MAGIC: Final[Mapping[bytes, str]] = MappingProxyType(
    {
        b"PK\x03\x04": "file.pickle",
        b"PK\x05\x06": "file.pickle",
        b"\x80\x02": "file.pickle",
        b"\x80\x03": "file.pickle",
        b"\x80\x04": "file.pickle",
        b"\x80\x05": "file.pickle",
        b"GGUF": "file.is_gguf",
        b"\x89PNG": "file.is_picture",
        b"\xff\xd8\xff": "file.is_picture",
        b"RIFF": "file.is_picture",
        b"version https://git-lfs": "file.is_lfs_pointer",
    }
)

WEB_PAGE_STARTS: Final = (b"<!doctype", b"<html", b"<?xml", b'{"error', b'{"message')


def recognise_content(first: bytes) -> str | None:
    """The error code for a file that begins with `first`, or None if it may be a safetensors file."""
    if first[8:9] == b"{" and int.from_bytes(first[:8], "little") < 1 << 32:
        return None
    for magic, code in MAGIC.items():
        if first.startswith(magic):
            return code
    return "file.is_web_page" if first.lstrip().lower().startswith(WEB_PAGE_STARTS) else None
