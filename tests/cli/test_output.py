"""What a run gives: events for programs, progress for people, pictures and latents where they belong."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from core import events
from tests.cli.conftest import Hanga, Models, files

FIELDS = {
    "Started": {"seeds", "width", "height", "steps"},
    "StageStarted": {"stage", "note", "data"},
    "Stepped": {"stage", "step", "steps", "sigma", "seconds"},
    "Previewed": {"index", "seed", "step", "width", "height"},
    "LatentKept": {"index", "seed", "kind", "path"},
    "Saved": {"index", "seed", "path", "width", "height"},
    "Finished": {"seconds"},
}


class TestEvents:
    def test_names_and_fields(self, generate: Hanga, models: Models) -> None:
        result = generate("--refiner", models.refiner, "--steps", 4)
        assert result.code == 0
        assert {event["event"] for event in result.events} == FIELDS.keys()
        for event in result.events:
            assert event.keys() == {"event", "job"} | FIELDS[event["event"]]

    def test_a_story_with_both_models(self, generate: Hanga, models: Models) -> None:
        result = generate("--refiner", models.refiner, "--steps", 4)
        assert list(result.events[0])[:2] == ["event", "job"]
        (job,) = {event["job"] for event in result.events}
        assert job
        stages = [event["stage"] for event in result.named("StageStarted")]
        assert list(dict.fromkeys(stages)) == list(events.STAGES)
        assert [event["step"] for event in result.named("Stepped")] == [1, 2, 3, 4]
        assert [event["stage"] for event in result.named("Stepped")] == ["base"] * 3 + ["refiner"]
        assert [event["kind"] for event in result.named("LatentKept")] == ["handoff", "final"]
        assert [event["event"] for event in result.events[-2:]] == ["Saved", "Finished"]

    def test_latents_are_kept_before_decoding_begins(self, generate: Hanga) -> None:
        told = [(event["event"], event.get("stage")) for event in generate().events]
        assert told.index(("LatentKept", None)) < told.index(("StageStarted", "decode"))

    def test_people_read_standard_error(self, hanga: Hanga, models: Models, tmp_path: Path) -> None:
        size = ("--width", 64, "--height", 64, "--steps", 2, "--seed", 7)
        result = hanga("generate", "a fox", "--checkpoint", models.base, *size, "--out", tmp_path / "fox.png")
        assert (result.code, result.out) == (0, "")
        said = result.err.splitlines()
        assert said[:3] == ["Loading the model", "Reading the prompt", "Base"]
        assert f"Saved {tmp_path / 'fox.png'} (seed 7)." in said

    @pytest.mark.parametrize("name", ["狐.png", os.fsdecode(b"f\xfcchse.png")], ids=["Japanese", "not UTF-8"])
    def test_paths_of_any_script_travel_in_ascii(self, generate: Hanga, tmp_path: Path, name: str) -> None:
        result = generate("--out", tmp_path / name)
        assert result.code == 0
        assert result.out.isascii()
        assert result.named("Saved")[0]["path"] == str(tmp_path / name)


class TestPlaces:
    def test_at_home_by_day_time_seed_and_words(self, generate: Hanga, tmp_path: Path) -> None:
        (saved,) = generate().named("Saved")
        path = Path(saved["path"]).relative_to(tmp_path / "home" / "pictures")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{6}-7-a-fox\.png", path.as_posix())

    def test_in_a_folder(self, generate: Hanga, tmp_path: Path) -> None:
        (saved,) = generate("--out", tmp_path / "new" / "folder").named("Saved")
        assert Path(saved["path"]).parent == tmp_path / "new" / "folder"
        assert re.fullmatch(r"\d{6}-7-a-fox\.png", Path(saved["path"]).name)

    def test_in_a_folder_that_is_called_like_a_picture(self, generate: Hanga, tmp_path: Path) -> None:
        (tmp_path / "folder.png").mkdir()
        (saved,) = generate("--out", tmp_path / "folder.png").named("Saved")
        assert Path(saved["path"]).parent == tmp_path / "folder.png"

    def test_as_a_file_relative_to_where_one_is(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert generate("--out", "fox.png").code == 0
        assert (tmp_path / "elsewhere" / "fox.png").exists()

    def test_several_as_numbered_files(self, generate: Hanga, tmp_path: Path) -> None:
        options = ["--count", 3, "--out", tmp_path / "fox.png", "--save-latents", tmp_path / "fox.safetensors"]
        saved = generate(*options).named("Saved")
        assert [(event["index"], event["seed"], Path(event["path"]).name) for event in saved] == [
            (0, 7, "fox-1.png"),
            (1, 8, "fox-2.png"),
            (2, 9, "fox-3.png"),
        ]
        assert {f"fox-{number}.safetensors" for number in (1, 2, 3)} <= files(tmp_path)

    def test_twice_in_one_second(self, generate: Hanga, tmp_path: Path) -> None:
        for _ in range(3):
            assert generate("--out", tmp_path / "out").code == 0
        assert len(list((tmp_path / "out").iterdir())) == 3

    def test_a_model_by_its_name_at_home(
        self, hanga: Hanga, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "home" / "models"
        folder.mkdir(parents=True)
        (folder / "mine.safetensors").symlink_to(models.base)
        monkeypatch.chdir(tmp_path)
        for name in ("mine", "mine.safetensors", "home/models/mine.safetensors"):
            result = hanga("plan", "a fox", "--checkpoint", name, "--json")
            assert result.code == 0
            assert result.facts["stages"][0]["model"]["name"] == "mine.safetensors"


class TestLatents:
    def test_both_with_a_refiner(self, generate: Hanga, models: Models, tmp_path: Path) -> None:
        path = tmp_path / "fox.safetensors"
        assert generate("--refiner", models.refiner, "--steps", 4, "--save-latents", path).code == 0
        kept = load_file(path)
        shapes = {name: (str(tensor.dtype), tensor.shape) for name, tensor in kept.items()}
        assert shapes == dict.fromkeys(("handoff", "final"), ("float32", (4, 8, 8)))
        assert not np.array_equal(kept["handoff"], kept["final"])

    def test_the_final_ones_without(self, generate: Hanga, tmp_path: Path) -> None:
        assert generate("--save-latents", tmp_path / "fox.safetensors").code == 0
        assert load_file(tmp_path / "fox.safetensors").keys() == {"final"}

    def test_seeds_not_places_decide_a_picture(self, generate: Hanga, tmp_path: Path) -> None:
        generate("--seed", 7, "--count", 2, "--save-latents", tmp_path / "two.safetensors")
        generate("--seed", 8, "--save-latents", tmp_path / "one.safetensors")
        second, alone = (load_file(tmp_path / f"{name}.safetensors")["final"] for name in ("two-2", "one"))
        assert np.array_equal(second, alone)


class TestOtherCommands:
    def test_refine_uses_the_kept_latents(self, hanga: Hanga, generate: Hanga, models: Models, tmp_path: Path) -> None:
        made = generate("--refiner", models.refiner, "--steps", 4, "--out", tmp_path / "fox.png")
        assert made.code == 0
        again = hanga("refine", tmp_path / "fox.png", "--json", "--aesthetic", 9, "--out", tmp_path / "finer.png")
        assert again.code == 0
        assert {event["stage"] for event in again.named("Stepped")} == {"refiner"}
        first, second = (np.asarray(Image.open(tmp_path / name)) for name in ("fox.png", "finer.png"))
        assert not np.array_equal(first, second)
        assert hanga("inspect", tmp_path / "finer.png", "--json").facts["record"]["parent"]

    def test_inspect_says_what_a_file_is(self, hanga: Hanga, generate: Hanga, models: Models, tmp_path: Path) -> None:
        generate("--out", tmp_path / "fox.png")
        kinds = [hanga("inspect", path, "--json").facts["kind"] for path in (models.base, models.refiner)]
        assert kinds == ["base", "refiner"]
        picture = hanga("inspect", tmp_path / "fox.png", "--json").facts
        assert (picture["kind"], picture["record"]["plan"]["request"]["prompt"]) == ("picture", "a fox")
        told = hanga("inspect", models.base).out
        assert told.startswith("kind: base\n")
        assert re.search(r"^unet:\n  in_channels: 4$", told, re.MULTILINE)

    def test_plan_does_nothing(self, hanga: Hanga, models: Models, tmp_path: Path) -> None:
        result = hanga("plan", "a fox", "--checkpoint", models.base, "--aspect", "2:1", "--seed", 7)
        assert result.code == 0
        assert re.search(r"\d+ × \d+ in 25 base steps on cpu", result.out)
        assert files(tmp_path) == set()


def test_the_same_request_gives_the_same_file(generate: Hanga, tmp_path: Path) -> None:
    """All but the time, which is part of the record."""
    for name in ("one", "two"):
        assert generate("--out", tmp_path / f"{name}.png").code == 0
    one, two = (opened(tmp_path / f"{name}.png") for name in ("one", "two"))
    assert one == two


def opened(path: Path) -> tuple[bytes, Any]:
    with Image.open(path) as image:
        return image.tobytes(), image.info["icc_profile"]
