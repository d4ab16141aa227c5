"""Scenes: the window in every state that it can be in. Each is a generator: it yields the widget to be pictured, when
that is ready, and afterwards puts the window back to where the next one can begin.

`FRESH` play in an empty home, in this order, `LIVED_IN` in one with pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtWidgets import QDialog, QScrollArea, QScrollBar, QWidget

from app.pages.gallery.browser import Browser
from app.pages.gallery.export_dialog import ExportDialog
from app.widgets.fold import Fold
from app.window.commands import BLIND, CREATE, GALLERY, MODELS, QUEUE, SETTINGS
from app.window.keys import KeysDialog
from core.engine import Query
from core.events import REFINER
from core.request import Guidance, Request
from tests.tools import comparing_scenes, lived_in
from tests.tools.drawn import Drawn
from tests.tools.studio import Studio

Scene = Callable[[Studio], Iterator[QWidget]]

COPIES: Final = 3_600
"""Of every picture of a home that was lived in, for a hundred thousand."""
PROMPT: Final = "a (red lighthouse:1.2) on a cliff at sunset, calm sea, woodblock print, bold flat colours"


def page(name: str) -> Scene:
    """A page as it is."""

    def scene(studio: Studio) -> Iterator[QWidget]:
        studio.window.go(name)
        yield studio.window

    return scene


def create_running(studio: Studio) -> Iterator[QWidget]:
    window, backend = studio.window, studio.backend
    assert isinstance(backend, Drawn)
    window.go(CREATE)
    window.create_page.use(Request(prompt=PROMPT, count=4, width=576, height=448, seed=7, steps=25, handoff=0.8))
    backend.workshop.holds = (REFINER, 3)
    backend.workshop.held.clear()
    backend.workshop.seconds = 0.05
    window.create_page.generate()
    studio.until(lambda: backend.workshop.is_waiting)
    studio.rest(1.0)
    yield window
    window.create_page.cancel()
    backend.go_on()
    backend.workshop.holds, backend.workshop.seconds = None, 0.0
    studio.until(lambda: window.create_page.following.job is None)


def create_done(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.go(CREATE)
    before = len(_ids(studio))
    window.create_page.use(Request(prompt=PROMPT, width=576, height=448, seed=7, steps=25, handoff=0.8))
    window.create_page.generate()
    studio.until(lambda: len(_ids(studio)) > before and window.create_page.following.job is None)
    studio.until(lambda: window.create_page.easel.shown is not None)
    window.create_page.easel.compare.setChecked(True)
    yield window


def create_refine(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.create_page.easel.compare.setChecked(False)
    window.create_page.easel.later.setChecked(True)
    yield window
    window.create_page.easel.later.setChecked(False)


def create_folds(studio: Studio) -> Iterator[QWidget]:
    """The rare values, each fold open, at the end of the panel."""
    panel = studio.window.create_page.panel
    folds = panel.findChildren(Fold)
    for fold in folds:
        fold.set_open(True)
    studio.rest(0.2)
    bar = _bar(panel)
    bar.setValue(bar.maximum())
    yield studio.window
    for fold in folds:
        fold.set_open(False)
    _bar(panel).setValue(0)


def create_faster(studio: Studio) -> Iterator[QWidget]:
    """All that is fast and not exact is on, and the fold with it open."""
    panel = studio.window.create_page.panel
    before = panel.written()
    guidance = Guidance(interval=(0.1, 0.8))
    panel.use(replace(before.request, step_cache=2, merge_tokens=0.4, guidance=guidance, weights="8bit"))
    fold = panel.findChild(Fold, "faster")
    assert fold is not None
    fold.set_open(True)
    studio.window.resize(1024, 700)  # where there is something to scroll
    studio.rest(0.4)
    _bar(panel).setValue(_bar(panel).maximum())
    yield studio.window
    fold.set_open(False)
    _bar(panel).setValue(0)
    panel.restore(before)


def create_error(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.go(CREATE)
    window.create_page.use(Request(prompt=PROMPT, checkpoint="juggernaut-xl.safetensors"))
    studio.until(lambda: window.create_page.panel.refusal)
    window.tell("disk.full", {"name": "poster.png", "folder": str(studio.home.pictures)})
    yield window
    window.notice.hide()
    window.create_page.use(Request(prompt=PROMPT))


def gallery(studio: Studio) -> Iterator[QWidget]:
    window = studio.window
    window.go(GALLERY)
    browser = window.gallery_page.browser
    studio.until(lambda: len(browser.outline) == len(_ids(studio)))
    browser.go_to_place(2)
    yield window


def gallery_selection(studio: Studio) -> Iterator[QWidget]:
    browser = _browser(studio)
    browser.go_to_place(1)
    browser.grid.select([str(browser.outline.glance(place).id) for place in (0, 1, 3)])
    seen = range(min(len(browser.outline), 8))
    studio.until(lambda: all(browser.grid.pictures.thumbnail(place) is not None for place in seen))
    studio.rest(0.5)
    yield studio.window
    browser.go_to_place(0)


def gallery_search(studio: Studio) -> Iterator[QWidget]:
    yield from _searched(studio, "rating:4 tag:night")


def gallery_nothing(studio: Studio) -> Iterator[QWidget]:
    yield from _searched(studio, "zebra tag:night")


def gallery_large(studio: Studio) -> Iterator[QWidget]:
    browser = _browser(studio)
    browser.go_to_place(2)
    browser.grid.setFocus()
    browser.grid.opened.emit(browser.grid.current())
    studio.until(lambda: browser.is_large)
    yield studio.window
    browser.show_grid()


def gallery_export(studio: Studio) -> Iterator[QWidget]:
    _browser(studio).go_to_place(0)
    studio.window.gallery_page.hands.do("export")
    yield from _dialog(studio, ExportDialog)


def gallery_trash(studio: Studio) -> Iterator[QWidget]:
    page, _ = studio.window.gallery_page, _browser(studio)
    for _ in range(2):
        page.browser.go_to_place(4)
        fewer = range(len(page.browser.outline))
        page.hands.do("trash")
        studio.until(partial(_is_in, page.browser, fewer))
    page._show_trash()
    yield studio.window
    page.browser.show_grid()
    studio.window.notice.hide()


def gallery_many(studio: Studio) -> Iterator[QWidget]:
    studio.ask(lambda engine: lived_in.multiply(engine, COPIES))
    window = studio.window
    window.go(GALLERY)
    browser = window.gallery_page.browser
    window.gallery_page._results.refresh()
    window.gallery_page._ask_counts()
    studio.until(lambda: len(browser.outline) > COPIES)
    browser.grid.clearSelection()
    bar = browser.grid.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    studio.rest(2.0)
    yield window


def queue(studio: Studio) -> Iterator[QWidget]:
    """One is done, one failed, one runs, three wait."""
    backend, window = studio.backend, studio.window
    assert isinstance(backend, Drawn)
    window.go(QUEUE)
    backend.workshop.holds = (REFINER, 3)
    backend.workshop.held.clear()
    studio.ask(
        lambda engine: engine.submit(
            [
                Request(prompt="a lighthouse", checkpoint="juggernaut-xl.safetensors"),
                *(Request(prompt=prompt, width=448, height=448, count=2) for prompt in lived_in.PROMPTS[:5]),
            ]
        )
    )
    studio.until(lambda: backend.workshop.is_waiting)
    window.queue_page.list.choose({window.queue_page.rows[1].id})
    yield window
    studio.ask(lambda engine: engine.clear())
    window.create_page.cancel()
    backend.go_on()
    studio.until(lambda: window.create_page.following.job is None)
    backend.workshop.holds = None


def queue_notice(studio: Studio) -> Iterator[QWidget]:
    """A sentence, with the way back, that leaves the rows to be seen."""
    window = studio.window
    window.go(QUEUE)
    window.tell_undoable("window_gallery.rated.many", {"number": 3, "rating": 4}, lambda: None)
    yield window
    window.notice.dismiss()


def models(studio: Studio) -> Iterator[QWidget]:
    """With files that are refused."""
    folder = studio.home.models
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "old-model.ckpt").write_bytes(b"pickled")
    (folder / "half-downloaded.safetensors").write_bytes(b"<!doctype html>" + b" " * 200)
    studio.window.go(QUEUE)
    studio.window.go(MODELS)
    studio.until(lambda: len(studio.window.models_page.found) >= 4)
    studio.window.models_page.list.choose({str(folder / "old-model.ckpt")})
    yield studio.window


def settings_end(studio: Studio) -> Iterator[QWidget]:
    studio.window.go(SETTINGS)
    bar = _bar(studio.window.settings_page)
    bar.setValue(bar.maximum())
    yield studio.window
    _bar(studio.window.settings_page).setValue(0)


def keys(studio: Studio) -> Iterator[QWidget]:
    studio.window.menus.actions_by_name["keys"].trigger()
    yield from _dialog(studio, KeysDialog)


FRESH: Final[dict[str, Scene]] = {
    "create-empty": page(CREATE),
    "gallery-empty": page(GALLERY),
    "queue-empty": page(QUEUE),
    "blind-empty": page(BLIND),
    "models": models,
    "settings": page(SETTINGS),
    "settings-end": settings_end,
    "keys": keys,
}
LIVED_IN: Final[dict[str, Scene]] = {
    "create-done": create_done,
    "create-refine": create_refine,
    "create-folds": create_folds,
    "create-faster": create_faster,
    "create-running": create_running,
    "create-error": create_error,
    "gallery": gallery,
    "gallery-selection": gallery_selection,
    "gallery-search": gallery_search,
    "gallery-nothing": gallery_nothing,
    "gallery-large": gallery_large,
    "gallery-export": gallery_export,
    "compare": comparing_scenes.compare,
    "compare-over": comparing_scenes.compare_over,
    "gallery-trash": gallery_trash,
    "queue": queue,
    "queue-notice": queue_notice,
    "blind-set-up": comparing_scenes.blind_set_up,
    "blind-vote": comparing_scenes.blind_vote,
    "blind-result": comparing_scenes.blind_result,
    "gallery-100000": gallery_many,
}


def _browser(studio: Studio) -> Browser:
    """The gallery's, with pictures in it."""
    browser = studio.window.gallery_page.browser
    studio.window.go(GALLERY)
    studio.until(lambda: len(browser.outline) > 4)
    return browser


def _ids(studio: Studio) -> list[int]:
    ids: list[int] = studio.ask(lambda engine: engine.library.ids(Query()))
    return ids


def _bar(inside: QWidget) -> QScrollBar:
    """Of the first that scrolls in there."""
    area = inside.findChild(QScrollArea)
    assert area is not None
    return area.verticalScrollBar()


def _is_in(browser: Browser, lengths: range) -> bool:
    return len(browser.outline) in lengths


def _searched(studio: Studio, line: str) -> Iterator[QWidget]:
    page = studio.window.gallery_page
    page.browser.search.set_line(line)
    studio.rest(0.5)
    if len(page.browser.outline):
        page.browser.go_to_place(0)
    yield studio.window
    page.browser.search.set_line("")
    studio.rest(0.5)
    page.browser.go_to_place(0)


def _dialog(studio: Studio, kind: type[QDialog]) -> Iterator[QWidget]:
    studio.until(lambda: studio.window.findChild(kind) is not None)
    dialog = studio.window.findChild(kind)
    assert dialog is not None
    yield dialog
    dialog.reject()
