"""Bytes reach the disk whole or not at all: whichever step fails, nothing is left, and what was there stays."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.durable import PARTIAL, write_new, write_over
from core.errors import HangaError
from tests.house import ROOT

resource = pytest.importorskip("resource", reason="injects failures into system calls of POSIX")

DATA = b"whole" * 1000
STEPS = ["open", "write", "fsync", "link", "fsync of the folder"]
CODES = {
    errno.ENOSPC: "disk.full",
    errno.EDQUOT: "disk.full",
    errno.EIO: "disk.unwritable",
    errno.EROFS: "disk.unwritable",
}


def fail(step: str, number: int, patch: pytest.MonkeyPatch) -> None:
    """Let the system answer `number` at one step."""
    error = OSError(number, os.strerror(number))
    fsync, open_path = os.fsync, Path.open

    def sync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == (step == "fsync of the folder"):
            raise error
        fsync(descriptor)

    def refuse(*_: object) -> None:
        raise error

    def half(path: Path, mode: str) -> object:
        file = open_path(path, mode, buffering=0)
        return Half(file, error)

    if "fsync" in step:
        patch.setattr("os.fsync", sync)
    elif step == "write":
        patch.setattr("pathlib.Path.open", half)
    else:
        patch.setattr({"open": "pathlib.Path.open"}.get(step, f"os.{step}"), refuse)


class Half:
    """A file that takes half of what it is given, and then no more."""

    def __init__(self, file: object, error: OSError) -> None:
        self.file, self.error = file, error

    def __enter__(self) -> Half:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()  # type: ignore[attr-defined]

    def write(self, data: bytes) -> None:
        self.file.write(data[: len(data) // 2])  # type: ignore[attr-defined]
        raise self.error


class TestFailures:
    @pytest.mark.parametrize("number", CODES)
    @pytest.mark.parametrize("step", STEPS)
    def test_nothing_is_left(self, tmp_path: Path, step: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            fail(step, number, patch)
            with pytest.raises(HangaError) as told:
                write_new(tmp_path / "x.png", DATA)
        assert told.value.code == CODES[number]
        assert told.value.data["name"] == "x.png"
        assert list(tmp_path.iterdir()) == []
        write_new(tmp_path / "x.png", DATA)
        assert (tmp_path / "x.png").read_bytes() == DATA

    @pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
    def test_what_was_there_stays(self, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
        write_new(tmp_path / "x", b"before")
        with monkeypatch.context() as patch:
            fail(step, errno.ENOSPC, patch)
            with pytest.raises(HangaError, match=r"disk\.full"):
                write_over(tmp_path / "x", DATA)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"before")]

    def test_a_limit_of_the_system(self, tmp_path: Path) -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            with pytest.raises(HangaError, match=r"disk\.full"):
                write_new(tmp_path / "x", DATA)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("below", ["file/x", "file/a/x"])
    def test_below_a_file(self, tmp_path: Path, below: str) -> None:
        (tmp_path / "file").touch()
        for write in (write_new, write_over):
            with pytest.raises(HangaError, match=r"disk\.unwritable"):
                write(tmp_path / below, DATA)

    def test_an_interruption(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("os.link", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_new(tmp_path / "x", DATA)
        assert list(tmp_path.iterdir()) == []


class TestFileSystemsThatCanLess:
    @pytest.fixture(params=[errno.EPERM, errno.EOPNOTSUPP])
    def _without_links(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        fail("link", request.param, monkeypatch)

    @pytest.mark.usefixtures("_without_links")
    def test_no_links(self, tmp_path: Path) -> None:
        write_new(tmp_path / "x", DATA)
        with pytest.raises(HangaError, match=r"disk\.exists"):
            write_new(tmp_path / "x", b"other")
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", DATA)]

    @pytest.mark.usefixtures("_without_links")
    @pytest.mark.parametrize("step", ["replace", "fsync of the folder"])
    def test_no_links_and_a_failure(self, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
        fail(step, errno.EIO, monkeypatch)
        with pytest.raises(HangaError, match=r"disk\.unwritable"):
            write_new(tmp_path / "x", DATA)
        assert list(tmp_path.iterdir()) == []

    def test_folders_that_cannot_be_synced(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fail("fsync of the folder", errno.EINVAL, monkeypatch)
        write_new(tmp_path / "x", DATA)
        write_over(tmp_path / "x", DATA)
        assert (tmp_path / "x").read_bytes() == DATA


class TestNewFiles:
    def test_an_existing_one_is_never_touched(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"mine")
        with pytest.raises(HangaError, match=r"disk\.exists"):
            write_new(tmp_path / "x", DATA)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"mine")]

    def test_of_many_writers_one_wins(self, tmp_path: Path) -> None:
        outcomes: list[bytes] = []

        def write(data: bytes) -> None:
            try:
                write_new(tmp_path / "x", data)
                outcomes.append(data)
            except HangaError as error:
                assert error.code == "disk.exists"  # noqa: PT017  # in a thread of its own

        threads = [threading.Thread(target=write, args=(str(number).encode() * 1000,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = outcomes
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", winner)]

    def test_the_bytes_are_synced_before_they_get_their_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done = []

        def noted(name: str, call: Callable[..., object]) -> Callable[..., object]:
            def do(*given: object) -> object:
                done.append(name)
                return call(*given)

            return do

        for name in ("fsync", "link"):
            monkeypatch.setattr(f"os.{name}", noted(name, getattr(os, name)))
        write_new(tmp_path / "x", DATA)
        assert done == ["fsync", "link", "fsync"]


@pytest.mark.parametrize("step", ["os.fsync", "os.link"])
def test_killed_in_the_middle(tmp_path: Path, step: str) -> None:
    """A process that dies leaves nothing under the final name, and what it leaves can be swept."""
    program = (
        "import os, pathlib, signal\n"
        f"{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from core.durable import write_new\n"
        f"write_new(pathlib.Path({str(tmp_path / 'x')!r}), b'whole' * 1000)"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert ended.returncode == -9
    assert [path.suffix for path in tmp_path.iterdir()] == [PARTIAL]
