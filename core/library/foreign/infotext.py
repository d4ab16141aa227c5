"""A1111's text of settings: prompt lines, lines of the negative prompt, and one last line of "Key: value, …".

Values that hold commas, colons or line breaks are written as JSON strings. Reading is linear in the length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

NEGATIVE: Final = "Negative prompt:"
LEAST_FIELDS: Final = 3
MOST_FIELDS: Final = 1000
RESOURCES: Final = "Civitai resources: "
EXTRA: Final = "Civitai metadata: "

_KEY: Final = re.compile(r"(\w[\w \-/]{1,60}):[ \t]*")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*+"')


@dataclass(frozen=True)
class Infotext:
    prompt: str
    negative: str
    fields: dict[str, str]
    resources: list[Any]
    """What Civitai adds: the models that took part, as JSON."""


def parsed(text: str) -> Infotext:
    """Any text parses; one without a line of settings is all prompt."""
    *lines, last = text.strip().split("\n")
    last, resources = _without_json(last)
    fields = dict(_fields(last))
    if len(fields) < LEAST_FIELDS:
        lines, fields = [*lines, last], {}
    start = next((number for number, line in enumerate(lines) if line.strip().startswith(NEGATIVE)), len(lines))
    negative = [line.strip().removeprefix(NEGATIVE).strip() for line in lines[start:]]
    prompt = [line.strip() for line in lines[:start]]
    return Infotext("\n".join(prompt).strip(), "\n".join(negative).strip(), fields, resources)


def size(value: str) -> tuple[str, str]:
    """The sides of "832x1216"; empty where it is none."""
    found = re.fullmatch(r"\s*(\d{1,40})\s*[xX×]\s*(\d{1,40})\s*", value[:100])
    return (found[1], found[2]) if found else ("", "")


def _fields(line: str) -> Iterator[tuple[str, str]]:
    place, quotes_close = 0, True
    for _ in range(MOST_FIELDS):
        key = _KEY.search(line, place)
        if key is None:
            return
        quoted = _QUOTED.match(line, key.end()) if quotes_close and line.startswith('"', key.end()) else None
        # A quote that never closes is looked for once, not at every field that follows.
        quotes_close = quotes_close and (quoted is not None or not line.startswith('"', key.end()))
        end = line.find(",", quoted.end() if quoted else key.end())
        end = len(line) if end < 0 else end
        yield key[1].strip(), _unquoted(quoted[0]) if quoted else line[key.end() : end].strip()
        place = end + 1


def _unquoted(value: str) -> str:
    try:
        return str(json.loads(value))
    except ValueError:
        return value.strip('"')


def _without_json(line: str) -> tuple[str, list[Any]]:
    """The line up to where Civitai adds JSON without quotes, and the list it begins with."""
    before, _, after = line.partition(RESOURCES)
    try:
        found, _ = json.JSONDecoder().raw_decode(after[: 1 << 18]) if after else ([], 0)
    except (ValueError, RecursionError):
        found = []
    return before.partition(EXTRA)[0], found if isinstance(found, list) else []
