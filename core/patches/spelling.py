"""What a tensor in an adapter's file is: the module it belongs to, and its role there.

Spellings: kohya and LyCORIS (`M.lora_down.weight`, `M.alpha`, `M.hada_w1_a`, …), PEFT (`M.lora_A.weight`, with or
without the adapter's name in it), diffusers before PEFT (`M.lora.down.weight`, `M.lora_linear_layer.down.weight`), and
its first one, which hung layers onto attention processors (`attn1.processor.to_q_lora.down.weight`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Role = Literal[
    "down", "up", "mid", "alpha", "dora_scale", "magnitude",
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2",
]  # fmt: skip

_ADAPTER_NAME: Final = r"(?:\.[^.]+)?"

_LORA: Final[Mapping[Role, str]] = {
    "down": rf"(?:lora_down|lora_A{_ADAPTER_NAME}|lora\.down|lora_linear_layer\.down)\.weight",
    "up": rf"(?:lora_up|lora_B{_ADAPTER_NAME}|lora\.up|lora_linear_layer\.up)\.weight",
    "mid": r"lora_mid\.weight",
    "magnitude": r"lora_magnitude_vector(?:\.[^.]+){0,2}",
    "alpha": "alpha",
    "dora_scale": "dora_scale",
}

_LYCORIS: Final[tuple[Role, ...]] = (
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2",
)  # fmt: skip

_ENDINGS: Final[Mapping[Role, re.Pattern[str]]] = {
    role: re.compile(rf"(.+?)\.{pattern}") for role, pattern in (*_LORA.items(), *((role, role) for role in _LYCORIS))
}

_OLDEST: Final = (
    (re.compile(r"\.processor\.to_out_lora\."), r".to_out.0.lora."),
    (re.compile(r"\.processor\.(to_[qkv])_lora\."), r".\1.lora."),
    (re.compile(r"\.self_attn\.to_out_lora\."), r".self_attn.out_proj.lora."),
    (re.compile(r"\.self_attn\.to_([qkv])_lora\."), r".self_attn.\1_proj.lora."),
)


def read_name(tensor: str) -> tuple[str, Role] | None:
    """Module and role of the tensor with this name; None if it has no role that we know."""
    for pattern, newer in _OLDEST:
        tensor = pattern.sub(newer, tensor)
    for role, pattern in _ENDINGS.items():
        if match := pattern.fullmatch(tensor):
            return match[1], role
    return None
