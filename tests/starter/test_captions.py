"""Captions say what is in the scene and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.starter.captions import NOUNS, POSITIONS, TIMES, caption
from core.starter.scene import COLOURS, SUBJECTS, Scene, sample_scene

PROMPT = "a red sailboat on a calm sea at sunset"


@given(st.integers(0, 2**32))
def test_nothing_is_said_that_is_not_so(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = sample_scene(rng)
    text = f" {caption(scene, rng)} ".replace(",", " ")
    for colour in set(COLOURS) - {scene.colour}:
        assert f" {colour} " not in text.replace("green field", "").replace("green hills", "")
    for time in set(TIMES) - {scene.time}:
        assert not any(f" {words} " in text for words in TIMES[time])
    for position in set(POSITIONS) - {scene.position}:
        assert not any(f" {words} " in text for words in POSITIONS[position])


def test_the_subject_is_nearly_always_named() -> None:
    rng = np.random.default_rng(0)
    for subject in SUBJECTS:
        scene = Scene(subject=subject, colour="red", time="day")
        nouns = {noun for pair in NOUNS[subject] for noun in pair}
        texts = [caption(scene, rng) for _ in range(200)]
        named = [any(noun in text for noun in nouns) for text in texts]
        assert 0.9 < np.mean(named) < 1.0


def test_every_other_word_may_be_missing() -> None:
    rng = np.random.default_rng(0)
    scene = Scene(subject="bird", colour="pink", time="night", weather="rainy", style="linocut", position="left")
    texts = [caption(scene, rng) for _ in range(400)]
    for words in (("pink",), TIMES["night"], ("rain",), ("lino",), POSITIONS["left"]):
        missing = [not any(word in text for word in words) for text in texts]
        assert 0.02 < np.mean(missing) < 0.6


def test_the_showcase_prompt_is_one_of_the_captions() -> None:
    rng = np.random.default_rng(0)
    scene = Scene(subject="sailboat", colour="red", time="sunset")
    assert PROMPT in {caption(scene, rng) for _ in range(20_000)}


def test_plurals_follow_the_number() -> None:
    rng = np.random.default_rng(1)
    scene = Scene(subject="cactus", colour="green", time="day", number=3)
    texts = [caption(scene, rng) for _ in range(100)]
    assert any("three" in text and "cacti" in text for text in texts)
    assert not any("cactus" in text for text in texts)
