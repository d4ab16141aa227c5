"""Comparing: the ways from the gallery to pictures side by side and to blind comparisons, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from app.window.commands import BLIND, COMPARING, GALLERY
from app.window.pages import Pages
from core.errors import Datum
from core.request import Request

if TYPE_CHECKING:
    from app.pages.compare.blind import BlindPage
    from app.pages.compare.page import ComparePage
    from app.pages.gallery.page import GalleryPage

Tell = Callable[[str, Mapping[str, Datum]], None]


class Comparing:
    """`go` shows a page; `tell` says a sentence, `tell_undoable` one with a way back; `use` takes settings over."""

    def __init__(
        self,
        pages: Pages,
        go: Callable[[str], None],
        tell: Tell,
        tell_undoable: Callable[[str, Mapping[str, Datum], Callable[[], None]], None],
        use: Callable[[Request], None],
    ) -> None:
        self._pages, self._go, self._tell, self._tell_undoable, self._use = pages, go, tell, tell_undoable, use

    def connect_gallery(self, page: GalleryPage) -> None:
        page.compare.connect(self._compare)
        page.blind.connect(self._compare_blindly)

    def connect_compare(self, page: ComparePage) -> None:
        page.left.connect(self._back)
        page.say.connect(self._tell)
        page.done.connect(self._done)

    def connect_blind(self, page: BlindPage) -> None:
        page.left.connect(self._back)
        page.say.connect(self._tell)
        page.use.connect(self._use_side)
        page.search.connect(self._search)

    def _compare(self, pictures: list[int]) -> None:
        self._pages.compare.show_pictures(pictures)
        self._go(COMPARING)

    def _compare_blindly(self, prompts: list[str]) -> None:
        """Of the pictures that are selected; where none are, the comparisons that there are."""
        if prompts or self._pages.blind.trial is None:
            self._pages.blind.begin(prompts)
        self._go(BLIND)

    def _back(self) -> None:
        self._go(GALLERY)

    def _done(self, code: str, data: Mapping[str, Datum]) -> None:
        self._tell_undoable(code, data, self._pages.compare.undo)

    def _use_side(self, request: Request) -> None:
        """A set-up says nothing of prompt and seed: those that are being written stay."""
        now = self._pages.create.panel.request()
        self._use(replace(request, prompt=now.prompt, prompt_2=now.prompt_2, seed=now.seed, count=now.count))

    def _search(self, tag: str) -> None:
        from app.pages.gallery.search_words import TAG, Term  # with the gallery, not with the window

        self._go(GALLERY)
        self._pages.gallery.browser.search.set_line(str(Term(TAG, tag)))
