"""`hanga models list`: which models there are, and what each is."""

from __future__ import annotations

import json
from typing import Any

from core.cli.reporter import Sentences
from core.errors import HangaError
from core.library.models import ModelFolder


def listed(models: ModelFolder, as_json: bool, sentences: Sentences) -> str:
    """A line for every model that has a name: its name, kind and size, or why it cannot be used."""
    lines = (_line(models, name, as_json, sentences) for name in models.names())
    return "\n".join(lines)


def _line(models: ModelFolder, name: str, as_json: bool, sentences: Sentences) -> str:
    known: dict[str, Any] = {"name": name, "path": str(models.find(name))}
    try:
        found = models.describe(name)
    except HangaError as error:
        if as_json:
            return json.dumps(known | {"code": error.code, "data": error.data})
        return f"{name}: {sentences.say(error.code, **error.data)}"
    if as_json:
        return json.dumps(known | {"kind": found.kind, "title": found.title, "bytes": found.bytes})
    return f"{name}: {found.kind}, {found.bytes / 1e6:,.0f} MB"
