"""`hanga doctor` says what is here and what works; `hanga models list` which models there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

from core.library.models import BUILT_IN
from core.pipeline import self_test as examination
from tests.cli.conftest import Hanga, Models, files


@pytest.fixture(autouse=True)
def _starter(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "starter", models.base)
    monkeypatch.setitem(BUILT_IN, "starter-refiner", models.refiner)


class TestDoctor:
    def test_all_is_well(self, hanga: Hanga, tmp_path: Path) -> None:
        result = hanga("doctor", "--json")
        facts = result.facts
        assert result.code == 0
        assert all(check["ok"] for check in facts["checks"])
        names = [check["name"] for check in facts["checks"]]
        assert names == [
            "home",
            "library",
            "worker",
            "starter",
            "starter-refiner",
            *(device["address"] for device in facts["devices"]),
        ]
        assert facts["packages"]["torch"] == torch.__version__
        assert facts["devices"][-1]["kind"] == "cpu"
        assert facts["home"] == str(tmp_path / "home")
        assert facts["free_bytes"] > 0
        assert files(tmp_path) == set()

    def test_people_read_lines(self, hanga: Hanga) -> None:
        result = hanga("doctor")
        assert result.out.startswith("hanga: ")
        assert result.out.endswith("cpu: ok\n")
        assert f"\npackages:\n  torch: {torch.__version__}\n" in result.out
        assert re.search(r"^free_bytes: \d+\.\d GB$", result.out, re.MULTILINE)

    def test_a_starter_that_is_damaged(self, hanga: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "cut.safetensors").write_bytes(BUILT_IN["starter"].read_bytes()[:1000])
        monkeypatch.setitem(BUILT_IN, "starter", tmp_path / "cut.safetensors")
        result = hanga("doctor", "--json")
        assert result.code == 3
        (bad,) = (check for check in result.facts["checks"] if not check["ok"])
        assert (bad["name"], bad["code"]) == ("starter", "file.truncated")
        assert "starter: cut.safetensors is cut off" in hanga("doctor").out

    def test_a_home_that_cannot_be(self, hanga: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("HANGA_HOME", str(tmp_path / "file"))
        assert hanga("doctor").code == 6

    def test_a_device_that_computes_wrongly(self, hanga: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = iter([torch.full((2,), torch.nan), torch.ones(2)])
        monkeypatch.setattr(examination, "_forward", lambda device: next(answers))
        result = hanga("doctor", "--json")
        assert result.code == 5
        assert result.facts["checks"][-1]["code"] == "engine.device_is_wrong"

    def test_a_device_that_is_not_there(self, hanga: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(device: torch.device) -> torch.Tensor:
            raise RuntimeError("driver too old\nand much more")

        monkeypatch.setattr(examination, "_forward", fail)
        result = hanga("doctor", "--json")
        assert result.code == 5
        assert result.facts["checks"][-1]["data"] == {"device": "cpu", "reason": "driver too old"}


class TestModels:
    def test_the_starter_and_those_at_home(self, hanga: Hanga, models: Models, tmp_path: Path) -> None:
        folder = tmp_path / "home" / "models"
        folder.mkdir(parents=True)
        (folder / "mine.safetensors").symlink_to(models.refiner)
        (folder / "old.ckpt").write_bytes(b"\x80\x02")
        (folder / ".hanga-0.part").touch()
        result = hanga("models", "list", "--json")
        assert result.code == 0
        told = [json.loads(line) for line in result.out.splitlines()]
        assert [(line["name"], line.get("kind") or line["code"]) for line in told] == [
            ("starter", "base"),
            ("starter-refiner", "refiner"),
            ("mine.safetensors", "refiner"),
            ("old.ckpt", "file.pickle"),
        ]
        text = hanga("models", "list").out.splitlines()
        assert text[0].startswith("starter: base, ")
        assert text[3].startswith("old.ckpt: old.ckpt is of a kind that can carry hidden programs")

    def test_every_name_that_is_listed_is_known(self, hanga: Hanga, models: Models, tmp_path: Path) -> None:
        folder = tmp_path / "home" / "models"
        folder.mkdir(parents=True)
        (folder / "mine.safetensors").symlink_to(models.base)
        for line in hanga("models", "list", "--json").events:
            assert hanga("plan", "a fox", "--checkpoint", line["name"]).code == 0
