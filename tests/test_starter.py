"""The starter model that ships: real weights, through the same doors as any other checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.__main__ import main
from core.checkpoint.describe import describe
from core.library.models import BUILT_IN, STARTER_NAME, STARTER_REFINER
from core.library.picture import read_record

MOST_BYTES = 60_000_000
PROMPT = "a red sailboat on a calm sea at sunset"


@pytest.fixture(scope="module")
def boat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The picture of the README, with its latents in a home of its own."""
    folder = tmp_path_factory.mktemp("boat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HANGA_HOME", str(folder / "home"))
        assert main(["generate", PROMPT, "--seed", "7", "--out", str(folder / "boat.png")]) == 0
    return folder / "boat.png"


def test_both_files_are_small_and_of_their_kind() -> None:
    files = BUILT_IN[STARTER_NAME], BUILT_IN[STARTER_REFINER]
    assert [describe(file).kind for file in files] == ["base", "refiner"]
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES


def test_they_are_whole_and_hold_nothing_else() -> None:
    for file in BUILT_IN.values():
        account = describe(file).account
        assert (account.missing, account.misshaped, account.unexpected) == ((), (), ())


def test_the_picture_has_two_stages_and_many_colours(boat: Path) -> None:
    plan = read_record(boat).plan
    assert [stage.role for stage in plan.stages] == ["base", "refiner"]
    with Image.open(boat) as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (plan.height, plan.width, 3)
    assert len(np.unique(pixels.reshape(-1, 3) // 32, axis=0)) > 10


def test_a_red_boat_at_sunset_is_warmer_than_a_blue_one_at_night(boat: Path, tmp_path: Path) -> None:
    night = tmp_path / "night.png"
    assert main(["generate", "a blue sailboat on a calm sea at night", "--seed", "7", "--out", str(night)]) == 0
    assert warmth(boat) > warmth(night) + 40


def warmth(path: Path) -> float:
    """How much more red than blue there is, in shades of 255."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture, dtype=np.float64)
    return float((pixels[..., 0] - pixels[..., 2]).mean())


def test_refining_later_needs_no_base(boat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANGA_HOME", str(boat.parent / "home"))
    refined = boat.with_name("boat2.png")
    assert main(["refine", str(boat), "--handoff", "0.9", "--out", str(refined)]) == 0
    assert read_record(refined).parent == read_record(boat).key
