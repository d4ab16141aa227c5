"""One program owns a home, others hand over what they were started with, and nothing that dies locks anybody out."""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.doorway import LONGEST, Doorway, RefusedError, visit
from core.errors import HangaError
from core.instance import Instance, claim, enter, hand_over
from core.paths import Home
from tests.house import ROOT
from tests.tools.instances import kill_and_start_again, launch

fcntl = pytest.importorskip("fcntl", reason="locks and processes of POSIX")


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "h")


@pytest.fixture
def owner(place: Home) -> Iterator[Instance]:
    instance = claim(place)
    assert instance is not None
    with instance:
        yield instance


class Inbox:
    def __init__(self) -> None:
        self.arrived: list[list[str]] = []

    def __call__(self, arguments: list[str]) -> None:
        self.arrived.append(arguments)


@pytest.fixture
def inbox(owner: Instance) -> Inbox:
    inbox = Inbox()
    owner.listen(inbox)
    return inbox


def doorway(place: Home) -> Doorway:
    return Doorway.unpacked(place.lock.read_bytes())


class TestOwning:
    def test_one_at_a_time(self, place: Home, owner: Instance) -> None:
        assert claim(place) is None
        assert claim(Home(place.root.parent / "other")) is not None

    def test_released_homes_are_anybodys(self, place: Home) -> None:
        for _ in range(3):
            instance = claim(place)
            assert instance is not None
            instance.listen(print)
            instance.release()

    def test_of_many_starts_one_owns_and_all_others_are_heard(self, place: Home) -> None:
        seen = launch(place, 24)
        assert seen.good, seen

    def test_nobody_who_is_killed_locks_anybody_out(self, place: Home) -> None:
        assert kill_and_start_again(place, 25, seed=7) == 25

    def test_nor_the_programs_that_he_started(self, place: Home) -> None:
        program = (
            "import os, pathlib, subprocess, sys\n"
            "from core.instance import claim\nfrom core.paths import Home\n"
            f"instance = claim(Home(pathlib.Path({str(place.root)!r})))\n"
            "instance.listen(print)\n"
            "child = subprocess.Popen(['sleep', '60'])\n"
            "print(child.pid, flush=True)\n"
            "os.kill(os.getpid(), 9)"
        )
        ended = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
        assert ended.stdout is not None
        with ended.stdout:
            child = int(ended.stdout.readline())
        assert ended.wait() == -signal.SIGKILL
        instance = claim(place)
        assert instance is not None
        instance.release()
        os.kill(child, signal.SIGKILL)


class TestHandingOver:
    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(st.characters(exclude_categories=()))))
    def test_whatever_a_program_is_started_with(self, place: Home, inbox: Inbox, arguments: list[str]) -> None:
        assert hand_over(place, arguments)
        assert inbox.arrived.pop() == arguments

    def test_an_owner_who_does_not_listen_yet_is_waited_for(self, place: Home, owner: Instance) -> None:
        inbox = Inbox()
        later = threading.Timer(0.2, owner.listen, [inbox])
        later.start()
        assert hand_over(place, ["x"])
        later.join()
        assert inbox.arrived == [["x"]]

    def test_an_owner_who_never_listens(self, place: Home, owner: Instance) -> None:
        assert not hand_over(place, ["x"], patience=0)
        with pytest.raises(HangaError, match=r"engine\.home_in_use"):
            enter(place, ["x"], patience=0)

    def test_an_owner_who_leaves_meanwhile_leaves_the_home(self, place: Home) -> None:
        instance = claim(place)
        assert instance is not None
        threading.Timer(0.2, instance.release).start()
        entered = enter(place, ["x"])
        assert entered is not None
        entered.release()

    def test_what_the_owner_cannot_take_was_not_handed_over(
        self, place: Home, owner: Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(arguments: list[str]) -> None:
            raise ValueError(arguments)

        told = threading.Event()
        monkeypatch.setattr("threading.excepthook", lambda _: told.set())
        owner.listen(refuse)
        assert not hand_over(place, ["x"], patience=0)
        assert told.wait(10)

    def test_too_much(self, place: Home, inbox: Inbox) -> None:
        assert not hand_over(place, ["x" * LONGEST], patience=0)
        assert hand_over(place, ["x"])
        assert inbox.arrived == [["x"]]

    @pytest.mark.parametrize("depth", [1, 60])
    def test_homes_far_down(self, tmp_path: Path, depth: int) -> None:
        home = Home(tmp_path.joinpath(*["far"] * depth))
        instance, inbox = claim(home), Inbox()
        assert instance is not None
        with instance:
            instance.listen(inbox)
            assert hand_over(home, ["x"])
        assert inbox.arrived == [["x"]]

    def test_a_file_system_without_sockets(self, place: Home, owner: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        (place.root / "hanga.socket").mkdir()
        inbox = Inbox()
        owner.listen(inbox)
        assert not isinstance(doorway(place).address, str)
        assert hand_over(place, ["x"])
        assert inbox.arrived == [["x"]]


class TestStrangers:
    def test_who_does_not_know_the_secret(self, place: Home, inbox: Inbox) -> None:
        with pytest.raises((RefusedError, EOFError, OSError)):
            visit(Doorway(doorway(place).address, b"guessed"), ["x"])
        assert inbox.arrived == []

    def test_an_owner_who_does_not_know_it_is_told_nothing(self, place: Home, inbox: Inbox) -> None:
        known = doorway(place)
        with pytest.raises(RefusedError):
            visit(Doorway(known.address, b"another"), ["private"])

    @pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1", b"x" * 32, pickle.dumps(print)], ids=range(4))
    def test_nonsense_is_not_listened_to(self, place: Home, inbox: Inbox, said: bytes) -> None:
        for times in (1, 3):
            with Client(doorway(place).address) as stranger, contextlib.suppress(BrokenPipeError, ConnectionError):
                for _ in range(times):
                    stranger.send_bytes(said)
        assert hand_over(place, ["x"])
        assert inbox.arrived == [["x"]]

    def test_silent_ones_keep_nobody_waiting(self, place: Home, inbox: Inbox) -> None:
        silent = [Client(doorway(place).address) for _ in range(20)]
        started = time.monotonic()
        assert hand_over(place, ["x"])
        assert time.monotonic() - started < 9
        for each in silent:
            each.close()

    @pytest.mark.parametrize("told", [b"", b"{", b"[]", b"{}", b'{"address": 7, "secret": "00"}', b"\xff" * 2000])
    def test_a_file_that_tells_nonsense(self, place: Home, owner: Instance, told: bytes) -> None:
        place.lock.write_bytes(told)
        assert not hand_over(place, ["x"], patience=0)

    def test_the_secret_is_for_its_user_only(self, place: Home) -> None:
        place.root.mkdir()
        place.lock.write_bytes(b"older")
        place.lock.chmod(0o644)
        instance = claim(place)
        assert instance is not None
        with instance:
            instance.listen(print)
            assert stat.S_IMODE(place.lock.stat().st_mode) == 0o600


class TestPlacesThatCannotBeOwned:
    @pytest.mark.parametrize(
        ("number", "code"),
        [(errno.EROFS, "disk.unwritable"), (errno.EACCES, "disk.unwritable"), (errno.ENOSPC, "disk.full")],
    )
    def test_no_lock_can_be_made(self, place: Home, number: int, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.open", failing(number))
        with pytest.raises(HangaError) as told:
            claim(place)
        assert told.value.code == code

    @pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EIO])
    def test_locks_mean_nothing(self, place: Home, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fcntl.flock", failing(number))
        with pytest.raises(HangaError, match=r"disk\.unlockable"):
            claim(place)

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("elsewhere")])
    def test_something_else_has_the_name(self, place: Home, make: Callable[[Path], None]) -> None:
        place.root.mkdir()
        make(place.lock)
        with pytest.raises(HangaError, match=r"disk\.unwritable"):
            claim(place)

    def test_a_home_that_is_a_file(self, place: Home) -> None:
        place.root.touch()
        with pytest.raises(HangaError, match=r"disk\.(unwritable|exists)"):
            claim(place)

    def test_a_full_disk_is_no_reason_not_to_start(
        self, place: Home, owner: Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.write", failing(errno.ENOSPC))
        owner.listen(print)
        monkeypatch.undo()
        assert not hand_over(place, ["x"], patience=0)


def failing(number: int) -> Callable[..., object]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
