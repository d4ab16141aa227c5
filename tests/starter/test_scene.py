"""The space of scenes, and which of it training never sees."""

from __future__ import annotations

from itertools import product

import numpy as np

from core.starter.scene import COLOURS, HELD_OUT_SHARE, SHOWCASE, SUBJECTS, TIMES, Scene, is_held_out, sample_scene


def combinations() -> list[Scene]:
    return [Scene(subject=s, colour=c, time=t) for s, c, t in product(SUBJECTS, COLOURS, TIMES)]


def test_about_a_tenth_is_held_out() -> None:
    share = np.mean([is_held_out(scene) for scene in combinations()])
    assert abs(share - HELD_OUT_SHARE) < 0.03


def test_the_showcase_is_learned() -> None:
    subject, colour, time = SHOWCASE
    assert not is_held_out(Scene(subject=subject, colour=colour, time=time))


def test_every_word_is_learned_in_some_combination() -> None:
    learned = [scene for scene in combinations() if not is_held_out(scene)]
    assert {scene.subject for scene in learned} == set(SUBJECTS)
    assert {scene.colour for scene in learned} == set(COLOURS)
    assert {scene.time for scene in learned} == set(TIMES)


def test_what_else_is_in_the_picture_does_not_matter() -> None:
    for scene in combinations():
        other = Scene(
            subject=scene.subject, colour=scene.colour, time=scene.time, weather="snowy", number=3, position="left"
        )
        assert is_held_out(other) == is_held_out(scene)


def test_samples_keep_to_their_side() -> None:
    rng = np.random.default_rng(0)
    assert not any(is_held_out(sample_scene(rng)) for _ in range(200))
    assert all(is_held_out(sample_scene(rng, held_out=True)) for _ in range(50))


def test_one_seed_gives_one_scene() -> None:
    assert sample_scene(np.random.default_rng(7)) == sample_scene(np.random.default_rng(7))
