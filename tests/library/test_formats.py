"""Copies for elsewhere: pixels, colours, size, settings and names are as asked for, and nothing is overwritten."""

from __future__ import annotations

import io
import json
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from core.errors import HangaError
from core.library import exif
from core.library.colour import srgb_profile
from core.library.file_names import FALLBACK, fields_of, rendered, safe
from core.library.formats import SUFFIXES, Export, read_record, write
from core.library.picture import encode, infotext
from core.library.picture_text import is_picture, read_texts
from core.library.pixels import decode
from core.record import ImageRecord
from core.request import Request
from tests.library.conftest import record_for
from tests.tools.hostile_pictures import repaired

PIXELS = np.random.default_rng(0).integers(0, 256, (48, 96, 3), np.uint8)
LONG = "狐 \ufffe🦊 \x01\x85& <b>" * 3000
"""Longer than a segment of a JPEG, and full of what XML cannot say."""


def source(folder: Path, record: ImageRecord) -> Path:
    path = folder / "source.png"
    path.write_bytes(encode(PIXELS, record))
    return path


@pytest.mark.parametrize("kind", SUFFIXES)
class TestEveryFormat:
    @pytest.mark.parametrize("prompt", ["a fox", "狐 'quoted' \"twice\" \\ & <tag>\nline", LONG])
    def test_the_record_comes_back(self, tmp_path: Path, kind: str, prompt: str) -> None:
        path = source(tmp_path, record_for(Request(prompt=prompt, negative="fog")))
        copy = write(path, tmp_path / "copy", Export(format=kind))
        assert read_record(copy) == read_record(path)
        again = write(copy, tmp_path / "again", Export(format="png"))
        assert read_record(again) == read_record(path)

    def test_other_programs_find_the_settings(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        copy = write(source(tmp_path, record), tmp_path / "copy", Export(format=kind))
        with Image.open(copy) as image:
            if kind == "png":
                assert image.info["parameters"] == infotext(record)
                return
            comment = image.getexif().get_ifd(0x8769)[exif.USER_COMMENT]
        assert comment == b"UNICODE\0" + infotext(record).encode("utf-16-be")

    def test_without_settings_nothing_is_told(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        copy = write(source(tmp_path, record), tmp_path / "copy", Export(format=kind, metadata=False))
        assert read_texts(copy) == {}
        assert not any(word in copy.read_bytes() for word in (b"fox", b"f\0o\0x", b"Hanga", b"hanga"))

    def test_colours_are_srgb(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        copy = write(source(tmp_path, record), tmp_path / "copy", Export(format=kind))
        with Image.open(copy) as image:
            assert image.info["icc_profile"] == srgb_profile()
            assert image.format == kind.upper()

    @pytest.mark.parametrize(
        ("fit", "size"), [((48, 48), (48, 24)), ((1000, 12), (24, 12)), ((500, 500), (96, 48)), ((1, 1), (1, 1))]
    )
    def test_is_shrunk_to_fit(
        self, tmp_path: Path, kind: str, record: ImageRecord, fit: tuple[int, int], size: tuple[int, int]
    ) -> None:
        copy = write(source(tmp_path, record), tmp_path / "copy", Export(format=kind, fit=fit))
        assert decode(copy).size == size

    def test_pixels(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        copy = write(source(tmp_path, record), tmp_path / "copy", Export(format=kind, quality=100))
        error = np.abs(np.asarray(decode(copy)).astype(int) - PIXELS)
        assert error.max() == 0 if kind != "jpeg" else error.mean() < 2

    def test_never_over_a_file(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        path = source(tmp_path, record)
        (tmp_path / "copy").write_text("mine")
        with pytest.raises(HangaError, match=r"disk\.exists"):
            write(path, tmp_path / "copy", Export(format=kind))
        assert (tmp_path / "copy").read_text() == "mine"
        folder = tmp_path / "folder"
        folder.mkdir()
        names = [write(path, folder, Export(format=kind)).name for _ in range(3)]
        assert names == [f"2026-01-02-8-a-fox-under-a-red-moon{ending}{SUFFIXES[kind]}" for ending in ("", "-2", "-3")]

    def test_a_copy_is_the_same_every_time(self, tmp_path: Path, kind: str, record: ImageRecord) -> None:
        path = source(tmp_path, record)
        copies = [write(path, tmp_path / name, Export(format=kind)).read_bytes() for name in "ab"]
        assert copies[0] == copies[1]


class TestSources:
    def test_transparency_is_kept_or_put_on_paper(self, tmp_path: Path) -> None:
        Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "clear.png")
        assert decode(write(tmp_path / "clear.png", tmp_path / "a", Export(format="webp"))).mode == "RGBA"
        paper = decode(write(tmp_path / "clear.png", tmp_path / "b", Export(format="jpeg")))
        assert paper.getpixel((4, 4)) == (255, 255, 255)

    def test_another_space_becomes_srgb(self, tmp_path: Path) -> None:
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        Image.new("RGB", (8, 8), (10, 200, 30)).save(tmp_path / "odd.png", icc_profile=lab)
        copy = write(tmp_path / "odd.png", tmp_path / "copy", Export())
        with Image.open(copy) as image:
            assert image.info["icc_profile"] == srgb_profile()

    def test_another_programs_settings_are_taken_along(self, tmp_path: Path) -> None:
        text = "a fox\nSteps: 3, Sampler: Euler, Seed: 1"
        block = exif.packed(text, "x")
        Image.new("RGB", (8, 8)).save(tmp_path / "theirs.jpg", exif=block)
        copy = write(tmp_path / "theirs.jpg", tmp_path, Export())
        assert read_texts(copy) == {"parameters": text}
        assert copy.name.endswith("theirs.png")

    @pytest.mark.parametrize("size", [(9000, 9000), (2**31 - 1, 1)])
    def test_what_is_too_large_is_not_decoded(self, tmp_path: Path, size: tuple[int, int]) -> None:
        data = bytearray(encode(PIXELS, record_for(Request(prompt="a fox"))))
        data[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
        (tmp_path / "x.png").write_bytes(data)
        with pytest.raises(HangaError, match=r"file\.picture_too_large"):
            decode(tmp_path / "x.png")

    @pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"\x89PNG\r\n\x1a\n"])
    def test_what_is_no_picture(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(HangaError, match=r"file\.not_picture"):
            decode(tmp_path / "x")

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(HangaError, match=r"file\.missing"):
            read_texts(tmp_path / "gone")
        os.mkfifo(tmp_path / "pipe")
        assert not is_picture(tmp_path / "pipe")
        with pytest.raises(HangaError, match=r"file\.not_picture"):
            read_texts(tmp_path / "pipe")

    def test_metadata_that_the_decoder_never_sees(self, tmp_path: Path) -> None:
        Image.new("RGB", (8, 8), "red").save(
            tmp_path / "x.jpg", exif=exif.packed("x", "y"), xmp=b"<x/>", comment="hello", quality=95
        )
        image = decode(tmp_path / "x.jpg")
        assert image.info.keys() & {"exif", "xmp", "comment"} == set()
        red = image.convert("RGB").getpixel((4, 4))
        assert isinstance(red, tuple)
        assert red[0] > 240


@pytest.mark.parametrize(
    ("export", "code"),
    [
        (Export(format="gif"), "request.export_format"),
        (Export(quality=0), "request.export_quality"),
        (Export(fit=(0, 5)), "request.export_size"),
        (Export(template="{secret}"), "request.name_template"),
        (Export(template="{seed.__class__}"), "request.name_template"),
        (Export(template="{seed:>99999999}"), "request.name_template"),
        (Export(template="{seed"), "request.name_template"),
        (Export(template="{}"), "request.name_template"),
    ],
)
def test_wrong_wishes(tmp_path: Path, record: ImageRecord, export: Export, code: str) -> None:
    path = source(tmp_path, record)
    (tmp_path / "out").mkdir()
    with pytest.raises(HangaError) as refusal:
        write(path, tmp_path / "out", export)
    assert refusal.value.code == code
    assert os.listdir(tmp_path / "out") == []


RESERVED = ["CON", "nul", "Com1", "LPT9.txt", "aux .png", "COM¹"]
AWKWARD = ["", ".", "..", "...", " ", "a/b", "a\\b", "c:d", "a\0b", "x\u202egnp", "a.", "a ", "-", "~", *RESERVED]


class TestNames:
    @given(st.one_of(st.text(max_size=400), st.sampled_from(AWKWARD), st.text("狐é🦊\u0301", max_size=400)))
    @settings(max_examples=300)
    def test_every_system_takes_them(self, name: str) -> None:
        made = safe(name)
        assert 0 < len(made.encode()) <= 239
        assert not set(made) & set('<>:"/\\|?*')
        assert all(unicodedata.category(mark)[0] != "C" for mark in made)
        assert made == made.strip(" .")
        assert made.partition(".")[0].rstrip().upper() not in {"CON", "NUL", "COM1", "LPT9", "AUX", "COM¹"}
        assert safe(made) == made

    @given(name=st.text(min_size=1, max_size=300))
    def test_they_are_written(self, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
        folder = tmp_path_factory.mktemp("names")
        (folder / f"{safe(name)}-10000.webp").write_bytes(b"")
        assert len(os.listdir(folder)) == 1

    def test_what_a_template_may_name(self, record: ImageRecord) -> None:
        fields = fields_of(record)
        assert rendered("{date}-{seed}-{slug}", fields) == "2026-01-02-8-a-fox-under-a-red-moon"
        assert rendered("{model} {width}x{height} {time} {index}{{}}", fields) == "base 96x64 030405 2{}"
        assert rendered("../{slug}", fields) == "-a-fox-under-a-red-moon"
        assert rendered("", fields) == FALLBACK

    def test_a_prompt_of_no_letters(self) -> None:
        fields = fields_of(record_for(Request(prompt="狐")))
        assert rendered("{date}-{seed}-{slug}", fields) == "2026-01-02-8"


def test_a_record_that_is_none_stays_behind(tmp_path: Path, record: ImageRecord) -> None:
    path = source(tmp_path, record)
    broken = encode(PIXELS, replace(record, software="x")).replace(b'{"plan"', b'{"palm"')
    path.write_bytes(repaired(broken))
    assert read_texts(write(path, tmp_path / "copy.jpg", Export(format="jpeg"))).keys() == {"parameters", "Software"}


def test_the_texts_of_a_jpeg_by_pillow(tmp_path: Path, record: ImageRecord) -> None:
    """Another reader of the format finds the same packet."""
    copy = write(source(tmp_path, record), tmp_path / "copy.jpg", Export(format="jpeg"))
    with Image.open(io.BytesIO(copy.read_bytes())) as image:
        packet = image.info["xmp"].decode()
    assert json.dumps(record.plan.request.prompt).strip('"') in packet
