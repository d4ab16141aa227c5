"""The door: a picture file of any program → a request of ours, and what could not be matched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from core.errors import HangaError
from core.library.foreign import a1111, comfyui, drawthings, fooocus, invokeai, novelai, stealth, swarmui
from core.library.foreign.imported import Found, Imported
from core.library.foreign.settling import settle
from core.library.picture import RECORD_KEY
from core.library.picture_text import read_texts
from core.record import from_json

OWN: Final = "Hanga"

Reader = Callable[[Mapping[str, str]], Found | None]

READERS: Final[tuple[Reader, ...]] = (
    invokeai.read,
    comfyui.read,
    novelai.read,
    fooocus.read,
    drawthings.read,
    swarmui.read,
    a1111.read,
    comfyui.read_remains,
)
"""In the order in which programs are recognised; who is surer comes first."""


def read(path: Path) -> Imported:
    """What the picture says about how it was made. One of ours gives its own request, exactly.

    Raises HangaError file.missing, file.unreadable, file.not_png (a damaged PNG), file.not_picture, file.newer_record,
    file.no_record where it says nothing that any known program writes.
    """
    texts = read_texts(path)
    if own := _own(texts, path.name):
        return own
    found = _recognised(texts) or _recognised(stealth.read_texts(path))
    if found is None:
        raise HangaError("file.no_record", name=path.name)
    return settle(found)


def _own(texts: Mapping[str, str], name: str) -> Imported | None:
    """None for no record, or one that somebody has broken: the text beside it may still be whole."""
    if RECORD_KEY not in texts:
        return None
    try:
        return Imported(from_json(texts[RECORD_KEY], name).plan.request, OWN)
    except HangaError as error:
        if error.code != "file.no_record":
            raise
        return None


def _recognised(texts: Mapping[str, str]) -> Found | None:
    return next((found for reader in READERS if (found := reader(texts)) is not None), None)
