"""Scenes of comparisons: pictures side by side, and set-ups that are compared blindly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtWidgets import QWidget

from app.pages.compare.blind import BlindPage
from app.window.commands import BLIND, GALLERY
from core.engine import TIE
from tests.tools.studio import Studio


def compare(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.go(GALLERY)
    browser, page = window.gallery_page.browser, window.pages.compare
    studio.until(lambda: len(browser.outline) > 2)
    window.gallery_page.compare.emit([browser.outline.glance(place).id for place in (0, 1, 2)])
    studio.until(lambda: len(page._images) == 3)
    yield window
    page.left.emit()


def compare_over(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    browser, page = window.gallery_page.browser, window.pages.compare
    window.gallery_page.compare.emit([browser.outline.glance(place).id for place in (0, 1)])
    studio.until(lambda: len(page._images) == 2)
    page.toggle_slider()
    yield window
    page.left.emit()


def blind_set_up(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.pages.blind.begin(["a heron in the reeds", "a fox in the snow", "赤い月の下の狐、木版画"])
    window.go(BLIND)
    window.pages.blind.set_up.b._numbers["steps"].setValue(13)
    yield window


def blind_vote(studio: Studio) -> Iterator[QWidget]:
    page = studio.window.pages.blind
    page.set_up.go.click()
    studio.until(lambda: page.trial is not None and all(pair.is_there for pair in page.trial.pairs))
    studio.until(lambda: page.voting._seen)
    yield studio.window


def blind_result(studio: Studio) -> Iterator[QWidget]:
    page = studio.window.pages.blind
    for votes in range(1, 4):
        studio.until(lambda: page.voting._seen)
        page.voting.vote(TIE)
        studio.until(partial(_has_votes, page, votes))
    page.voting.end.click()
    studio.until(page.verdict.isVisible)
    yield studio.window
    studio.window.go(GALLERY)


def _has_votes(page: BlindPage, votes: int) -> bool:
    return page.trial is not None and page.trial.preference.votes == votes
