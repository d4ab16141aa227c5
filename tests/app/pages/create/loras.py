"""A LoRA for the starter that changes nothing, written without torch: one matrix, rank 2, all zero."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Final

from core.paths import STARTER

UNET: Final = "model.diffusion_model."
RANK: Final = 2


def write_lora(path: Path) -> Path:
    name, (rows, columns) = _a_matrix()
    parts = {f"{name}.lora_down.weight": (RANK, columns), f"{name}.lora_up.weight": (rows, RANK)}
    header: dict[str, Any] = {}
    end = 0
    for key, (high, wide) in parts.items():
        start, end = end, end + 4 * high * wide
        header[key] = {"dtype": "F32", "shape": [high, wide], "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
    return path


def _a_matrix() -> tuple[str, tuple[int, int]]:
    with (STARTER / "base.safetensors").open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    key = next(key for key in header if key.startswith(UNET) and key.endswith("attn1.to_q.weight"))
    rows, columns = header[key]["shape"]
    return "lora_unet_" + key.removeprefix(UNET).removesuffix(".weight").replace(".", "_"), (rows, columns)
