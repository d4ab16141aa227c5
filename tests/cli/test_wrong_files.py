"""Files that are not what they should be are refused with exit code 3, by their name, and nothing is left behind."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.checkpoint.header import read_header
from core.checkpoint.reader import read_tensors
from core.checkpoint.save import write_tensors
from core.plan import Plan
from core.planning.planner import make_plan
from tests.cli.conftest import Hanga, Models, assert_failed, assert_refused, files

FILE = 3

Maker = Callable[[Path, Models], object]


def tensors(*names: str) -> Maker:
    def make(path: Path, models: Models) -> None:
        write_tensors(path, {name: torch.ones(2, 2) for name in names}, torch.float16, {})

    return make


def truncated(path: Path, models: Models) -> None:
    path.write_bytes(models.base.read_bytes()[:-1000])


def cut_in_the_header(path: Path, models: Models) -> None:
    path.write_bytes(models.base.read_bytes()[:500])


def with_a_tail(path: Path, models: Models) -> None:
    path.write_bytes(models.base.read_bytes() + b"tail")


def without_a_tensor(path: Path, models: Models) -> None:
    found = dict(read_tensors(read_header(models.base)))
    del found["model.diffusion_model.out.2.weight"]
    write_tensors(path, found, torch.float16, {})


def as_pickle(path: Path, models: Models) -> None:
    path.write_bytes(pickle.dumps({"state_dict": {}}))


WRONG: list[tuple[str, str, Maker]] = [
    ("missing.safetensors", "file.missing", lambda path, models: None),
    ("empty.safetensors", "file.empty", lambda path, models: path.touch()),
    ("cut.safetensors", "file.truncated", truncated),
    ("head.safetensors", "file.truncated", cut_in_the_header),
    ("tail.safetensors", "file.trailing", with_a_tail),
    ("part.safetensors", "file.incomplete", without_a_tensor),
    ("old.ckpt", "file.pickle", as_pickle),
    ("renamed.safetensors", "file.pickle", as_pickle),
    ("prose.safetensors", "file.not_safetensors", lambda path, models: path.write_text("no model " * 99)),
    ("login.safetensors", "file.is_web_page", lambda path, models: path.write_text("<!DOCTYPE html><title>Log in")),
    ("folder", "file.not_a_model_folder", lambda path, models: path.mkdir()),
    ("sd15.safetensors", "file.is_sd15", tensors("cond_stage_model.transformer.text_model.final_layer_norm.bias")),
    ("flux.safetensors", "file.is_flux", tensors("double_blocks.0.img_attn.qkv.weight")),
    ("lora.safetensors", "file.is_lora", tensors("lora_unet_down_blocks_1_attentions_0_proj_in.lora_up.weight")),
]


@pytest.mark.parametrize("option", ["--checkpoint", "--refiner", "--vae"])
@pytest.mark.parametrize(("name", "code", "make"), WRONG, ids=[name for name, _, _ in WRONG])
def test_refused_by_name(
    generate: Hanga, models: Models, tmp_path: Path, option: str, name: str, code: str, make: Maker
) -> None:
    path = tmp_path / name
    make(path, models)
    before = files(tmp_path)
    assert assert_refused(generate(option, path), FILE, code)["name"] == name
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["old.ckpt", "cut.safetensors", "folder", "missing.safetensors"])
def test_inspect_refuses_the_same(hanga: Hanga, models: Models, tmp_path: Path, name: str) -> None:
    code, make = next((code, make) for known, code, make in WRONG if known == name)
    make(tmp_path / name, models)
    assert_refused(hanga("inspect", tmp_path / name, "--json"), FILE, code)


@pytest.mark.parametrize("name", ["startre", "~nobody/model", "x" * 300, "a" * 9 + "/" + "b" * 300])
@pytest.mark.parametrize("option", ["--checkpoint", "--refiner", "--vae"])
def test_names_of_no_model(generate: Hanga, option: str, name: str) -> None:
    result = generate(option, name)
    assert result.code == FILE
    assert result.events[0]["code"] in ("file.unknown_model", "file.missing", "file.unreadable")
    assert len(result.err.splitlines()) == 1


def test_the_nearest_name_is_said(generate: Hanga) -> None:
    assert assert_refused(generate("--checkpoint", "startre"), FILE, "file.unknown_model")["nearest"] == "starter"


def test_weights_that_are_no_numbers(generate: Hanga, models: Models, tmp_path: Path) -> None:
    found = dict(read_tensors(read_header(models.base)))
    found["model.diffusion_model.out.2.weight"].view(-1)[5] = torch.nan
    write_tensors(tmp_path / "nan.safetensors", found, torch.float16, {})
    before = files(tmp_path)
    said = assert_failed(generate("--checkpoint", tmp_path / "nan.safetensors"), FILE, "file.not_finite")
    assert said == {"name": "nan.safetensors", "tensor": "model.diffusion_model.out.2.weight"}
    assert files(tmp_path) == before


def test_a_lone_vae_is_no_checkpoint(generate: Hanga, models: Models, tmp_path: Path) -> None:
    found = read_tensors(read_header(models.base))
    parts = {name: tensor for name, tensor in found if name.startswith("first_stage_model.")}
    write_tensors(tmp_path / "vae.safetensors", parts, torch.float16, {})
    assert_refused(generate("--checkpoint", tmp_path / "vae.safetensors"), FILE, "file.not_a_checkpoint")
    assert generate("--vae", tmp_path / "vae.safetensors").code == 0


@pytest.mark.parametrize("handoff", ["0.8", "0.5"])
def test_a_refiner_as_base_and_a_base_as_refiner_work_and_say_so(
    generate: Hanga, models: Models, tmp_path: Path, handoff: str
) -> None:
    exchanged = ["--checkpoint", models.refiner, "--refiner", models.base, "--handoff", handoff, "--steps", 4]
    result = generate(*exchanged, "--out", tmp_path / "fox.png")
    assert result.code == 0
    assert "This model is a refiner" in result.err
    assert "A base model does the refiner's steps" in result.err
    assert (tmp_path / "fox.png").exists()


def test_a_refiner_alone_works_and_says_so(generate: Hanga, models: Models) -> None:
    result = generate("--checkpoint", models.refiner, "--refiner", "none")
    assert result.code == 0
    assert "This model is a refiner" in result.err


def test_a_model_that_changes_between_two_looks(
    generate: Hanga, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a download overwrites it just then."""
    path = tmp_path / "base.safetensors"
    shutil.copy(models.base, path)

    def plan_and_then(*arguments: Any) -> Plan:
        plan = make_plan(*arguments)
        shutil.copy(models.refiner, path)
        return plan

    monkeypatch.setattr("core.cli.main.make_plan", plan_and_then)
    result = generate("--checkpoint", path)
    assert (result.code, result.events[-1]["event"]) == (FILE, "Failed")


class TestRefine:
    def test_what_is_no_picture(self, hanga: Hanga, models: Models, tmp_path: Path) -> None:
        (tmp_path / "prose.png").write_text("no picture")
        (tmp_path / "folder.png").mkdir()
        for name, code in [
            ("missing.png", "file.missing"),
            ("prose.png", "file.not_png"),
            ("folder.png", "file.not_png"),
        ]:
            assert_refused(hanga("refine", tmp_path / name, "--json"), FILE, code)

    def test_without_its_latents(self, hanga: Hanga, generate: Hanga, models: Models, tmp_path: Path) -> None:
        assert generate("--out", tmp_path / "fox.png").code == 0
        for kept in (tmp_path / "home" / "latents").iterdir():
            kept.unlink()
        again = hanga("refine", tmp_path / "fox.png", "--json", "--refiner", models.refiner)
        assert_failed(again, FILE, "file.no_latents")

    def test_without_its_model(self, hanga: Hanga, generate: Hanga, models: Models, tmp_path: Path) -> None:
        shutil.copy(models.base, tmp_path / "gone.safetensors")
        assert generate("--checkpoint", tmp_path / "gone.safetensors", "--out", tmp_path / "fox.png").code == 0
        (tmp_path / "gone.safetensors").unlink()
        again = hanga("refine", tmp_path / "fox.png", "--json", "--refiner", models.refiner)
        assert_refused(again, FILE, "file.model_gone")

    def test_without_a_refiner(self, hanga: Hanga, generate: Hanga, tmp_path: Path) -> None:
        assert generate("--out", tmp_path / "fox.png").code == 0
        assert_refused(hanga("refine", tmp_path / "fox.png", "--json"), 2, "request.no_refiner")


def test_inspect_says_what_a_file_is_though_it_is_no_checkpoint(hanga: Hanga, models: Models, tmp_path: Path) -> None:
    for name, kind in [("lora.safetensors", "lora"), ("flux.safetensors", "flux"), ("sd15.safetensors", "sd15")]:
        make = next(make for known, _, make in WRONG if known == name)
        make(tmp_path / name, models)
        facts = hanga("inspect", tmp_path / name, "--json").facts
        assert (facts["kind"], facts["is_checkpoint"]) == (kind, False)
