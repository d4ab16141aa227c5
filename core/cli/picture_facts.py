"""What a picture file says about how it was made: ours its record, other programs' what can be made of them here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from core.cli.reporter import Sentences
from core.errors import HangaError
from core.library.foreign.reading import read
from core.library.formats import read_record
from core.library.picture import infotext
from core.library.picture_text import is_picture
from core.plain import to_plain
from core.request import Request, given_up

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp"})


def seems_picture(path: Path) -> bool:
    """Whether a file is to be read as a picture: by its name, or by how it begins."""
    return path.suffix.lower() in SUFFIXES or (os.path.isfile(path) and is_picture(path))


def picture_facts(path: Path, sentences: Sentences) -> dict[str, Any]:
    """Raises HangaError file.*, file.no_record for a picture that says nothing."""
    try:
        record = read_record(path)
    except HangaError as refusal:
        if refusal.code != "file.no_record":
            raise
        return _foreign_facts(path, sentences)
    return {
        "kind": "picture",
        "program": "Hanga",
        "created": record.created,
        "key": record.key,
        "settings": infotext(record),
        **_lossy(record.plan.request),
        "record": to_plain(record),
    }


def _lossy(request: Request) -> dict[str, Any]:
    """What it gave up for speed or memory, which other programs' spelling of settings has no words for."""
    told = {name: to_plain(value) for name, value in given_up(request).items()}
    return {"lossy": told} if told else {}


def _foreign_facts(path: Path, sentences: Sentences) -> dict[str, Any]:
    found = read(path)
    return {
        "kind": "picture",
        "program": found.program,
        "request": to_plain(found.request),
        "unmatched": [
            {"code": note.code, "data": dict(note.data), "sentence": sentences.say(note.code, **note.data)}
            for note in found.unmatched
        ],
    }
