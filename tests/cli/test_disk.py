"""What the disk refuses: said beforehand where it can be known, exit code 6, nothing half-written, no latents lost."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core import renaming
from tests.cli.conftest import Hanga, Models, assert_failed, assert_refused, files

DISK = 6


class TestKnownBeforehand:
    @pytest.mark.parametrize("option", ["--out fox.png", "--save-latents fox.safetensors"])
    def test_an_existing_file_is_never_overwritten(self, generate: Hanga, tmp_path: Path, option: str) -> None:
        flag, name = option.split()
        (tmp_path / name).write_text("mine")
        assert_refused(generate(flag, tmp_path / name), DISK, "disk.exists")
        assert (tmp_path / name).read_text() == "mine"
        assert files(tmp_path) == {name}

    def test_nor_one_of_a_numbered_series(self, generate: Hanga, tmp_path: Path) -> None:
        (tmp_path / "fox-3.png").write_text("mine")
        said = assert_refused(generate("--out", tmp_path / "fox.png", "--count", 3), DISK, "disk.exists")
        assert said["name"] == "fox-3.png"

    def test_nor_a_link_to_nothing(self, generate: Hanga, tmp_path: Path) -> None:
        (tmp_path / "fox.png").symlink_to(tmp_path / "nowhere.png")
        assert_refused(generate("--out", tmp_path / "fox.png"), DISK, "disk.exists")

    @pytest.mark.parametrize("option", ["--out file", "--out file/folder", "--out file/fox.png", "--out file/a/b.png"])
    def test_below_a_file(self, generate: Hanga, tmp_path: Path, option: str) -> None:
        (tmp_path / "file").write_text("mine")
        flag, name = option.split()
        assert_refused(generate(flag, tmp_path / name), DISK, "disk.unwritable")
        assert files(tmp_path) == {"file"}

    def test_latents_below_a_file(self, generate: Hanga, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        result = generate("--save-latents", tmp_path / "file" / "fox.safetensors")
        assert_refused(result, DISK, "disk.unwritable")

    def test_names_longer_than_names_can_be(self, generate: Hanga, tmp_path: Path) -> None:
        assert_refused(generate("--out", tmp_path / f"{'x' * 300}.png"), DISK, "disk.unwritable")
        assert_refused(generate("--out", tmp_path / ("x" * 300)), DISK, "disk.unwritable")

    def test_names_as_long_as_names_can_be(self, generate: Hanga, tmp_path: Path) -> None:
        assert generate("--out", tmp_path / f"{'x' * 251}.png").code == 0

    def test_a_home_that_is_a_file(self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("mine")
        monkeypatch.setenv("HANGA_HOME", str(tmp_path / "file"))
        assert_refused(generate(), DISK, "disk.unwritable")
        assert files(tmp_path) == {"file"}

    def test_a_folder_that_takes_no_files(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Told by the system's answer, since nothing is refused to an administrator."""
        closed = tmp_path / "closed"
        closed.mkdir()
        access = os.access
        monkeypatch.setattr("os.access", lambda path, mode: Path(path) != closed and access(path, mode))
        for out in (closed, closed / "fox.png", closed / "new" / "fox.png"):
            said = assert_refused(generate("--out", out), DISK, "disk.unwritable")
            assert said["folder"] == str(closed)
        assert files(tmp_path) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system which file a descriptor belongs to")
class TestFoundOutAtWork:
    @pytest.mark.parametrize("call", ["os.fsync", "core.renaming.exclusively"])
    def test_a_full_disk_costs_no_latents(
        self, generate: Hanga, models: Models, tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "out"
        fail_in(out, call, monkeypatch)
        with_refiner = ["--refiner", models.refiner, "--steps", 4, "--out", out / "fox.png"]
        assert_failed(generate(*with_refiner), DISK, "disk.full")
        (latents,) = files(tmp_path)
        kept = load_file(tmp_path / latents)
        assert set(kept) == {"handoff", "final"}
        assert all(np.isfinite(tensor).all() for tensor in kept.values())

    def test_no_room_for_latents(self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fail_in(tmp_path / "home" / "latents", "os.fsync", monkeypatch)
        assert_failed(generate("--out", tmp_path / "fox.png"), DISK, "disk.full")
        assert files(tmp_path) == set()

    def test_no_room_for_hashes_is_no_reason_to_stop(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        fail_in(home, "os.fsync", monkeypatch)
        assert generate("--out", tmp_path / "fox.png").code == 0
        assert not (home / "hashes.json").exists()

    def test_somebody_else_took_the_name_meanwhile(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out, rename = tmp_path / "fox.png", renaming.exclusively

        def late(source: Path, target: Path) -> None:
            if target == out:
                out.write_text("mine")
            rename(source, target)

        monkeypatch.setattr(renaming, "exclusively", late)
        assert_failed(generate("--out", out), DISK, "disk.exists")
        assert out.read_text() == "mine"


def fail_in(folder: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system answer that the disk is full to every `call` for a file that lies in `folder` itself."""
    calls: dict[str, Callable[..., object]] = {"os.fsync": os.fsync, "core.renaming.exclusively": renaming.exclusively}
    original = calls[call]

    def answer(what: int | Path, *others: Path) -> object:
        path = Path(os.readlink(f"/proc/self/fd/{what}")) if isinstance(what, int) else what
        if path.parent == folder and not path.is_dir():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(what, *others)

    monkeypatch.setattr(call, answer)
