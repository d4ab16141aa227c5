"""Lossy accelerations: nothing of them in a picture that did not ask, near to the exact one in a picture that did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from core import events
from core.models.unet import UNet
from core.plain import from_plain, to_plain
from core.record import ImageRecord
from core.request import Guidance, Request
from tests.pipeline.studio import REQUEST, Shelf, Studio

ALONE = replace(REQUEST, refiner=None, steps=6)


def final(studio: Studio, request: Request) -> np.ndarray:
    return studio.shelf(studio.plan(request)).of(7)["final"]


@pytest.fixture
def exact(studio: Studio) -> np.ndarray:
    return final(studio, ALONE)


@pytest.mark.parametrize(
    "shortcut",
    [
        replace(ALONE, step_cache=2),
        replace(ALONE, merge_tokens=0.5),
        replace(ALONE, step_cache=3, merge_tokens=0.3),
        replace(ALONE, weights="8bit"),
        replace(ALONE, weights="8bit", step_cache=2),
    ],
    ids=["cache", "merging", "both", "8 bits", "8 bits and cache"],
)
def test_a_shortcut_repeats_to_the_bit_and_is_near(studio: Studio, exact: np.ndarray, shortcut: Request) -> None:
    fast = final(studio, shortcut)
    assert np.array_equal(fast, final(studio, shortcut))
    assert 0 < np.linalg.norm(fast - exact) < 0.5 * np.linalg.norm(exact)


@pytest.mark.parametrize("guidance", [Guidance(scale=5.0), Guidance(scale=5.0, interval=(0.2, 0.7))])
def test_steps_share_what_the_first_of_them_makes(
    studio: Studio, guidance: Guidance, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    deep = UNet._deep

    def watched(unet: UNet, h, embedding, course):
        made.append(bool(course.reuse and course.deep is not None))
        return deep(unet, h, embedding, course)

    monkeypatch.setattr(UNet, "_deep", watched)
    final(studio, replace(ALONE, step_cache=3, guidance=guidance))
    assert made[0] is False
    assert len(made) == ALONE.steps
    assert 2 <= made.count(False) <= 4


def test_a_request_without_shortcuts_says_nothing_of_them() -> None:
    told = cast(dict[str, object], to_plain(REQUEST, defaults=False))
    assert not {"step_cache", "merge_tokens", "weights"} & set(told)


def test_a_picture_in_eight_bits_is_made_again_from_its_record(studio: Studio) -> None:
    shelf = studio.shelf(studio.plan(replace(REQUEST, weights="8bit")))
    record = from_plain(ImageRecord, to_plain(shelf.records[7]))
    again = studio.again(record)
    assert record.plan.request.weights == again.request.weights == "8bit"
    assert np.array_equal(studio.shelf(studio.plan(record.plan.request)).of(7)["final"], shelf.of(7)["final"])
    refined = Shelf(latents=dict(shelf.latents))
    assert isinstance(studio.run(again, refined)[-1], events.Finished)
    assert np.array_equal(refined.of(7)["final"], shelf.of(7)["final"])


def test_a_record_that_knows_nothing_of_weights_has_them_exact(studio: Studio) -> None:
    told = cast(dict[str, Any], to_plain(REQUEST))
    del told["weights"]
    assert from_plain(Request, told) == REQUEST
    exact, narrow = (studio.shelf(studio.plan(replace(ALONE, weights=way))).records[7] for way in ("exact", "8bit"))
    assert exact.key != narrow.key
