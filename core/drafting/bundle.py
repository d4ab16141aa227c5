"""Bundle: styles and presets in a JSON file, as the home keeps them and as artists pass them on.

    {"hanga": 1, "styles": [{"name": …, "prompt": "{prompt}, …", "negative": …}],
     "presets": [{"name": …, "settings": {members of a request}, "styles": [names]}]}

A bare list of {"name", "prompt", "negative_prompt"} is a file of styles for Fooocus, and is read too. Files are read
whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final, NoReturn, TypeVar

from core.drafting.named import Named
from core.drafting.preset import Preset, preset_from_plain, preset_to_plain
from core.drafting.style import Style
from core.errors import HangaError
from core.library.opening import DamagedError, opened
from core.plain import Plain, from_plain, to_plain
from core.request import Request

VERSION: Final = 1
MOST_BYTES: Final = 4 << 20
MOST: Final = 2000
"""Styles in a file, and presets."""
LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 8192
"""Characters."""


Entry = TypeVar("Entry", bound=Named)


@dataclass(frozen=True)
class Bundle:
    styles: tuple[Style, ...] = ()
    presets: tuple[Preset, ...] = ()


def read_bundle(path: Path) -> Bundle:
    """Raises HangaError file.missing, file.unreadable, file.bundle_too_large, file.not_a_bundle, file.newer_bundle,
    file.bundle_entry."""
    data = _load(path)
    if isinstance(data, list):
        return Bundle(styles=_all(path, [_from_fooocus(each) for each in data], _style))
    if not isinstance(data, dict) or not isinstance(data.get("hanga"), int):
        raise HangaError("file.not_a_bundle", name=path.name)
    if data["hanga"] > VERSION:
        raise HangaError("file.newer_bundle", name=path.name)
    return Bundle(
        styles=_all(path, data.get("styles", []), _style),
        presets=_all(path, data.get("presets", []), _preset),
    )


def encode(bundle: Bundle) -> bytes:
    styles = [to_plain(style, defaults=False) for style in bundle.styles]
    presets = [preset_to_plain(preset) for preset in bundle.presets]
    data = {"hanga": VERSION, "styles": styles, "presets": presets}
    return (json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def check_name(name: str) -> str:
    """The name as it is kept. Raises HangaError request.entry_name."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise HangaError("request.entry_name", most=LONGEST_NAME)
    return plain


def _load(path: Path) -> Any:
    try:
        with opened(path) as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise HangaError("file.bundle_too_large", name=path.name, most=MOST_BYTES >> 20)
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
    except (DamagedError, ValueError, RecursionError) as error:
        raise HangaError("file.not_a_bundle", name=path.name) from error


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is no number of JSON")


def _all(path: Path, found: Any, read: Callable[[Plain], Entry]) -> tuple[Entry, ...]:
    if not isinstance(found, list):
        raise HangaError("file.not_a_bundle", name=path.name)
    if len(found) > MOST:
        raise HangaError("file.bundle_too_large", name=path.name, most=MOST_BYTES >> 20)
    return tuple(_one(path, number, each, read) for number, each in enumerate(found, 1))


def _one(path: Path, number: int, plain: Plain, read: Callable[[Plain], Entry]) -> Entry:
    try:
        return read(plain)
    except (HangaError, TypeError, ValueError, KeyError, RecursionError) as error:
        raise HangaError("file.bundle_entry", name=path.name, number=number) from error


def _from_fooocus(plain: Any) -> Any:
    return {**plain, "negative": plain.get("negative_prompt", "")} if isinstance(plain, dict) else plain


def _style(plain: Plain) -> Style:
    style = from_plain(Style, plain)
    _check_texts((style.prompt, style.negative))
    return replace(style, name=check_name(style.name))


def _preset(plain: Plain) -> Preset:
    preset = preset_from_plain(plain)
    for style in preset.styles or ():
        check_name(style)
    _check_texts((preset.settings.checkpoint, preset.settings.sampler))
    return replace(preset, name=check_name(preset.name), settings=_without_places(preset.settings))


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        text.encode()  # Half a character is a ValueError.
        if len(text) > LONGEST_TEXT or "\0" in text:
            raise ValueError("too long, or no text")


def _without_places(request: Request) -> Request:
    """Files by name alone: where something lies on another computer, nothing is to be looked for."""
    return replace(
        request,
        checkpoint=_bare(request.checkpoint),
        refiner=None if request.refiner is None else _bare(request.refiner),
        vae=None if request.vae is None else _bare(request.vae),
        loras=tuple(replace(lora, name=_bare(lora.name)) for lora in request.loras),
    )


def _bare(name: str) -> str:
    return PureWindowsPath(PurePosixPath(name).name).name or name.strip("/\\.~ ") or "?"
