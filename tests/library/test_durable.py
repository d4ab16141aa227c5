"""Bytes reach the disk whole or not at all: whichever call fails, nothing is left, and what was there stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.durable import (
    NUMBERED,
    PARTIAL,
    keep_aside,
    move,
    remove,
    sweep,
    write_in_pieces,
    write_new,
    write_over,
    write_unclashing,
)
from core.errors import HangaError
from tests.house import ROOT
from tests.library.faults import AFTER, BEFORE, ERRORS, ONCE, SCOPES, Disk, Fault, failing

resource = pytest.importorskip("resource", reason="injects failures into system calls of POSIX")

DATA = b"whole" * 10_000
CODES = {
    errno.ENOSPC: "disk.full",
    errno.EIO: "disk.unwritable",
    errno.EROFS: "disk.unwritable",
    errno.EACCES: "disk.unwritable",
}
FILE_SYSTEMS = {
    "all": {},
    "links only": {"rename": errno.EINVAL},
    "neither": {"rename": errno.ENOSYS, "link": errno.EPERM},
}


@dataclass(frozen=True)
class Act:
    """Something done to the file `day/x.png` of a folder, what is there before, and what it must be after."""

    do: Callable[[Path], object]
    before: tuple[tuple[str, bytes], ...]
    after: tuple[tuple[str, bytes], ...]


def exhaust(steps: Iterator[object]) -> None:
    for _ in steps:
        """What counts is what it leaves."""


ACTS = {
    "new": Act(lambda folder: write_new(folder / "day" / "x.png", DATA), (), (("day/x.png", DATA),)),
    "unclashing": Act(
        lambda folder: write_unclashing(folder / "day" / "x.png", DATA),
        (("day/x.png", b"mine"),),
        (("day/x-2.png", DATA), ("day/x.png", b"mine")),
    ),
    "pieces": Act(
        lambda folder: exhaust(write_in_pieces(folder / "day" / "x.png", (DATA[:20_000], DATA[20_000:]))),
        (("day/x.png", b"mine"),),
        (("day/x-2.png", DATA), ("day/x.png", b"mine")),
    ),
    "over": Act(
        lambda folder: write_over(folder / "day" / "x.png", DATA), (("day/x.png", b"before"),), (("day/x.png", DATA),)
    ),
    "move": Act(
        lambda folder: move(folder / "x.png", folder / "day" / "x.png"), (("x.png", DATA),), (("day/x.png", DATA),)
    ),
    "aside": Act(lambda folder: keep_aside(folder / "x.png"), (("x.png", DATA),), (("x-damaged.png", DATA),)),
}


def prepare(act: Act, folder: Path) -> None:
    folder.mkdir()
    for name, data in act.before:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def contents(folder: Path) -> tuple[tuple[str, bytes], ...]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return tuple(sorted((str(path.relative_to(folder)), path.read_bytes()) for path in files))


def calls_of(act: Act, folder: Path, lacking: dict[str, int], divided: bool = False) -> list[str]:
    prepare(act, folder)
    with failing(Disk(folder, missing=lacking, divided=divided)) as disk:
        act.do(folder)
    assert contents(folder) == act.after
    return disk.calls


def told(act: Act, folder: Path) -> str | None:
    """The code of what `act` is refused with, if it is."""
    try:
        act.do(folder)
    except HangaError as refusal:
        return refusal.code
    return None


def refused(act: Act, folder: Path, lacking: dict[str, int], fault: Fault) -> None:
    """`act` while the disk fails: nothing is there but what was before or, whole, what should be."""
    prepare(act, folder)
    with failing(Disk(folder, fault, lacking)) as disk:
        code = told(act, folder)
    if code is None:
        assert disk.calls[fault.number - 1] == "unlink", "only tidying up may fail in silence"
        assert set(act.after) <= set(contents(folder))
    else:
        assert code == CODES[fault.error or 0]
    if fault.scope == ONCE and disk.calls[fault.number - 1] != "unlink":
        over = (act.after,) if dict(act.before).keys() == dict(act.after).keys() else ()
        assert contents(folder) in (tuple(sorted(act.before)), *over)
    sweep(folder / "day", idle=0)
    alien = set(contents(folder)) - set(act.before) - set(act.after)
    assert {data for _, data in alien} <= ({b""} if "link" in lacking and fault.scope != ONCE else set())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("lacking", FILE_SYSTEMS.values(), ids=FILE_SYSTEMS)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_every_call_fails_in_turn(tmp_path: Path, act: Act, lacking: dict[str, int], scope: str) -> None:
    for number in range(1, 1 + len(calls_of(act, tmp_path / "counted", lacking))):
        for error in ERRORS:
            folder = tmp_path / f"{number}-{error}"
            refused(act, folder, lacking, Fault(number, error, scope))
            if contents(folder) == tuple(sorted(act.before)):
                act.do(folder)
                assert contents(folder) == act.after


PROGRAM = """
import os, sys
from pathlib import Path
from tests.library.faults import Disk, Fault, failing
from tests.library.test_durable import ACTS
folder, act, moment = Path(sys.argv[1]), ACTS[sys.argv[2]], sys.argv[3]
for number in range(1, int(sys.argv[4]) + 1):
    if os.fork() == 0:
        with failing(Disk(folder / str(number), Fault(number, moment=moment))):
            act.do(folder / str(number))
        os._exit(0)
    print(os.WTERMSIG(os.wait()[1]))
"""


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_call(tmp_path: Path, name: str, moment: str) -> None:
    """A process that dies leaves all as before or as it should be, and what it leaves besides can be swept."""
    act = ACTS[name]
    calls = len(calls_of(act, tmp_path / "counted", {}))
    for number in range(1, calls + 1):
        prepare(act, tmp_path / str(number))
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), name, moment, str(calls)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.split() == [str(signal.SIGKILL.value)] * calls
    for number in range(1, calls + 1):
        sweep(tmp_path / str(number) / "day", idle=0)
        assert contents(tmp_path / str(number)) in (tuple(sorted(act.before)), act.after)


class TestWhatTheSystemRefuses:
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
        for write in (write_new, write_over, write_unclashing):
            with pytest.raises(HangaError, match=r"disk\.unwritable"):
                write(tmp_path / below, DATA)

    def test_an_interruption(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("core.renaming.exclusively", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_new(tmp_path / "x", DATA)
        assert list(tmp_path.iterdir()) == []

    def test_folders_that_cannot_be_synced(self, tmp_path: Path) -> None:
        with failing(Disk(tmp_path, missing={"folder": errno.EINVAL})):
            write_new(tmp_path / "x", DATA)
            write_over(tmp_path / "x", DATA)
        assert contents(tmp_path) == (("x", DATA),)

    def test_what_cannot_be_removed(self, tmp_path: Path) -> None:
        write_new(tmp_path / "x", DATA)
        with failing(Disk(tmp_path, Fault(1, errno.EACCES))), pytest.raises(HangaError, match=r"disk\.unremovable"):
            remove(tmp_path / "x")
        assert contents(tmp_path) == (("x", DATA),)
        remove(tmp_path / "x")
        remove(tmp_path / "x")
        assert contents(tmp_path) == ()


class TestNewFiles:
    @pytest.mark.parametrize("lacking", FILE_SYSTEMS.values(), ids=FILE_SYSTEMS)
    @pytest.mark.parametrize("there", ["file", "folder", "link to nothing"])
    def test_what_exists_is_never_touched(self, tmp_path: Path, lacking: dict[str, int], there: str) -> None:
        path = tmp_path / "x"
        make: dict[str, Callable[[], None]] = {"file": path.touch, "folder": path.mkdir}
        make.get(there, lambda: path.symlink_to("nowhere"))()
        (tmp_path / "y").write_bytes(DATA)
        before = path.lstat()
        for act in (lambda: write_new(path, DATA), lambda: move(tmp_path / "y", path)):
            with failing(Disk(tmp_path, missing=lacking)), pytest.raises(HangaError, match=r"disk\.exists"):
                act()
        assert path.lstat().st_ino == before.st_ino
        assert sorted(each.name for each in tmp_path.iterdir()) == ["x", "y"]

    def test_of_many_writers_one_wins(self, tmp_path: Path) -> None:
        outcomes: list[bytes] = []

        def write(data: bytes) -> None:
            try:
                write_new(tmp_path / "x", data)
                outcomes.append(data)
            except HangaError as error:
                assert error.code == "disk.exists"  # noqa: PT017  # in a thread of its own

        at_once(8, lambda number: write(str(number).encode() * 1000))
        (winner,) = outcomes
        assert contents(tmp_path) == (("x", winner),)

    def test_beyond_the_numbers_names_are_drawn(self, tmp_path: Path) -> None:
        count = NUMBERED + 20
        names = [write_unclashing(tmp_path / "x.png", str(number).encode()).name for number in range(count)]
        assert names[:3] == ["x.png", "x-2.png", "x-3.png"]
        assert len(set(names)) == count
        assert sorted(int(data) for _, data in contents(tmp_path)) == list(range(count))

    def test_what_is_new_is_on_disk_before_it_has_its_name(self, tmp_path: Path) -> None:
        with failing(Disk(tmp_path)) as disk:
            write_new(tmp_path / "a" / "b" / "x", DATA)
        assert [call for call in disk.calls if call not in ("open", "unlink")] == (
            ["mkdir", "folder", "mkdir", "folder", "write", "fsync", "rename", "folder"]
        )


class TestPieces:
    def test_say_how_much_is_on_disk_and_where_it_lies(self, tmp_path: Path) -> None:
        steps = write_in_pieces(tmp_path / "x", (b"ab", b"cde"))
        assert [next(steps), next(steps)] == [2, 5]
        with pytest.raises(StopIteration) as ended:
            next(steps)
        assert ended.value.value == tmp_path / "x"
        assert contents(tmp_path) == (("x", b"abcde"),)

    def test_broken_off_leave_nothing(self, tmp_path: Path) -> None:
        steps = write_in_pieces(tmp_path / "x", (b"ab", b"cde"))
        next(steps)
        assert len(contents(tmp_path)) == 1
        steps.close()
        assert contents(tmp_path) == ()


class TestMoving:
    @pytest.mark.parametrize("scope", SCOPES)
    def test_to_another_disk(self, tmp_path: Path, scope: str) -> None:
        act = ACTS["move"]
        for number in range(1, 1 + len(calls_of(act, tmp_path / "counted", {}, divided=True))):
            folder = tmp_path / str(number)
            prepare(act, folder)
            with failing(Disk(folder, Fault(number, errno.EIO, scope), divided=True)):
                assert told(act, folder) in (None, "disk.unwritable")
            sweep(folder / "day", idle=0)
            assert {data for _, data in contents(folder)} == {DATA}
            assert set(contents(folder)) & {*act.before, *act.after}

    def test_keeps_the_time_on_the_way_to_another_disk(self, tmp_path: Path) -> None:
        (tmp_path / "x").touch()
        os.utime(tmp_path / "x", (1e9, 1e9))
        with failing(Disk(tmp_path, divided=True)):
            move(tmp_path / "x", tmp_path / "y")
        assert (tmp_path / "y").stat().st_mtime == 1e9

    def test_what_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(HangaError, match=r"file\.missing"):
            move(tmp_path / "x", tmp_path / "day" / "y")
        assert contents(tmp_path) == ()

    def test_damaged_files_are_kept_apart(self, tmp_path: Path) -> None:
        names = []
        for content in (b"1", b"2"):
            write_new(tmp_path / "settings.json", content)
            names.append(keep_aside(tmp_path / "settings.json").name)
        assert names == ["settings-damaged.json", "settings-damaged-2.json"]
        assert [data for _, data in contents(tmp_path)] == [b"2", b"1"]


def test_sweeping_leaves_what_is_being_written_and_what_is_not_ours(tmp_path: Path) -> None:
    for name in (f".hanga-old{PARTIAL}", f".hanga-new{PARTIAL}", f"film{PARTIAL}"):
        (tmp_path / name).touch()
        if "new" not in name:
            os.utime(tmp_path / name, (time.time() - 3600,) * 2)
    assert sweep(tmp_path) == 1
    assert [name for name, _ in contents(tmp_path)] == [f".hanga-new{PARTIAL}", f"film{PARTIAL}"]
    assert sweep(tmp_path / "nowhere") == 0


def at_once(count: int, act: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
