"""Which numbers a network is told, and in which order."""

from __future__ import annotations

from core.planning.micro import numbers
from core.request import MicroConditioning

WANTED = MicroConditioning(original_size=(768, 1024), crop=(8, 16), target_size=(640, 512), aesthetic=6.5)


def test_a_base_model_hears_original_crop_and_target_height_first() -> None:
    assert numbers(WANTED, (64, 64), scored=False) == (1024, 768, 8, 16, 512, 640)


def test_a_refiner_hears_the_score_in_place_of_the_target() -> None:
    assert numbers(WANTED, (64, 64), scored=True) == (1024, 768, 8, 16, 6.5)


def test_what_was_not_asked_for_is_the_size_of_the_picture() -> None:
    assert numbers(MicroConditioning(), (96, 64), scored=False) == (64, 96, 0, 0, 64, 96)
