"""Pictures leave as the files that were asked for, and whatever is dropped becomes settings or one sentence."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

from app.pages.gallery.export_dialog import ExportDialog
from app.pages.gallery.import_report import ImportReport
from app.pages.gallery.refining import RefinePopup
from app.taking_out import OWN
from core import durable
from core.engine import Imported, Unmatched, read_settings
from core.request import Request
from tests.app.pages.gallery.conftest import Gallery, dropped


def taken(gallery: Gallery, *places: int) -> list[Path]:
    """The files of a drag, when they are ready."""
    gallery.pick(*places)
    grid = gallery.page.browser.grid
    gallery.wait(lambda: gallery.page._carry(grid.selected()) is not None)
    mime = gallery.page._carry(grid.selected())
    assert mime is not None
    assert mime.hasFormat(OWN)
    return [Path(url.toLocalFile()) for url in mime.urls()]


def set_export(gallery: Gallery, **changes: Any) -> None:
    gallery.ask(lambda engine: engine.change_settings(replace(engine.settings, **changes)))
    gallery.page.hide()
    gallery.page.show()


class TestOut:
    def test_plain_files_are_dragged_themselves(self, gallery: Gallery) -> None:
        files = taken(gallery, 0, 2)
        paths = gallery.ask(lambda engine: [p.path for p in engine.library.pictures(gallery.page.browser.selected())])
        assert files == paths

    def test_other_formats_are_copies_with_their_settings(self, gallery: Gallery) -> None:
        set_export(gallery, export_format="jpeg")
        (file,) = taken(gallery, gallery.place("a red boat"))
        with Image.open(file) as image:
            assert image.format == "JPEG"
        assert read_settings(file).request.prompt == "a red boat"
        gallery.wait(lambda: "JPEG" in gallery.page.browser.selection._words.text())

    def test_without_metadata_nothing_is_said(self, gallery: Gallery) -> None:
        set_export(gallery, export_metadata=False)
        (file,) = taken(gallery, 0)
        with Image.open(file) as image:
            assert image.format == "PNG"
            assert not {"hanga", "parameters"} & set(image.info)

    def test_the_clipboard_has_picture_and_file(self, gallery: Gallery) -> None:
        gallery.pick(0)
        gallery.page.hands.do("copy")
        gallery.wait(lambda: "window_gallery.copied.one" in gallery.codes())
        mime = QGuiApplication.clipboard().mimeData()
        assert mime.hasImage()
        assert QGuiApplication.clipboard().image().size().toTuple() == (96, 64)
        assert len(mime.urls()) == 1


class FullDisk:
    """Takes so many files, and then nothing more until there is room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, files: int) -> None:
        self.left, self._settled = files, durable._settled
        monkeypatch.setattr(durable, "_settled", self.settled)

    def settled(self, file: BinaryIO) -> None:
        self._settled(file)
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestFullDisk:
    def test_an_export_says_so_once_and_leaves_whole_copies_alone(
        self, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gallery.pick(0, 1, 2, 3)
        gallery.page.hands.do("export")
        dialog = gallery.page.window().findChild(ExportDialog)
        assert dialog is not None
        folder = tmp_path / "out"
        folder.mkdir()
        dialog.set_folder(folder)
        disk = FullDisk(monkeypatch, 2)
        dialog.go.click()
        gallery.wait(lambda: "full" in dialog._told.text())
        copies = list(folder.iterdir())
        assert [copy.suffix for copy in copies] == [".png"] * 2
        assert all(read_settings(copy).request.prompt for copy in copies)
        disk.left = 99
        dialog.go.click()
        gallery.wait(lambda: "window_gallery.exported" in gallery.codes())
        assert len(list(folder.iterdir())) == 2 + 4

    def test_a_drag_says_so_and_works_when_there_is_room(
        self, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_export(gallery, export_format="jpeg")
        disk = FullDisk(monkeypatch, 1)
        grid = gallery.page.browser.grid
        gallery.pick(0, 1, 2)
        assert gallery.page._carry(grid.selected()) is None
        gallery.wait(lambda: gallery.codes() == ["disk.full"])
        disk.left = 99
        assert [file.suffix for file in taken(gallery, 0, 1, 2)] == [".jpg"] * 3


class TestExport:
    def dialog(self, gallery: Gallery, *places: int) -> ExportDialog:
        gallery.pick(*places)
        gallery.page.hands.do("export")
        dialog = gallery.page.window().findChild(ExportDialog)
        assert dialog is not None
        return dialog

    def test_writes_copies_and_says_how_many(self, gallery: Gallery, tmp_path: Path) -> None:
        folder = tmp_path / "out"
        folder.mkdir()
        dialog = self.dialog(gallery, 0, 1, 3)
        dialog.set_folder(folder)
        dialog.format.setCurrentIndex(2)
        dialog.go.click()
        gallery.wait(lambda: "window_gallery.exported" in gallery.codes())
        assert len(list(folder.glob("*.webp"))) == 3
        assert gallery.said[-1][1]["number"] == 3

    def test_stops_after_the_copy_that_is_being_written(self, gallery: Gallery, tmp_path: Path) -> None:
        dialog = self.dialog(gallery, 0, 1, 2, 3)
        dialog.set_folder(tmp_path)
        dialog.go.click()
        dialog.cancel.click()
        gallery.wait(lambda: "window_gallery.export_stopped" in gallery.codes())
        assert len(list(tmp_path.glob("*.png"))) == gallery.said[-1][1]["number"] < 4

    def test_a_folder_that_has_gone_is_said_in_the_dialog(self, gallery: Gallery, tmp_path: Path) -> None:
        dialog = self.dialog(gallery, 0, 1)
        dialog.set_folder(tmp_path / "gone")
        dialog.go.click()
        gallery.wait(lambda: dialog._told.text())
        assert "gone" in dialog._told.text()
        assert dialog.isVisible()
        assert not (tmp_path / "gone").exists()


class TestIn:
    def test_a_picture_gives_its_settings(self, gallery: Gallery) -> None:
        (number,) = gallery.pick(gallery.place("a red boat"))
        path = gallery.ask(lambda engine: engine.library.picture(number).path)
        with gallery.qtbot.waitSignal(gallery.page.use) as used:
            assert gallery.page.receive(dropped(path))
        assert used.args == [Request(prompt="a red boat", refiner=None, width=96, height=64, steps=3, seed=3)]
        assert gallery.codes() == ["window_gallery.settings_taken"]

    def test_models_are_for_another_page(self, gallery: Gallery, tmp_path: Path) -> None:
        with gallery.qtbot.waitSignal(gallery.page.models_dropped) as told:
            gallery.page.receive(dropped(tmp_path / "a.safetensors"))
        assert told.args == [[str(tmp_path / "a.safetensors")]]

    @pytest.mark.parametrize(
        ("names", "code"),
        [
            (["a.txt"], "window_gallery.not_for_us"),
            (["folder"], "window_gallery.not_for_us"),
            (["a.png", "b.png"], "window_gallery.one_at_a_time"),
            ([f"{number}.png" for number in range(10_000)], "window_gallery.too_many_files"),
            (["not there.png"], "file.missing"),
            (["garbage.png"], "file.not_picture"),
        ],
    )
    def test_all_else_is_one_sentence(self, gallery: Gallery, tmp_path: Path, names: list[str], code: str) -> None:
        (tmp_path / "garbage.png").write_bytes(bytes(range(256)) * 40)
        gallery.page.receive(dropped(*(tmp_path / name for name in names)))
        gallery.wait(lambda: gallery.said)
        assert gallery.codes() == [code]
        assert gallery.page._atelier.language.say(code, **gallery.said[0][1])

    def test_addresses_and_our_own_drags_are_left_alone(self, gallery: Gallery) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.com/a.png")])
        gallery.page.receive(mime)
        assert gallery.codes() == ["window_gallery.not_for_us"]
        own = QMimeData()
        own.setData(OWN, b"[1]")
        assert not gallery.page.receive(own)

    def test_what_is_lost_is_listed(self, gallery: Gallery) -> None:
        note = Unmatched("foreign.guidance", {"value": "<b>200</b>", "used": "7"})
        gallery.page._came(Imported(Request(prompt="a fox"), "ComfyUI", (note,)), "fox.png")
        report = gallery.page.window().findChild(ImportReport)
        assert report is not None
        words = [words.text() for words, _ in report._notes]
        assert len(words) == 1
        assert "<b>200</b>" in words[0]
        report.close()


def test_refining_later_is_queued(gallery: Gallery) -> None:
    before = len(gallery.ask(lambda engine: engine.queue.all()))
    gallery.pick(0)
    gallery.wait(lambda: gallery.page.details.about is not None)
    gallery.page.hands.do("refine")
    popup = gallery.page.details.findChild(RefinePopup)
    assert popup is not None
    popup.chosen.emit(0.7)
    gallery.wait(lambda: gallery.said)
    assert gallery.codes()[0] in ("window_gallery.refining", "request.no_refiner")
    assert len(gallery.ask(lambda engine: engine.queue.all())) >= before
