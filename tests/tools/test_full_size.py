"""The comparison with diffusers runs as a whole on small networks, keeps what is done, and finds the engines equal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, SDXL_VAE
from core.checkpoint.describe import describe
from core.checkpoint.header import read_header
from core.checkpoint.reader import read_tensors
from core.sampling.schedules import schedule, split
from tests import tiny
from tests.tools import full_size
from tests.tools.full_size import Book, handoff, main, table
from tests.tools.random_checkpoint import Networks, checkpoint_tensors

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tmp_path_factory.mktemp("full_size")


def measure(folder: Path, *options: str) -> None:
    main(["--folder", str(folder), "--tiny", "--size", "64", "--steps", "2+1", *options])


def test_both_engines_and_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure(folder, "--engine", "hanga")
    measure(folder, "--engine", "diffusers")
    capsys.readouterr()
    measure(folder)
    *_, handed_over, final = capsys.readouterr().out.splitlines()
    for line in (handed_over, final):
        assert float(line.rpartition(" ")[2]) < 1e-4
    results = json.loads((folder / "results.json").read_text())
    assert results.keys() == {"hanga-64-2+1-float32", "diffusers-64-2+1-float32"}
    assert all(value > 0 for result in results.values() for value in result.values())


@pytest.mark.parametrize(("dtype", "most"), [("float32", 1e-4), ("bfloat16", 0.1)])
def test_single_passes(folder: Path, capsys: pytest.CaptureFixture[str], dtype: str, most: float) -> None:
    measure(folder, "--unet-only", "--rounds", "1", "--dtype", dtype)
    assert "| base |" in capsys.readouterr().out
    results = json.loads((folder / "results.json").read_text())
    for role in ("base", "refiner"):
        assert results[f"unet-{role}-64-{dtype}"]["relative error"] < most


def test_models_are_written_once_and_are_what_they_should_be(folder: Path) -> None:
    full_size.write_models(full_size.Settings(folder, 64, (2, 1), "float32", 1, tiny=True))
    before = (folder / "base.safetensors").stat().st_mtime_ns
    full_size.write_models(full_size.Settings(folder, 64, (2, 1), "float32", 1, tiny=True))
    assert (folder / "base.safetensors").stat().st_mtime_ns == before
    base, refiner = describe(folder / "base.safetensors"), describe(folder / "refiner.safetensors")
    assert (base.kind, base.unet, refiner.kind, refiner.unet) == (
        "base",
        tiny.BASE_UNET,
        "refiner",
        tiny.REFINER_UNET,
    )
    for name, tensor in read_tensors(read_header(folder / "refiner.safetensors")):
        assert torch.isfinite(tensor).all(), name


def test_full_networks_have_the_published_size() -> None:
    tensors = dict(checkpoint_tensors(Networks(BASE_UNET, SDXL_VAE, CLIP_L, OPENCLIP_BIGG)))
    count = sum(torch.Size(shape).numel() for shape in tensors.values())
    assert round(2 * count / 1e9, 2) == 6.94


@pytest.mark.parametrize(("base", "refiner"), [(3, 1), (1, 1), (20, 5), (5, 20), (40, 10), (24, 1)])
def test_the_hand_over_leaves_the_steps_that_were_asked_for(base: int, refiner: int) -> None:
    shares = split(schedule("leading", base + refiner), handoff(base, refiner))
    assert tuple(share.steps for share in shares) == (base, refiner)


def test_a_result_is_measured_once(tmp_path: Path) -> None:
    book = Book(tmp_path / "results.json")
    assert book.once("a", lambda: {"x": 1}) == {"x": 1}
    assert Book(tmp_path / "results.json").once("a", lambda: {"x": 2}) == {"x": 1}


def test_the_table_is_markdown() -> None:
    assert table({"a": {"x": 0.12345}, "b": {"x": 2.0}}) == "|  | x |\n| --- | --- |\n| a | 0.123 |\n| b | 2 |"
