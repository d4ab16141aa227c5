"""Spellings: one module has many names, all of which say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.patches.spelling import read_name
from tests.patches.loras import SPELLINGS, Maker, Spelling, fitted, unet_matrices, written

SEED = 20261122


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_of_a_file_act_alike(tmp_path: Path, spelling: Spelling) -> None:
    shapes = unet_matrices()
    tensors, _ = Maker(SEED).low_rank(shapes, spelling)
    found = fitted(written(tmp_path / "a.safetensors", tensors))
    assert found.unmatched == ()
    assert {piece.target.place.name for piece in found.pieces} == {f"{name}.weight" for name in shapes}
    assert {piece.scale for piece in found.pieces} == {2 / 3}


@pytest.mark.parametrize(
    ("tensor", "module", "role"),
    [
        ("a.b.lora_A.weight", "a.b", "down"),
        ("a.b.lora_B.some_name.weight", "a.b", "up"),
        ("a.lora_magnitude_vector", "a", "magnitude"),
        ("a.lora_magnitude_vector.default.weight", "a", "magnitude"),
        ("text_encoder.layers.0.self_attn.q_proj.lora_linear_layer.up.weight",
         "text_encoder.layers.0.self_attn.q_proj", "up"),
        ("t.self_attn.to_k_lora.down.weight", "t.self_attn.k_proj", "down"),
        ("t.self_attn.to_out_lora.down.weight", "t.self_attn.out_proj", "down"),
        ("lora_unet_x.hada_w1_a", "lora_unet_x", "hada_w1_a"),
        ("lora_unet_x.lokr_w2", "lora_unet_x", "lokr_w2"),
        ("lora_unet_x.lokr_w2_b", "lora_unet_x", "lokr_w2_b"),
        ("lora_unet_x.dora_scale", "lora_unet_x", "dora_scale"),
    ],
)  # fmt: skip
def test_reads_role_and_module(tensor: str, module: str, role: str) -> None:
    assert read_name(tensor) == (module, role)


@given(st.text(min_size=1, max_size=60))
def test_any_name_is_read_or_is_not(tensor: str) -> None:
    known = read_name(tensor)
    assert known is None or known[0]


def test_what_has_no_role_is_told(tmp_path: Path) -> None:
    tensors, _ = Maker(SEED).low_rank(unet_matrices(("attn1",)))
    tensors |= {"lora_unet_nowhere.lora_down.weight": torch.zeros(1, 2), "bundle_emb.x.clip_l": torch.zeros(1, 2)}
    tensors |= {"lora_unet_nowhere.lora_up.weight": torch.zeros(2, 1)}
    found = fitted(written(tmp_path / "a.safetensors", tensors))
    assert found.unmatched == ("lora_unet_nowhere", "bundle_emb.x.clip_l")
