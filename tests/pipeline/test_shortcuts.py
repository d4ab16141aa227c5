"""Lossy accelerations: nothing of them in a picture that did not ask, near to the exact one in a picture that did."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from core.models.unet import UNet
from core.plain import to_plain
from core.request import Guidance, Request
from tests.pipeline.studio import REQUEST, Studio

ALONE = replace(REQUEST, refiner=None, steps=6)


def final(studio: Studio, request: Request) -> np.ndarray:
    return studio.shelf(studio.plan(request)).of(7)["final"]


@pytest.fixture
def exact(studio: Studio) -> np.ndarray:
    return final(studio, ALONE)


@pytest.mark.parametrize(
    "shortcut",
    [replace(ALONE, step_cache=2), replace(ALONE, merge_tokens=0.5), replace(ALONE, step_cache=3, merge_tokens=0.3)],
    ids=["cache", "merging", "both"],
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
    assert not {"step_cache", "merge_tokens"} & set(cast(dict[str, object], to_plain(REQUEST, defaults=False)))
