"""Which snapshots stay, and what is known of the place of a database."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database.snapshots import DAYS, NEWEST, STAMP, kept
from core.database.whereabouts import notes_on
from tests.database.shelf import add, is_whole, open_in

Drive = namedtuple("Drive", "mountpoint fstype opts")

MOMENTS = st.lists(st.integers(0, 400 * 24 * 60), unique=True, max_size=40)


def snapshots(minutes: list[int]) -> list[Path]:
    """Names of snapshots made then, newest first."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    stamps = sorted(((first + timedelta(minutes=minute)).strftime(STAMP) for minute in minutes), reverse=True)
    return [Path(f"hanga-{stamp}-close.db") for stamp in stamps]


def day(path: Path) -> str:
    return path.name[6:14]


@given(MOMENTS)
def test_the_newest_stay_and_the_last_ones_of_days_before(minutes: list[int]) -> None:
    everything = snapshots(minutes)
    staying = kept(everything)
    assert len(staying) <= NEWEST + DAYS
    assert staying[:NEWEST] == everything[:NEWEST]
    older = staying[NEWEST:]
    assert len({day(path) for path in older}) == len(older)
    for path in older:
        assert path == next(each for each in everything if day(each) == day(path))
    assert kept(staying) == staying


@given(MOMENTS)
def test_one_by_one_the_same_stay(minutes: list[int]) -> None:
    folder: list[Path] = []
    for minute in sorted(minutes):
        folder = kept(sorted([*folder, *snapshots([minute])], reverse=True))
    assert len(folder) == min(len(folder), NEWEST + DAYS)
    assert folder[:NEWEST] == snapshots(minutes)[:NEWEST]


def test_each_is_whole_and_not_too_many_stay(home: Path) -> None:
    for turn in range(NEWEST + 3):
        with open_in(home) as database:
            add(database, [f"{turn}"])
    paths = list((home / "snapshots").iterdir())
    assert len(paths) == NEWEST
    assert all(map(is_whole, paths))


@pytest.mark.parametrize(
    ("drive", "notes"),
    [
        (Drive("/", "ext4", "rw"), ()),
        (Drive("/", "nfs4", "rw"), ("note.home_on_network",)),
        (Drive("/", "NTFS", "rw,remote"), ("note.home_on_network",)),
    ],
)
def test_a_network_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drive: Drive, notes: object) -> None:
    monkeypatch.setattr("psutil.disk_partitions", lambda all: [Drive("/nowhere", "cifs", "rw"), drive])
    assert notes_on(tmp_path) == notes


def test_a_nearer_disk_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "psutil.disk_partitions", lambda all: [Drive("/", "nfs", "rw"), Drive(str(tmp_path), "ext4", "rw")]
    )
    assert notes_on(tmp_path / "home") == ()


def test_a_cloud_is_noticed(tmp_path: Path) -> None:
    assert notes_on(tmp_path / "OneDrive - Studio" / "Hanga") == ("note.home_in_cloud",)
