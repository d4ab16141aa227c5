"""Files that are no LoRA, or broken ones: one sentence each, before anything is loaded."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sentences import Sentences
from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG
from core.checkpoint.header import Shape
from core.errors import HangaError
from core.patches.adapter_file import read_adapter
from core.patches.fit import MOST_RANK, Fit, fit
from core.patches.places import Wearer
from tests.checkpoint.files import write_sparse
from tests.patches.loras import BASE, Maker, Tensors, fitted, unet_matrices, written
from tests.tiny import write_base

SDXL = Wearer(unet=BASE_UNET, clip_l=CLIP_L, big_g=OPENCLIP_BIGG)
MODULE = "input_blocks.3.1.transformer_blocks.0.attn1.to_q"
STEM = "lora_unet_" + MODULE.replace(".", "_")
DOWN, UP, ALPHA = f"{STEM}.lora_down.weight", f"{STEM}.lora_up.weight", f"{STEM}.alpha"


def good() -> Tensors:
    return Maker(1).low_rank(unet_matrices(("attn1.to_q",)))[0]


def without(name: str) -> Tensors:
    return {other: tensor for other, tensor in good().items() if other != name}


BROKEN: dict[str, tuple[Callable[[], Tensors], str]] = {
    "alpha is NaN": (lambda: good() | {ALPHA: torch.tensor(float("nan"))}, "file.lora_alpha"),
    "alpha is infinite": (lambda: good() | {ALPHA: torch.tensor(float("inf")).half()}, "file.lora_alpha"),
    "alpha is many": (lambda: good() | {ALPHA: torch.zeros(3)}, "file.lora_alpha"),
    "alpha is true": (lambda: good() | {ALPHA: torch.tensor(True)}, "file.lora_alpha"),
    "no up": (lambda: without(UP), "file.lora_incomplete"),
    "no down": (lambda: without(DOWN), "file.lora_incomplete"),
    "rank 0": (lambda: good() | {DOWN: torch.zeros(0, 128), UP: torch.zeros(128, 0)}, "file.lora_rank"),
    "ranks differ": (lambda: good() | {DOWN: torch.zeros(4, 128)}, "file.lora_misfit"),
    "no axis": (lambda: good() | {DOWN: torch.tensor(1.0)}, "file.lora_misfit"),
    "one axis": (lambda: good() | {UP: torch.zeros(128)}, "file.lora_misfit"),
    "too wide": (lambda: good() | {DOWN: torch.zeros(3, 129)}, "file.lora_misfit"),
    "whole numbers": (lambda: good() | {DOWN: torch.zeros(3, 128, dtype=torch.int8)}, "file.lora_misfit"),
    "core of another rank": (
        lambda: good() | {f"{STEM}.lora_mid.weight": torch.zeros(3, 2, 1, 1)},
        "file.lora_misfit",
    ),
    "core of one axis": (lambda: good() | {f"{STEM}.lora_mid.weight": torch.zeros(3)}, "file.lora_misfit"),
    "lengths of another number": (lambda: good() | {f"{STEM}.dora_scale": torch.zeros(7)}, "file.lora_misfit"),
    "half of a LoHa": (lambda: {f"{STEM}.hada_w1_a": torch.zeros(128, 2)}, "file.lora_incomplete"),
    "half of a LoKr": (lambda: {f"{STEM}.lokr_w1": torch.zeros(8, 8)}, "file.lora_incomplete"),
    "flat LoKr": (
        lambda: {f"{STEM}.lokr_w1": torch.zeros(64), f"{STEM}.lokr_w2": torch.zeros(2, 2)},
        "file.lora_misfit",
    ),
    "unknown relative": (lambda: {f"{STEM}.oft_blocks": torch.zeros(2, 2)}, "file.lora_kind"),
    "no module": (
        lambda: {"lora_unet_x.lora_down.weight": torch.zeros(1, 2), "lora_unet_x.lora_up.weight": torch.zeros(2, 1)},
        "file.lora_fits_nowhere",
    ),
    "alphas alone": (lambda: {ALPHA: torch.tensor(1.0)}, "file.lora_kind"),
    "something else": (lambda: {"weight": torch.zeros(2)}, "file.not_a_lora"),
    "controlnet": (lambda: {"control_model.x": torch.zeros(2)}, "file.is_controlnet"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused(tmp_path: Path, case: str) -> None:
    make, code = BROKEN[case]
    path = written(tmp_path / "a.safetensors", make())
    with pytest.raises(HangaError) as refusal:
        fitted(path)
    assert refusal.value.code == code
    sentence = Sentences.for_locale("en").say(code, **refusal.value.data)
    assert "a.safetensors" in sentence
    assert "{" not in sentence


def test_ranks_beyond_measure_are_refused_without_reading_them(tmp_path: Path) -> None:
    shapes = {DOWN: (10_000, 128), UP: (128, 10_000)}
    path = write_sparse(tmp_path / "a.safetensors", shapes.items())
    with pytest.raises(HangaError) as refusal:
        fitted(path)
    assert refusal.value.data == {"name": "a.safetensors", "first": STEM, "rank": 10_000, "most": MOST_RANK}


def test_a_checkpoint_is_no_lora(tmp_path: Path) -> None:
    with pytest.raises(HangaError) as refusal:
        fitted(write_base(tmp_path / "base.safetensors"))
    assert refusal.value.code == "file.not_a_lora"


# ------------------------------------------------------------------------------------------------------ other families

SD15_ATTENTION = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn"


def pairs(*modules: tuple[str, int, int], down: str = "lora_down", up: str = "lora_up") -> dict[str, Shape]:
    tensors: dict[str, Shape] = {}
    for name, rows, columns in modules:
        tensors |= {f"{name}.{down}.weight": (8, columns), f"{name}.{up}.weight": (rows, 8)}
    return tensors


FAMILIES: dict[str, tuple[str, dict[str, Shape]]] = {
    "SD1.5, kohya": (
        "Stable Diffusion 1.5",
        pairs((f"{SD15_ATTENTION}1_to_q", 640, 640), (f"{SD15_ATTENTION}2_to_k", 640, 768)),
    ),
    "SD1.5, towers": (
        "Stable Diffusion 1.5",
        pairs(("lora_te_text_model_encoder_layers_0_self_attn_q_proj", 768, 768)),
    ),
    "SD2": ("Stable Diffusion 2", pairs((f"{SD15_ATTENTION}2_to_k", 640, 1024))),
    "SD1.5, PEFT": (
        "Stable Diffusion 1.5",
        pairs(
            ("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k", 640, 768), down="lora_A", up="lora_B"
        ),
    ),
    "Flux, kohya": ("Flux", pairs(("lora_unet_double_blocks_0_img_attn_qkv", 9216, 3072))),
    "Flux, PEFT": (
        "Flux",
        pairs(("transformer.single_transformer_blocks.0.attn.to_q", 3072, 3072), down="lora_A", up="lora_B"),
    ),
    "SD3": ("Stable Diffusion 3", pairs(("lora_unet_joint_blocks_0_context_block_attn_qkv", 4608, 1536))),
}


@pytest.mark.parametrize("case", FAMILIES)
def test_other_families_are_named(tmp_path: Path, case: str) -> None:
    family, tensors = FAMILIES[case]
    path = write_sparse(tmp_path / "a.safetensors", tensors.items())
    with pytest.raises(HangaError) as refusal:
        fit(read_adapter(path), SDXL, "sdxl.safetensors")
    assert refusal.value.code == "file.lora_other_family"
    assert refusal.value.data["family"] == family


def test_a_lora_of_the_large_model_does_not_fit_a_small_one(tmp_path: Path) -> None:
    stem = "lora_unet_input_blocks_3_1_transformer_blocks_0_attn2_to_k"
    path = write_sparse(tmp_path / "a.safetensors", pairs((stem, 640, 2048)).items())
    with pytest.raises(HangaError) as refusal:
        fitted(path)
    assert refusal.value.data["family"] == "SDXL"


# ------------------------------------------------------------------------------------------------------------- anything

NAMES = st.builds(
    "{}.{}".format,
    st.sampled_from([STEM, f"{STEM}x", f"unet.{MODULE}", "lora_te1_text_model_encoder_layers_0_mlp_fc1", "x"]),
    st.sampled_from(
        ["lora_down.weight", "lora_up.weight", "lora_mid.weight", "lora_A.weight", "lora_B.weight", "alpha", "diff"]
        + ["dora_scale", "lora_magnitude_vector", "lokr_w1", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2"]
        + [f"hada_{matrix}" for matrix in ("w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")]
    ),
)
NOTED = ("", "{", "[]", '{"unet.lora_alpha": []}', '{"unet.alpha_pattern": 1, "unet.lora_alpha": 1e400}')
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 64, 128]), max_size=4).map(tuple)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(NAMES, SHAPES, min_size=1, max_size=8), st.sampled_from(["", "{", "[]", '{"unet.lora_alpha": []}'])
)
def test_any_file_fits_or_is_refused(tmp_path: Path, tensors: dict[str, Shape], noted: str) -> None:
    path = write_sparse(tmp_path / "a.safetensors", tensors.items(), {"lora_adapter_metadata": noted})
    code, found = outcome(path)
    assert code.startswith("file.") == (found is None)
    if found is not None:
        names = list(itertools.chain.from_iterable(piece.names for piece in found.pieces))
        assert names
        assert set(names) <= tensors.keys()
        assert all(piece.target in BASE.targets.values() for piece in found.pieces)


def outcome(path: Path) -> tuple[str, Fit | None]:
    try:
        return "", fitted(path)
    except HangaError as refusal:
        return refusal.code, None
