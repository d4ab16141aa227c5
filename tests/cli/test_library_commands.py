"""`hanga pictures …` and `hanga queue …`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli.home import owned
from core.paths import Home
from tests.cli.conftest import Hanga, Models


@pytest.fixture
def made(hanga: Hanga, models: Models, home: Path) -> Path:
    """A picture in the home."""
    small = ("--width", 64, "--height", 64, "--steps", 2)
    result = hanga(
        "generate", "a red boat", "--checkpoint", models.base, "--refiner", "none", "--seed", 7, *small, "--json"
    )
    assert result.code == 0, result.err
    return Path(result.named("Saved")[0]["path"])


class TestPictures:
    def test_what_was_generated_is_in_the_library(self, hanga: Hanga, made: Path) -> None:
        facts = hanga("pictures", "list", "--json").facts
        assert (facts["path"], facts["seed"], facts["missing"]) == (str(made), 7, False)
        assert facts["request"]["prompt"] == "a red boat"

    def test_search_and_filters_find_it_or_not(self, hanga: Hanga, made: Path) -> None:
        assert str(made) in hanga("pictures", "list", "--search", "red bo").out
        assert hanga("pictures", "list", "--search", "green").out == ""
        assert hanga("pictures", "list", "--rating", 1).out == ""
        assert hanga("pictures", "list", "--limit", 0).out == ""

    def test_it_is_rated_tagged_and_shown(self, hanga: Hanga, made: Path) -> None:
        assert hanga("pictures", "rate", made, "--rating", 4).code == 0
        assert hanga("pictures", "tag", made, "--tag", "sea", "--tag", "draft").code == 0
        assert hanga("pictures", "tag", made, "--untag", "draft").code == 0
        facts = hanga("pictures", "show", made, "--json").facts
        assert (facts["rating"], facts["tags"], facts["children"]) == (4, ["sea"], [])
        assert "rating: 4" in hanga("pictures", "show", facts["id"]).out
        assert hanga("pictures", "rate", made, "--rating", 6).code == 2

    @pytest.mark.parametrize(("format", "suffix"), [("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")])
    def test_it_is_exported(self, hanga: Hanga, made: Path, tmp_path: Path, format: str, suffix: str) -> None:
        out = tmp_path / "for a friend"
        result = hanga("pictures", "export", made, "--out", out, "--format", format, "--json")
        path = Path(result.facts["path"])
        assert (path.parent, path.suffix, path.exists()) == (out, suffix, True)

    def test_it_goes_to_the_trash_and_comes_back(self, hanga: Hanga, made: Path) -> None:
        before = made.read_bytes()
        ticket = hanga("pictures", "delete", made, "--json").facts["ticket"]
        assert not made.exists()
        assert hanga("pictures", "list").out == ""
        assert hanga("pictures", "trash", "--json").facts["ticket"] == ticket
        assert hanga("pictures", "restore", ticket).code == 0
        assert made.read_bytes() == before
        assert str(made) in hanga("pictures", "list").out

    def test_the_database_is_made_anew_from_the_files(self, hanga: Hanga, made: Path, home: Path) -> None:
        for file in home.glob("hanga.db*"):
            file.unlink()
        result = hanga("pictures", "rebuild", "--json")
        assert result.facts["pictures"] == 1
        assert str(made) in hanga("pictures", "list").out

    def test_unknown_pictures_are_refused_in_a_sentence(self, hanga: Hanga, home: Path) -> None:
        for name in (123, "nowhere.png"):
            result = hanga("pictures", "show", name)
            assert (result.code, result.err.count("\n")) == (3, 1)

    def test_another_program_keeps_its_home(self, hanga: Hanga, made: Path, home: Path) -> None:
        with owned(Home(home)):
            assert hanga("pictures", "rate", made, "--rating", 1).code == 5
            assert str(made) in hanga("pictures", "list").out

    def test_pictures_made_meanwhile_are_found_later(
        self, hanga: Hanga, made: Path, models: Models, home: Path
    ) -> None:
        with owned(Home(home)):
            small = ("--width", 64, "--height", 64, "--steps", 1, "--checkpoint", models.base, "--refiner", "none")
            assert hanga("generate", "a tree", *small).code == 0
        assert "tree" not in hanga("pictures", "list").out
        assert hanga("pictures", "rate", made, "--rating", 1).code == 0
        assert "tree" in hanga("pictures", "list").out


class TestQueue:
    def test_jobs_are_queued_listed_and_taken_out(self, hanga: Hanga, home: Path) -> None:
        added = hanga("queue", "add", "a boat", "--seed", 5, "--vary", "steps=2,3", "--repeat", 2, "--json").events
        assert [job["seed"] for job in added] == [5, 6, 5, 6]
        ids = [job["job"] for job in added]
        assert hanga("queue", "cancel", ids[0]).code == 0
        assert hanga("queue", "front", ids[3]).code == 0
        jobs = hanga("queue", "list", "--json").events
        assert [job["job"] for job in jobs if job["state"] == "waiting"] == [ids[3], ids[1], ids[2]]
        token = hanga("queue", "clear", "--json").facts["undo"]
        assert hanga("queue", "undo-clear", token).code == 0
        assert hanga("queue", "retry", ids[0]).code == 0
        assert [job["state"] for job in hanga("queue", "list", "--json").events] == ["waiting"] * 4

    @pytest.mark.parametrize("wrong", [("--vary", "steps"), ("--vary", "mood=1,2"), ("--repeat", 0)])
    def test_wrong_grids_are_refused(self, hanga: Hanga, home: Path, wrong: tuple[object, ...]) -> None:
        result = hanga("queue", "add", "a boat", *wrong)
        assert (result.code, result.err.count("\n")) == (2, 1)

    def test_an_unknown_job_is_refused(self, hanga: Hanga, home: Path) -> None:
        assert hanga("queue", "cancel", "nonsense").code == 2

    def test_what_is_queued_is_made_by_a_worker(self, hanga: Hanga, models: Models, home: Path) -> None:
        small = ("--width", 64, "--height", 64, "--steps", 1, "--checkpoint", models.base, "--refiner", "none")
        hanga("queue", "add", "a boat", *small, "--seed", 3, "--repeat", 2)
        hanga("queue", "pause")
        assert hanga("queue", "run", "--json").events == []
        hanga("queue", "resume")
        result = hanga("queue", "run", "--json")
        assert [event["seed"] for event in result.named("Saved")] == [3, 4]
        assert len(hanga("pictures", "list").out.splitlines()) == 2
        assert {json.loads(line)["state"] for line in hanga("queue", "list", "--json").out.splitlines()} == {"done"}


class TestLooking:
    def test_under_the_owner_of_the_home(self, hanga: Hanga, made: Path, home: Path) -> None:
        with owned(Home(home)):
            assert str(made) in hanga("pictures", "list").out

    def test_a_damaged_database_is_left_to_its_owner(self, hanga: Hanga, made: Path, home: Path) -> None:
        database = Home(home).database
        with database.open("r+b") as file:
            file.write(b"x" * 3000)
        damaged = database.read_bytes()
        with owned(Home(home)):
            assert hanga("pictures", "list").code == 5
        assert database.read_bytes() == damaged
        assert str(made) in hanga("pictures", "list").out
