"""Examples carry the truth about how they came to their frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.starter import dataset
from core.starter.dataset import BUCKETS, example, load_words, paths, prerender, sharpness


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dataset, "TRAINING_FOLDER", tmp_path)
    return tmp_path


def test_sizes_and_crops_are_possible() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        made, pixels = example((64, 96), rng)
        assert pixels.shape == (64, 96, 3)
        assert made.target == (64, 96)
        assert min(made.original) >= dataset.SMALLEST - 1
        assert min(made.crop) == 0 <= max(made.crop) <= 0.8 * 96


def test_enlarged_pictures_are_measurably_softer() -> None:
    rng = np.random.default_rng(0)
    made = [example((96, 96), rng)[0] for _ in range(150)]
    soft = [one.detail for one in made if min(one.original) < 60]
    crisp = [one.detail for one in made if min(one.original) >= 96]
    assert np.mean(soft) < np.mean(crisp) - 1


def test_blurring_lowers_the_sharpness() -> None:
    _, pixels = example((96, 96), np.random.default_rng(3))
    image = Image.fromarray(pixels)
    blurred = np.asarray(image.resize((24, 24)).resize((96, 96)))
    assert sharpness(blurred) < 0.5 * sharpness(np.asarray(image))


def test_the_words_come_back_from_disk(folder: Path) -> None:
    prerender("try", (48, 64), 3, seed=5)
    examples = load_words("try", (48, 64))
    assert np.load(paths("try", (48, 64))[0]).shape == (3, 48, 64, 3)
    assert [one.captions for one in examples] == [
        made.captions for made, _ in (example((48, 64), rng) for rng in [np.random.default_rng((5, 48, 64))] * 3)
    ]


def test_buckets_suit_three_levels_of_the_network() -> None:
    for height, width in BUCKETS:
        assert height % 32 == width % 32 == 0
        assert abs(height * width / 256**2 - 1) < 0.07
    assert {(width, height) for height, width in BUCKETS} == set(BUCKETS)
