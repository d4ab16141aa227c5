"""Posters are a function of scene, frame and seed, and show what the scene says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.starter.posters import render
from core.starter.scene import COLOURS, STYLES, SUBJECTS, TIMES, WEATHERS, Scene


def pixels(scene: Scene, width: int = 96, height: int = 96, seed: int = 0) -> NDArray[np.float32]:
    return np.asarray(render(scene, width, height, np.random.default_rng(seed)), np.float32)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("style", STYLES)
def test_one_seed_gives_one_picture_of_the_asked_size(subject: str, style: str) -> None:
    scene = Scene(subject=subject, colour="red", time="day", style=style, weather="rainy")
    picture = pixels(scene, 120, 72)
    assert picture.shape == (72, 120, 3)
    assert np.array_equal(picture, pixels(scene, 120, 72))


@pytest.mark.parametrize(("field", "words"), [("colour", COLOURS), ("time", TIMES), ("weather", WEATHERS)])
def test_every_word_changes_the_picture(field: str, words: tuple[str, ...]) -> None:
    plain = {"subject": "balloon", "colour": "red", "time": "day", "weather": "clear"}
    pictures = [pixels(Scene(**{**plain, field: word})) for word in words]  # type: ignore[arg-type]
    for index, picture in enumerate(pictures):
        assert all(np.abs(picture - other).mean() > 0.5 for other in pictures[:index])


def test_night_is_darker_than_day() -> None:
    day, night = (pixels(Scene(subject="tree", colour="green", time=time)) for time in ("day", "night"))
    assert night.mean() < 0.5 * day.mean()


@pytest.mark.parametrize(("width", "height"), [(96, 96), (144, 72), (72, 144)])
def test_the_subject_stands_where_it_is_told(width: int, height: int) -> None:
    def centre(position: str) -> float:
        scene = Scene(subject="balloon", colour="red", time="day", position=position)
        red, green, blue = np.moveaxis(pixels(scene, width, height), -1, 0)
        return float(np.nonzero((red > 150) & (green < 90) & (blue < 90))[1].mean()) / width

    left, middle, right = (centre(position) for position in ("left", "centre", "right"))
    assert left < 0.36 < 0.44 < middle < 0.56 < 0.64 < right


def test_large_subjects_cover_more_than_small_ones() -> None:
    def covered(size: str) -> int:
        red, green, _ = np.moveaxis(pixels(Scene(subject="house", colour="red", time="day", size=size)), -1, 0)
        return int(((red > 150) & (green < 90)).sum())

    assert covered("large") > 2 * covered("small")
