"""Models come into the folder whole or not at all, under names of their own, and leave it for the system's trash."""

from __future__ import annotations

import errno
import json
from collections.abc import Generator
from pathlib import Path

import pytest
import torch

from core.errors import HangaError
from core.library import importing
from core.library.importing import copy_in, discard
from core.library.model_entries import BUILT_IN_PLACE, OWN, SHARED, ModelEntry, entries
from core.library.models import MOST_SHARED, ModelFolder, models_in
from core.paths import Home
from tests.library.faults import ERRORS, KIND, ONCE, Disk, Fault, failing
from tests.tiny import write_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("downloads") / "boats.safetensors", torch.float16)


@pytest.fixture
def models(tmp_path: Path) -> ModelFolder:
    return ModelFolder(Home(tmp_path / "home"))


def brought(steps: Generator[int, None, Path]) -> tuple[list[int], Path]:
    done = []
    while True:
        try:
            done.append(next(steps))
        except StopIteration as end:
            return done, end.value


def write_lora(path: Path) -> Path:
    tensors = {
        f"lora_unet_x.lora_{end}.weight": {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]}
        for end in ("up", "down")
    }
    header = json.dumps(tensors).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def refused(home: Home, source: Path) -> str | None:
    try:
        brought(copy_in(home, source))
    except HangaError as refusal:
        return refusal.code
    return None


def here(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestCopying:
    def test_goes_piece_by_piece(self, models: ModelFolder, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "PIECE", 100_000)
        done, place = brought(copy_in(models.home, base))
        assert place == models.home.models / "boats.safetensors"
        assert place.read_bytes() == base.read_bytes()
        assert done == [*range(100_000, base.stat().st_size, 100_000), base.stat().st_size]
        assert models.describe("boats").kind == "base"

    def test_a_lora_goes_to_the_others(self, models: ModelFolder, tmp_path: Path) -> None:
        _, place = brought(copy_in(models.home, write_lora(tmp_path / "ink.safetensors")))
        assert place == models.home.loras / "ink.safetensors"
        assert models.find_lora("ink") == place

    def test_the_same_file_is_not_copied_twice(self, models: ModelFolder, base: Path) -> None:
        places = {brought(copy_in(models.home, source))[1] for source in (base, base)}
        (place,) = places
        assert brought(copy_in(models.home, place))[1] == place
        assert here(models.home.root) == ["models/boats.safetensors"]

    def test_another_file_of_the_name_gets_a_number(self, models: ModelFolder, base: Path, tmp_path: Path) -> None:
        brought(copy_in(models.home, base))
        other = write_base(tmp_path / "boats.safetensors", torch.float16, seed=2)
        assert other.stat().st_size == base.stat().st_size
        _, place = brought(copy_in(models.home, other))
        assert place.name == "boats-2.safetensors"
        assert (models.home.models / "boats.safetensors").read_bytes() == base.read_bytes()

    def test_stopped_it_leaves_nothing(self, models: ModelFolder, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "PIECE", 100_000)
        steps = copy_in(models.home, base)
        next(steps)
        assert models.names() == ["starter", "starter-refiner"]
        steps.close()
        assert here(models.home.root) == []

    @pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "page.safetensors", "missing.safetensors", "folder"])
    def test_what_hanga_cannot_use_is_refused_first(self, models: ModelFolder, tmp_path: Path, name: str) -> None:
        source = tmp_path / name
        if name == "folder":
            source.mkdir()
        elif "missing" not in name:
            source.write_bytes(b"<html>" * 20)
        with pytest.raises(HangaError) as caught:
            next(copy_in(models.home, source))
        assert caught.value.area in ("file", "request")
        assert (caught.value.code == "file.pickle") == (source.suffix in (".ckpt", ".pt"))
        assert not models.home.models.exists()

    def test_without_room_nothing_is_begun(
        self, models: ModelFolder, base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 10}))
        with pytest.raises(HangaError, match=r"disk\.full"):
            next(copy_in(models.home, base))
        assert not models.home.models.exists()

    def test_a_file_that_shrinks_meanwhile_is_not_taken(
        self, models: ModelFolder, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "PIECE", 100_000)
        source = tmp_path / "boats.safetensors"
        source.write_bytes(base.read_bytes())
        steps = copy_in(models.home, source)
        next(steps)
        with source.open("r+b") as file:
            file.truncate(150_000)
        with pytest.raises(HangaError, match=r"file\.truncated"):
            brought(steps)
        assert here(models.home.root) == []

    @pytest.mark.parametrize("scope", [ONCE, KIND])
    def test_every_call_fails_in_turn(
        self, models: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str
    ) -> None:
        source = write_lora(tmp_path / "ink.safetensors")
        monkeypatch.setattr(importing, "PIECE", source.stat().st_size // 2)
        with failing(Disk(models.home.root)) as disk:
            brought(copy_in(models.home, source))
        for number, kind in enumerate(disk.calls, 1):
            home = Home(models.home.root.parent / f"{number}")
            with failing(Disk(home.root, Fault(number, ERRORS[0], scope))):
                code = refused(home, source)
            if kind == "unlink":
                assert code is None
            else:
                assert (code, here(home.root)) == ("disk.full", [])
                assert brought(copy_in(home, source))[1].read_bytes() == source.read_bytes()


class TestDiscarding:
    def test_the_system_trash_has_it(self, models: ModelFolder, base: Path, tmp_path: Path) -> None:
        brought(copy_in(models.home, base))
        bin = tmp_path / "bin"
        gone = discard(models, "boats", lambda path: path.rename(bin))
        assert (gone.name, bin.read_bytes()) == ("boats.safetensors", base.read_bytes())
        assert models.names() == ["starter", "starter-refiner"]

    def test_a_lora_by_its_name(self, models: ModelFolder, tmp_path: Path) -> None:
        brought(copy_in(models.home, write_lora(tmp_path / "ink.safetensors")))
        discard(models, "ink.safetensors", Path.unlink)
        assert here(models.home.root) == []

    def test_what_is_not_ours_stays(self, base: Path, tmp_path: Path) -> None:
        models = ModelFolder(Home(tmp_path), lambda: [str(base)])
        for name, code in (
            ("starter", "file.built_in_model"),
            (str(base), "file.not_in_models"),
            ("nothing", "file.unknown_model"),
        ):
            with pytest.raises(HangaError) as caught:
                discard(models, name, Path.unlink)
            assert caught.value.code == code
        assert base.exists()

    def test_a_trash_that_refuses(self, models: ModelFolder, base: Path) -> None:
        def refuse(path: Path) -> None:
            raise OSError(errno.EACCES, "no trash here")

        brought(copy_in(models.home, base))
        with pytest.raises(HangaError, match=r"disk\.no_trash"):
            discard(models, "boats", refuse)
        assert models.names()[-1] == "boats.safetensors"


class TestWhatIsThere:
    def facts(self, models: ModelFolder) -> dict[str, ModelEntry]:
        return {entry.path.name: entry for entry in entries(models) if entry.place != BUILT_IN_PLACE}

    def test_everything_is_told_with_its_kind_or_its_refusal(
        self, models: ModelFolder, base: Path, tmp_path: Path
    ) -> None:
        assert [entry.kind for entry in entries(models)] == ["base", "refiner"]
        brought(copy_in(models.home, base))
        brought(copy_in(models.home, write_lora(tmp_path / "ink.safetensors")))
        (models.home.models / "old.ckpt").write_bytes(b"x")
        (models.home.models / "gone.safetensors").symlink_to("nowhere")
        found = self.facts(models)
        assert [(name, entry.kind) for name, entry in found.items()] == [
            ("boats.safetensors", "base"),
            ("gone.safetensors", ""),
            ("ink.safetensors", "lora"),
            ("old.ckpt", ""),
        ]
        assert (found["old.ckpt"].code, found["gone.safetensors"].code) == ("file.pickle", "file.missing")
        assert {entry.place for entry in found.values()} == {OWN}

    def test_a_file_that_changes_is_told_anew(self, models: ModelFolder, base: Path) -> None:
        models.home.models.mkdir(parents=True)
        path = models.home.models / "boats.safetensors"
        path.write_bytes(b"<html>")
        assert self.facts(models)[path.name].kind == ""
        path.write_bytes(base.read_bytes())
        assert self.facts(models)[path.name].kind == "base"

    def test_folders_of_other_programs_are_shared(self, base: Path, tmp_path: Path) -> None:
        other = tmp_path / "other program" / "models"
        for folder in ("Stable-diffusion/mine", "vae", "unet", "a/b/c/d", ".hidden"):
            (other / folder).mkdir(parents=True)
        for place in ("Stable-diffusion/mine/boats.safetensors", "a/b/c/d/deep.safetensors", ".hidden/x.safetensors"):
            (other / place).write_bytes(base.read_bytes())
        (other / "readme.txt").touch()
        models = ModelFolder(Home(tmp_path / "home"), lambda: [str(other), str(tmp_path / "gone"), str(base)])
        shared = [entry for entry in entries(models) if entry.place == SHARED]
        assert [entry.name for entry in shared] == [str(other / "Stable-diffusion/mine/boats.safetensors"), str(base)]
        assert models.find("boats") == shared[0].path
        assert models.find(shared[1].name) == base

    def test_a_folder_without_end_is_looked_through_so_far(self, tmp_path: Path) -> None:
        for number in range(MOST_SHARED + 10):
            (tmp_path / f"{number}.safetensors").touch()
        assert len(models_in(tmp_path)) == MOST_SHARED
