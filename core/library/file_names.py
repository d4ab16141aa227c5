"""Names for exported pictures, from a template, such that every file system takes them and nobody is fooled by them."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from core.errors import HangaError
from core.library.keeper import slug
from core.record import ImageRecord

TEMPLATE: Final = "{date}-{seed}-{slug}"
FALLBACK: Final = "picture"
MOST_BYTES: Final = 255
"""Of a name, on nearly every file system."""
ROOM_FOR_NUMBER: Final = 16
"""Bytes that a number and a suffix may take."""
LONGEST_TEMPLATE: Final = 1000

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
"""Devices of Windows, whatever suffix follows."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters, those that turn the direction of writing among them, and what is no character."""


def fields_of(record: ImageRecord) -> dict[str, str]:
    """What a template may name."""
    made = datetime.fromisoformat(record.created)
    request, plan = record.plan.request, record.plan
    return {
        "date": made.strftime("%Y-%m-%d"),
        "time": made.strftime("%H%M%S"),
        "seed": str(record.seed),
        "slug": slug(request.prompt),
        "model": Path(plan.stages[0].model.name).stem,
        "width": str(plan.width),
        "height": str(plan.height),
        "index": str(record.index + 1),
    }


def rendered(template: str, fields: Mapping[str, str]) -> str:
    """The stem of a file: `template` with its blanks filled, and made safe. Raises HangaError request.name_template
    for a blank that is none of `fields`."""
    parts = []
    try:
        for text, name, form, conversion in string.Formatter().parse(template[:LONGEST_TEMPLATE]):
            if name is not None and (name not in fields or form or conversion):
                raise HangaError("request.name_template", blank=name, known=", ".join(sorted(fields)))
            parts += [text, fields[name] if name is not None else ""]
    except ValueError as error:
        raise HangaError("request.name_template", blank=template, known=", ".join(sorted(fields))) from error
    return safe(re.sub(r"(?<=-)-+|-+$", "", "".join(parts)))


def safe(name: str) -> str:
    """`name` as a stem that is valid everywhere; the same name again if it is safe already."""
    seen = "".join(" " if unicodedata.category(mark) in _UNSEEN else mark for mark in name)
    plain = _trimmed(_FORBIDDEN.sub("-", unicodedata.normalize("NFC", seen)))
    if _RESERVED.fullmatch(plain.partition(".")[0].rstrip()):
        plain = f"_{plain}"
    return _trimmed(_within(plain, MOST_BYTES - ROOM_FOR_NUMBER)) or FALLBACK


def _trimmed(name: str) -> str:
    """Without spaces and dots at the ends: hidden in one system, dropped silently by another."""
    return name.strip().strip(". ")


def _within(name: str, most: int) -> str:
    """As much of `name` as fits into `most` bytes, no character cut in two."""
    return name.encode("utf-8")[:most].decode("utf-8", "ignore")
