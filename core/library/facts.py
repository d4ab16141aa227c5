"""What the catalogue knows of a picture from its file alone. No pixel is decoded."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from core.checkpoint.hashing import file_hash
from core.errors import HangaError
from core.library.picture import RECORD_KEY
from core.library.picture_text import read_texts
from core.library.pixels import MOST_PIXELS
from core.library.png_text import END, SIGNATURE
from core.plain import to_plain
from core.plan import BASE, ModelFile, Plan
from core.record import ImageRecord, from_json
from core.request import Request

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp"})
FORMATS: Final = ("PNG", "JPEG", "WEBP")
LONGEST_TEXT: Final = 16 << 10
"""Characters of another program's texts that are kept to be found."""

WRONG: Final = (
    *(struct.error, zlib.error, ValueError, SyntaxError, TypeError, LookupError, EOFError),
    *(UnidentifiedImageError, Image.DecompressionBombError),
)
"""What the decoder says of a file that it does not understand."""

TAIL: Final = 4096
"""Bytes at the end of a PNG file among which its last chunk begins; some programs write something after it."""

LATEST: Final = (1 << 63) - 1
"""Nanoseconds since 1970 that a database can hold; some file systems go beyond."""

MOST_COUNTED: Final = 1 << 20
UNNAMED: Final = Request(prompt="")
LORA: Final = "lora"
VAE: Final = "vae"


Understand = Callable[[Path], Request | None]
"""Reads what another program wrote into a picture file, None where it cannot."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """A model file that took part. `kind`: base, refiner, lora, vae."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Read from a picture's record, as far as there is one.

    `created`: seconds since 1970. `start`: key of the record whose latents it was made from. `request`: JSON without
    defaults. `text`: what another program wrote into the file.
    """

    width: int
    height: int
    created: int
    index: int = 0
    seed: str | None = None
    key: str | None = None
    start: str | None = None
    parent: str | None = None
    job: str | None = None
    request: str = ""
    text: str = ""
    models: tuple[Used, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a file lies, below the home and with slashes, and what the folder says of it."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """A picture file that was read. `digest`: SHA-256 of all of it, in hex."""

    place: Place
    digest: str
    facts: Facts


def place_of(root: Path, path: Path) -> Place:
    """Raises HangaError file.missing, file.unreadable."""
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        raise HangaError("file.missing", name=path.name) from error
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error
    relative = path.relative_to(root).as_posix()
    return Place(path=relative, size=status.st_size, mtime_ns=min(status.st_mtime_ns, LATEST))


def nothing(path: Path) -> Request | None:
    """Understands no other program."""
    return None


def read(root: Path, place: Place, understand: Understand = nothing) -> Found:
    """The picture at `place`. Raises HangaError file.damaged_picture, file.missing, file.unreadable."""
    path = root / place.path
    return Found(place=place, digest=file_hash(path), facts=_facts(path, place.mtime_ns // 1_000_000_000, understand))


def _facts(path: Path, changed: int, understand: Understand) -> Facts:
    width, height = _size(path)
    texts = read_texts(path)
    record = _record(texts, path.name)
    if record is None:
        text = _clean("\n".join(texts.values())[:LONGEST_TEXT])
        plain = Facts(width=width, height=height, created=changed, text=text)
        request = understand(path)
        return plain if request is None else _understood(plain, request)
    return Facts(
        width=width,
        height=height,
        created=_seconds(record.created, changed),
        index=min(max(record.index, 0), MOST_COUNTED),
        seed=str(record.seed),
        key=record.key,
        start=_clean_or_none(record.plan.start.key),
        parent=_clean_or_none(record.parent),
        job=_clean_or_none(record.job),
        request=_asked(record.plan.request),
        models=_models(record.plan),
    )


def _understood(plain: Facts, request: Request) -> Facts:
    """With what another program was asked for. It names models, if it does, without saying what is in them."""
    named = [(BASE, request.checkpoint)] if request.checkpoint != UNNAMED.checkpoint else []
    named += [(LORA, lora.name) for lora in request.loras]
    models = (Used(kind=kind, name=_clean(name), sha256="") for kind, name in named)
    seed = None if request.seed is None else str(request.seed)
    return replace(plain, seed=seed, request=_asked(request), models=tuple(dict.fromkeys(models)))


def _asked(request: Request) -> str:
    return _clean(json.dumps(to_plain(request, defaults=False), ensure_ascii=False))


def _record(texts: Mapping[str, str], name: str) -> ImageRecord | None:
    """None where there is none, or one that only a newer version can read."""
    try:
        return from_json(texts[RECORD_KEY], name) if RECORD_KEY in texts else None
    except HangaError:
        return None


def _size(path: Path) -> tuple[int, int]:
    try:
        with path.open("rb") as file:
            if file.read(len(SIGNATURE)) == SIGNATURE:
                width, height = struct.unpack(">8xII", file.read(16))
                file.seek(-min(TAIL, os.fstat(file.fileno()).st_size), os.SEEK_END)
                whole = END in file.read()
            else:
                with Image.open(path, formats=FORMATS) as image:
                    (width, height), whole = image.size, True
    except FileNotFoundError as error:
        raise HangaError("file.missing", name=path.name) from error
    except WRONG as error:
        raise HangaError("file.damaged_picture", name=path.name) from error
    except OSError as error:
        if error.errno is None:  # The decoder's, not the system's.
            raise HangaError("file.damaged_picture", name=path.name) from error
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error
    if not whole or not 0 < width * height <= MOST_PIXELS:
        raise HangaError("file.damaged_picture", name=path.name)
    return width, height


def _models(plan: Plan) -> tuple[Used, ...]:
    staged = [(stage.role, stage.model) for stage in plan.stages]
    adapters = [(LORA, adapter.model) for adapter in plan.adapters]
    used = (_used(kind, model) for kind, model in (*staged, *adapters, (VAE, plan.first_stage.model)))
    return tuple(dict.fromkeys(used))


def _used(kind: str, model: ModelFile) -> Used:
    return Used(kind=_clean(kind), name=_clean(model.name), sha256=_clean(model.sha256))


def _seconds(created: str, otherwise: int) -> int:
    try:
        return int(datetime.fromisoformat(created).timestamp())
    except (ValueError, OverflowError, OSError):
        return otherwise


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else _clean(text)


def _clean(text: str) -> str:
    """Without halves of characters, which a hostile JSON may hold and no database takes."""
    return text.encode(errors="replace").decode()
