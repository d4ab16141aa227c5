"""`hanga inspect FILE`: what a checkpoint or a picture is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG
from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.markers import title
from core.cli.picture_facts import picture_facts, seems_picture
from core.cli.reporter import Sentences
from core.cli.telling import tell
from core.errors import HangaError
from core.patches.adapter_file import read_adapter
from core.patches.fit import fit
from core.patches.places import Wearer
from core.plain import to_plain

FOREIGN: Final = "file.is_"
LORA: Final = "lora"
SDXL: Final = Wearer(unet=BASE_UNET, clip_l=CLIP_L, big_g=OPENCLIP_BIGG)
SDXL_NAME: Final = "SDXL"


def inspect(path: Path, as_json: bool, sentences: Sentences) -> str:
    """What `path` is: one JSON object, or what of it people read in lines. Raises HangaError file.*."""
    facts = picture_facts(path, sentences) if seems_picture(path) else _model_facts(path)
    if as_json:
        return json.dumps(facts)
    facts.pop("record", None)  # all of it, for programs; its settings stand beside it
    notes = facts.pop("unmatched", []) if "program" in facts else []
    return "\n".join((tell(facts), *(f"- {note['sentence']}" for note in notes)))


def _model_facts(path: Path) -> dict[str, Any]:
    """What a model file is, also where it is known by name but none that denoises: a LoRA, another family's model."""
    try:
        return _checkpoint_facts(describe(path))
    except HangaError as refusal:
        area, _, kind = refusal.code.partition(FOREIGN)
        if area or not kind:
            raise
        return {"kind": kind, "is_checkpoint": False} | (_lora_facts(path) if kind == LORA else {})


def _lora_facts(path: Path) -> dict[str, Any]:
    """What a LoRA changes, and how it would fit the published base model."""
    try:
        file = read_adapter(path)
        found = fit(file, SDXL, SDXL_NAME)
    except HangaError as refusal:
        return {"fits_sdxl": False, "code": refusal.code, "data": refusal.data}
    return {
        "title": title(file.header.metadata),
        "bytes": file.header.size,
        "modules": len(file.modules),
        "networks": sorted({piece.target.network for piece in found.pieces}),
        "forms": sorted({piece.kind for piece in found.pieces}),
        "scales": sorted({piece.scale for piece in found.pieces}),
        "fits_sdxl": True,
        "unmatched": list(found.unmatched),
    }


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
