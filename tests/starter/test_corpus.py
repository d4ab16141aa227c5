"""Captions as tokens, dropped and lengthened as the recipe says."""

from __future__ import annotations

import numpy as np

from core.conditioning.tokens import BOS, EOS, WINDOW
from core.starter.corpus import EMPTY_IDS, EMPTY_ODDS, FILLER_ODDS, SILENT_ODDS, Corpus, numbers, token_ids
from core.starter.dataset import Example
from core.starter.scene import Scene

TEXTS = ("a red sailboat at sunset", "a house")


def corpus(captions: tuple[str, ...] = TEXTS) -> Corpus:
    ids = token_ids(captions)[None]
    return Corpus(np.ones((1, 4, 2, 2), np.float16), ids, np.zeros((1, 6), np.float32))


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


def test_numbers_have_the_published_order() -> None:
    example = Example(
        scene=Scene(subject="fish", colour="red", time="day"),
        captions=("",),
        original=(1, 2),
        crop=(3, 4),
        target=(5, 6),
        detail=7.0,
    )
    assert numbers(example, scored=False) == (1, 2, 3, 4, 5, 6)
    assert numbers(example, scored=True) == (1, 2, 3, 4, 7.0)
