"""Captions as tokens, dropped and lengthened as the recipe says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.conditioning.tokens import BOS, EOS, WINDOW
from core.starter.corpus import (
    CUT_SHARE,
    EMPTY_IDS,
    EMPTY_ODDS,
    FILLER_ODDS,
    SILENT_ODDS,
    SMALL_SHARE,
    Corpus,
    numbers,
    odds,
    token_ids,
)
from core.starter.dataset import Example, Size
from core.starter.scene import Scene

TEXTS = ("a red sailboat at sunset", "a house")


def corpus(captions: tuple[str, ...] = TEXTS) -> Corpus:
    ids = token_ids(captions)[None]
    return Corpus(np.ones((1, 4, 2, 2), np.float16), ids, np.zeros((1, 6), np.float32), np.ones(1))


def test_captions_are_windows_of_the_second_tower() -> None:
    ids = token_ids(TEXTS)
    assert ids.shape == (2, WINDOW)
    assert ids[0, 0] == BOS
    assert ids[0].tolist().count(EOS) == 1
    assert ids[0, -1] == 0


def test_captions_are_dropped_and_lengthened_at_the_given_odds() -> None:
    batch = corpus().draw(4000, np.random.default_rng(0))
    known = {tuple(row) for row in token_ids(TEXTS).tolist()}
    rows = [tuple(row) for row in batch.ids.tolist()]
    empty = np.mean([row == EMPTY_IDS for row in rows])
    changed = np.mean([row not in known and row != EMPTY_IDS for row in rows])
    assert abs(empty - EMPTY_ODDS) < 0.015
    assert abs(changed - FILLER_ODDS) < 0.02
    assert abs(float((batch.heard == 0).float().mean()) - SILENT_ODDS) < 0.015
    assert {row for row in rows if row in known} == known


def test_a_lengthened_caption_keeps_its_words_and_its_end() -> None:
    long = "red " * 74
    known = token_ids((long,))[0]
    for row in corpus((long,)).draw(200, np.random.default_rng(1)).ids.numpy():
        assert len(row) == WINDOW
        assert row[0] == BOS
        assert EOS in row
        if tuple(row) != EMPTY_IDS:
            assert np.array_equal(row[:75], known[:75])


def found(original: Size = (256, 256), crop: Size = (0, 0)) -> Example:
    scene = Scene(subject="fish", colour="red", time="day")
    return Example(scene=scene, captions=("",), original=original, crop=crop, target=(256, 256), detail=5.0)


def test_pictures_that_were_small_or_are_cut_are_drawn_more_often() -> None:
    whole, small, cut, enlarged = odds([found(), found((64, 64)), found(crop=(0, 40)), found((200, 200))])
    assert np.allclose([small, cut, enlarged], np.asarray([SMALL_SHARE, CUT_SHARE, 1]) * whole)
    many = Corpus(
        np.arange(4, dtype=np.float16).reshape(4, 1, 1, 1),
        token_ids(("a",) * 4)[:, None],
        np.zeros((4, 6), np.float32),
        np.asarray([whole, small, cut, enlarged]),
    )
    drawn = many.draw(6000, np.random.default_rng(2)).latents.flatten().int().bincount() / 6000
    assert np.allclose(drawn, many.odds, atol=0.02)


def test_numbers_have_the_published_order() -> None:
    example = replace(found((1, 2), (3, 4)), target=(5, 6), detail=7.0)
    assert numbers(example, scored=False) == (1, 2, 3, 4, 5, 6)
    assert numbers(example, scored=True) == (1, 2, 3, 4, 7.0)
