"""Saving on disks that fail, fill up or lose the process: no picture is lost, half there, or there twice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection
from pathlib import Path

import pytest

from core.paths import Home
from tests.library.faults import AFTER, BEFORE, ERRORS, ONCE, SCOPES, Fault
from tests.tools.save_faults import Keeping, campaign, faults_of, fill_up, storm, table, two_storms

pytest.importorskip("fcntl", reason="kills processes and mounts disks as POSIX does")


@pytest.mark.parametrize("scope", SCOPES)
def test_whichever_call_fails(tmp_path: Path, scope: str) -> None:
    verdicts = campaign(Keeping(1), tmp_path, lambda calls: faults_of(calls, ERRORS[:1], [scope], ()))
    assert [verdict for verdict in verdicts if verdict.wrong] == []
    assert {verdict.kind for verdict in verdicts} == {
        *("open", "write", "fsync", "folder", "rename", "replace", "unlink", "mkdir")
    }


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_killed_at_whichever_call(tmp_path: Path, moment: str) -> None:
    verdicts = campaign(Keeping(1), tmp_path, lambda calls: faults_of(calls, (), (), [moment]))
    assert [verdict for verdict in verdicts if verdict.wrong] == []
    assert len(verdicts) > 20


def test_many_pictures_of_one_name(tmp_path: Path) -> None:
    places = storm(tmp_path, threads=8, each=8)
    assert len(set(places)) == 64
    assert len(list(tmp_path.rglob("*.png"))) == 64


def test_many_pictures_of_one_name_in_two_processes(tmp_path: Path) -> None:
    assert two_storms(tmp_path, threads=4, each=8) == 64


def test_disks_that_really_are_full(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a disk")
    subprocess.run(["umount", tmp_path], check=True)
    assert fill_up(Keeping(1), tmp_path, range(1, 9)) == []


class Careless:
    """Saves as programs do that lose pictures: straight under the final name."""

    def attempt(self, home: Home, done: Collection[int]) -> str | None:
        try:
            home.root.mkdir(parents=True, exist_ok=True)
            (home.root / "a.png").write_bytes(os.urandom(9000))
        except OSError:
            return "disk.full"
        return None


class TestTheCampaignItself:
    @pytest.mark.parametrize("fault", [Fault(3, ERRORS[0], ONCE), Fault(3, moment=BEFORE)])
    def test_sees_half_a_file(self, tmp_path: Path, fault: Fault) -> None:
        (verdict,) = campaign(Careless(), tmp_path, lambda calls: iter([fault]))
        assert any("half-written" in each for each in verdict.wrong)

    def test_counts_what_went_wrong(self, tmp_path: Path) -> None:
        verdicts = campaign(Careless(), tmp_path, lambda calls: faults_of(calls, ERRORS, SCOPES, [AFTER]))
        assert table(verdicts).splitlines()[-1] != f"| all | | {len(verdicts)} | 0 |"
