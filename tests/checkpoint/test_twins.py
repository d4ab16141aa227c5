"""The same text tower in two files is recognised; one number more or less, and it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoint.blueprint import big_g_tensors, unet_tensors
from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.twins import are_twins
from tests.checkpoint.files import write_sparse
from tests.planning.library import SMALL_G, SMALL_L, SMALL_UNET, Tensors, base_tensors, under

UNET = replace(SMALL_UNET, context_dim=SMALL_G.width, vector_dim=SMALL_G.width // 2 + 5 * 256)
TOWER = under("conditioner.embedders.0.", big_g_tensors(SMALL_G))


def written(path: Path, tensors: Tensors) -> Checkpoint:
    write_sparse(path, tensors.items(), None)
    return describe(path)


def twins(one: Checkpoint, other: Checkpoint) -> bool:
    assert one.big_g_part is not None
    assert other.big_g_part is not None
    return are_twins(one.big_g_part, other.big_g_part)


@pytest.fixture
def base(tmp_path: Path) -> Checkpoint:
    return written(tmp_path / "base.safetensors", base_tensors(SMALL_UNET, SMALL_L, SMALL_G))


@pytest.fixture
def refiner(tmp_path: Path) -> Checkpoint:
    return written(tmp_path / "refiner.safetensors", TOWER | under("model.diffusion_model.", unet_tensors(UNET)))


def test_a_tower_that_both_have_is_recognised_wherever_it_lies(base: Checkpoint, refiner: Checkpoint) -> None:
    assert twins(base, refiner)
    assert twins(refiner, base)


@pytest.mark.parametrize("name", ["model.transformer.resblocks.0.attn.out_proj.weight", "model.token_embedding.weight"])
def test_another_number_makes_another_tower(base: Checkpoint, refiner: Checkpoint, name: str) -> None:
    assert refiner.big_g_part is not None
    info = next(item.info for item in refiner.big_g_part.stored if item.place.name == name)
    with refiner.path.open("r+b") as file:
        file.seek(info.end - 1 if "embedding" in name else info.start)
        file.write(b"\x3c")
    assert not twins(base, describe(refiner.path))


def test_what_has_gone_is_no_twin(base: Checkpoint, refiner: Checkpoint) -> None:
    refiner.path.unlink()
    assert not twins(base, refiner)
