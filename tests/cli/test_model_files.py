"""`hanga models import` and `remove`: files come in as copies or where they are, and go to the system's trash."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import model_files
from core.instance import claim
from core.paths import Home
from tests.cli.conftest import Hanga, Models, assert_refused


def names(hanga: Hanga) -> list[str]:
    return [line["name"] for line in hanga("models", "list", "--json").events][2:]


def test_a_copy_can_be_used_by_its_name(hanga: Hanga, models: Models) -> None:
    place = hanga("models", "import", models.base, "--json").facts["path"]
    assert Path(place) == Home.default().models / models.base.name
    assert hanga("models", "import", models.base).out.strip() == place
    assert names(hanga) == [models.base.name]


def test_in_place_nothing_is_copied(hanga: Hanga, models: Models) -> None:
    for _ in range(2):
        assert hanga("models", "import", models.base, "--in-place").code == 0
    assert names(hanga) == [str(models.base)]
    assert not Home.default().models.exists()
    assert hanga("plan", "a fox", "--checkpoint", models.base.stem, "--width", 64, "--height", 64).code == 0
    assert_refused(hanga("models", "remove", models.base, "--json"), 3, "file.not_in_models")


def test_removed_it_is_in_the_trash(
    hanga: Hanga, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "send2trash", lambda path: path.rename(tmp_path / "bin"))
    hanga("models", "import", models.base)
    assert hanga("models", "remove", models.base.stem).code == 0
    assert names(hanga) == []
    assert (tmp_path / "bin").read_bytes() == models.base.read_bytes()
    assert_refused(hanga("models", "remove", "starter", "--json"), 3, "file.built_in_model")


def test_what_cannot_be_used_is_refused(hanga: Hanga, tmp_path: Path) -> None:
    (tmp_path / "old.ckpt").write_bytes(b"x")
    for options in ((), ("--in-place",)):
        assert_refused(hanga("models", "import", tmp_path / "old.ckpt", "--json", *options), 3, "file.pickle")


def test_not_while_a_window_has_the_home(hanga: Hanga, models: Models) -> None:
    instance = claim(Home.default())
    assert instance is not None
    with instance:
        assert_refused(hanga("models", "import", models.base, "--json"), 5, "engine.home_in_use")
