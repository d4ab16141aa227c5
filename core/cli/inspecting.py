"""`hanga inspect FILE`: what a checkpoint or a picture is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from core.checkpoint.describe import Checkpoint, describe
from core.cli.picture_facts import picture_facts, seems_picture
from core.cli.reporter import Sentences
from core.errors import HangaError
from core.plain import to_plain

FOREIGN: Final = "file.is_"


def inspect(path: Path, as_json: bool, sentences: Sentences) -> str:
    """What `path` is: one JSON object, or the same as lines of "name: value". Raises HangaError file.*."""
    facts = picture_facts(path, sentences) if seems_picture(path) else _model_facts(path)
    if as_json:
        return json.dumps(facts)
    notes = facts.pop("unmatched", []) if "program" in facts else []
    lines = [f"{name}: {_short(value)}" for name, value in facts.items() if value is not None]
    return "\n".join([*lines, *(f"- {note['sentence']}" for note in notes)])


def _model_facts(path: Path) -> dict[str, Any]:
    """What a model file is, also where it is known by name but none that denoises: a LoRA, another family's model."""
    try:
        return _checkpoint_facts(describe(path))
    except HangaError as refusal:
        area, _, kind = refusal.code.partition(FOREIGN)
        if area or not kind:
            raise
        return {"kind": kind, "is_checkpoint": False}


def _checkpoint_facts(found: Checkpoint) -> dict[str, Any]:
    account = found.account
    return {
        "kind": found.kind,
        "is_checkpoint": True,
        "layout": found.layout,
        "title": found.title,
        "prediction": found.prediction,
        "zero_terminal_snr": found.ztsnr,
        "dtype": found.dtype,
        "bytes": found.bytes,
        "unet": to_plain(found.unet),
        "vae": to_plain(found.vae),
        "clip_l": to_plain(found.clip_l),
        "bigg": to_plain(found.big_g),
        "tensors": len(account.loaded),
        "unexpected": list(account.unexpected),
        "ignored": [name for name, _ in account.ignored],
    }


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
