"""What an artist does in the window, for whoever measures it meanwhile."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.pages.gallery.export_dialog import ExportDialog
from app.window.commands import CREATE, GALLERY, PAGES
from core.engine import Query
from core.request import Request
from tests.tools import lived_in
from tests.tools.drawn import Drawn
from tests.tools.studio import Studio

ALL_PAGES: Final = 7
PREVIEW_SECONDS: Final = 0.02
SCROLLS: Final = 120
SEARCHES: Final = ("red lighthouse", "sailboat calm sea", "夜明け", "zzz")
BETWEEN_KEYS: Final = 0.08


def open_up(studio: Studio) -> None:
    """Until all pages are there."""
    studio.open()
    studio.until(lambda: len(studio.window.pages.by_name) == ALL_PAGES)
    studio.rest(1.0)


def generate(studio: Studio) -> None:
    """Two pictures of a hundred steps, with a preview of usual size every 20 ms."""
    assert isinstance(studio.backend, Drawn)
    studio.backend.workshop.seconds = PREVIEW_SECONDS
    _make(studio, Request(prompt="a red lighthouse at sunset", width=1024, height=1024, steps=100, count=2, seed=1))
    studio.backend.workshop.seconds = 0.0


def generate_with_starter(studio: Studio) -> None:
    _make(studio, Request(prompt="a red lighthouse at sunset", width=256, height=256, steps=25, seed=1))


def turn_pages(studio: Studio) -> None:
    for page in (*PAGES, *reversed(PAGES)):
        studio.window.go(page)
        studio.rest(0.3)


def export(studio: Studio) -> None:
    window = studio.window
    window.go(GALLERY)
    studio.until(lambda: len(window.gallery_page.browser.outline))
    window.gallery_page.browser.grid.selectAll()
    window.gallery_page.hands.do("export")
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    with TemporaryDirectory() as folder:
        dialog.set_folder(Path(folder))
        dialog.format.setCurrentIndex(1)
        ended: list[int] = []
        dialog.finished.connect(ended.append)
        dialog.go.click()
        studio.until(lambda: ended)


def multiply(studio: Studio, copies: int) -> None:
    """They come in as if the library had changed under the open window."""
    page = studio.window.gallery_page
    before = len(page.browser.outline)
    studio.ask(lambda engine: lived_in.multiply(engine, copies))
    page._results.refresh()
    studio.until(lambda: len(page.browser.outline) > before)


def scroll(studio: Studio) -> None:
    bar = studio.window.gallery_page.browser.grid.verticalScrollBar()
    for step in range(SCROLLS):
        bar.setValue(bar.maximum() * step // SCROLLS)
        studio.rest(0.015)
    for _ in range(SCROLLS):
        bar.setValue(bar.value() - 60)
        studio.rest(0.015)


def search(studio: Studio) -> None:
    edit = studio.window.gallery_page.browser.search.edit
    for words in SEARCHES:
        edit.clear()
        for key in words:
            edit.insert(key)
            studio.rest(BETWEEN_KEYS)
        studio.rest(0.5)
    edit.clear()
    studio.rest(1.0)


def rate_all(studio: Studio) -> None:
    page = studio.window.gallery_page
    page.browser.grid.selectAll()
    studio.rest(0.2)
    done: list[object] = []
    page.done.connect(lambda code, data: done.append(code))
    page.hands.rate(3)
    studio.until(lambda: done)
    studio.rest(2.0)


def take_back(studio: Studio) -> None:
    page = studio.window.gallery_page
    page.undo()
    studio.until(lambda: not page.browser.doing.isHidden())
    studio.until(page.browser.doing.isHidden)
    studio.rest(2.0)


def _make(studio: Studio, request: Request) -> None:
    window = studio.window
    window.go(CREATE)
    before = studio.ask(lambda engine: len(engine.library.ids(Query())))
    window.create_page.use(request)
    window.create_page.generate()
    wanted = before + request.count
    studio.until(lambda: studio.ask(lambda engine: len(engine.library.ids(Query()))) == wanted)
    studio.until(lambda: window.create_page.following.job is None)
