"""Pictures from anywhere: whatever they hold, reading ends soon, takes little, and raises nothing but HangaError."""

from __future__ import annotations

import io
import json
import os
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.errors import HangaError
from core.library.models import ModelFolder
from core.library.picture import RECORD_KEY, encode, read_record
from core.library.png_text import MOST_CHUNKS, MOST_TEXT, SIGNATURE, read_texts
from core.machine import CPU, Device, Machine
from core.paths import Home
from core.plain import to_plain
from core.plan import ModelFile
from core.planning.refining import Changes, KnownModels, refining_plan
from core.record import ImageRecord, to_json
from core.request import Request
from tests.library.conftest import record_for

PICTURE = encode(np.zeros((8, 8, 3), np.uint8), record_for(Request(prompt="a fox")))
MACHINE = Machine(devices=(Device(kind=CPU, memory=1 << 34, bfloat16=False),), memory=1 << 34)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def itxt(text: bytes, compressed: bool = False) -> bytes:
    flag = b"\1\0" if compressed else b"\0\0"
    return chunk(b"iTXt", RECORD_KEY.encode() + b"\0" + flag + b"\0\0" + text)


Reading = Callable[[bytes], dict[str, str]]

HEADER = SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
END = chunk(b"IEND", b"")


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    """Reads the texts of a picture, and looks at the memory this took."""

    def read(data: bytes) -> dict[str, str]:
        path = tmp_path / "x.png"
        path.write_bytes(data)
        tracemalloc.start()
        return read_texts(path)

    yield read
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MOST_TEXT


class TestBounds:
    def test_an_enormous_picture_is_not_decoded(self, reading: Reading, record: ImageRecord) -> None:
        size = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
        data = SIGNATURE + chunk(b"IHDR", size) + itxt(to_json(record).encode()) + END
        assert reading(data).keys() == {RECORD_KEY}

    @pytest.mark.parametrize("kind", [b"iTXt", b"zTXt"])
    def test_a_text_that_inflates_without_end(self, reading: Reading, kind: bytes) -> None:
        bomb = zlib.compress(bytes(8 * MOST_TEXT))
        text = {b"iTXt": b"x\0\1\0\0\0", b"zTXt": b"x\0\0"}[kind]
        with pytest.raises(HangaError, match=r"file\.not_png"):
            reading(HEADER + chunk(kind, text + bomb) + END)

    def test_more_text_than_a_picture_needs(self, reading: Reading) -> None:
        with pytest.raises(HangaError, match=r"file\.not_png"):
            reading(HEADER + itxt(b"x" * (MOST_TEXT + 1)) + END)

    def test_many_small_bombs(self, reading: Reading) -> None:
        bomb = b"\0\0" + zlib.compress(bytes(MOST_TEXT))
        texts = (chunk(b"zTXt", f"key{number}".encode() + bomb) for number in range(20))
        assert sum(map(len, reading(HEADER + b"".join(texts) + END).values())) <= MOST_TEXT

    def test_a_length_beyond_the_file(self, reading: Reading) -> None:
        with pytest.raises(HangaError, match=r"file\.not_png"):
            reading(HEADER + struct.pack(">I", 2**32 - 1) + b"tEXt")

    def test_chunks_without_end(self, reading: Reading) -> None:
        with pytest.raises(HangaError, match=r"file\.not_png"):
            reading(HEADER + chunk(b"juNk", b"") * (MOST_CHUNKS + 1))

    def test_what_never_ends(self, tmp_path: Path) -> None:
        (tmp_path / "zero.png").symlink_to("/dev/zero")
        os.mkfifo(tmp_path / "pipe.png")
        for name in ("zero.png", "pipe.png"):
            with pytest.raises(HangaError, match=r"file\.not_png"):
                read_texts(tmp_path / name)


READABLE_OR_NOT = ("a fox", "file.not_png", "file.no_record")


def prompt_or_code(path: Path) -> str:
    try:
        return read_record(path).plan.request.prompt
    except HangaError as error:
        return error.code


class TestDamage:
    @given(st.integers(0, len(PICTURE) - 1))
    def test_a_truncated_picture(self, tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
        """Its record may still be whole, and then it can be made again."""
        path = tmp_path_factory.mktemp("picture") / "x.png"
        path.write_bytes(PICTURE[:length])
        assert prompt_or_code(path) in READABLE_OR_NOT

    @given(st.data())
    def test_changed_bytes(self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
        picture = bytearray(PICTURE)
        for place in data.draw(st.lists(st.integers(0, len(picture) - 1), min_size=1, max_size=8)):
            picture[place] = data.draw(st.integers(0, 255))
        path = tmp_path_factory.mktemp("picture") / "x.png"
        path.write_bytes(picture)
        assert prompt_or_code(path) in READABLE_OR_NOT

    @pytest.mark.parametrize("data", [b"", b"GIF89a", SIGNATURE, SIGNATURE[:4], HEADER, b"\0" * 100])
    def test_no_picture(self, reading: Reading, data: bytes) -> None:
        with pytest.raises(HangaError, match=r"file\.not_png"):
            reading(data)

    def test_another_programs_picture(self, tmp_path: Path) -> None:
        info = PngInfo()
        info.add_text("parameters", "a fox\nSteps: 3, Sampler: Euler, Seed: 1", zip=True)
        info.add_text("Title", "Füchse")
        Image.new("RGB", (4, 4)).save(tmp_path / "x.png", pnginfo=info)
        assert read_texts(tmp_path / "x.png").keys() == {"parameters", "Title"}
        with pytest.raises(HangaError, match=r"file\.no_record"):
            read_record(tmp_path / "x.png")

    def test_texts_are_those_that_pillow_reads(self, tmp_path: Path) -> None:
        (tmp_path / "x.png").write_bytes(PICTURE)
        with Image.open(io.BytesIO(PICTURE)) as image:
            assert read_texts(tmp_path / "x.png") == image.text  # type: ignore[attr-defined]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*path, key))


def changed(data: Any, path: tuple[Any, ...], value: object) -> Any:
    if not path:
        return value
    first, *rest = path
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[first] = changed(copy[first], tuple(rest), value)
    return copy


class FoundModels(ModelFolder):
    """Models that seem to be there until they are looked at, so that all that a record says is used before."""

    def find_again(self, model: ModelFile, asked: str | None) -> Path:
        return Path("model.safetensors")


class TestRecords:
    """Records that say something else than Hanga would."""

    whole = to_plain(record_for(Request(prompt="a fox")))

    def refine(self, folder: Path, text: str, models: KnownModels | None = None) -> None:
        path = folder / "x.png"
        path.write_bytes(HEADER + itxt(text.encode("utf-8", "surrogatepass")) + END)
        refining_plan(read_record(path), Changes(), models or FoundModels(Home(folder)), MACHINE)

    @given(st.sampled_from(list(places(whole))), JSON)
    def test_one_member_of_another_kind(
        self, tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], value: object
    ) -> None:
        with pytest.raises(HangaError):
            self.refine(tmp_path_factory.mktemp("picture"), json.dumps(changed(self.whole, place, value)))

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            (("plan", "stages"), []),
            (("plan", "seeds"), []),
            (("plan", "seeds"), [-1]),
            (("plan", "stages", 0, "sigmas"), []),
            (("plan", "stages", 1, "sigmas"), []),
            (("plan", "stages", 1, "sigmas"), [float("nan"), 0.0]),
            (("plan", "width"), 10**30),
            (("plan", "width"), -8),
            (("created",), "yesterday"),
            (("plan", "sampler"), "magic"),
            (("plan", "request", "steps"), 10**30),
            (("plan", "request", "prompt"), "\udc80"),
        ],
    )
    def test_members_out_of_range(self, tmp_path: Path, place: tuple[Any, ...], value: object) -> None:
        with pytest.raises(HangaError):
            self.refine(tmp_path, json.dumps(changed(self.whole, place, value)))

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", "null", "[" * 100_000, "1" * 10_000, "\ud800", '{"plan": 1}', "1e999"]
    )
    def test_what_is_no_record(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(HangaError, match=r"file\.(no_record|not_png)"):
            self.refine(tmp_path, text)

    def test_a_name_of_a_model_opens_no_file(self, tmp_path: Path, record: ImageRecord) -> None:
        """Models are found by content among those that are known; a path in a picture leads nowhere."""
        first, last = record.plan.stages
        stages = (replace(first, model=replace(first.model, name="../../etc/passwd", path="/etc/passwd")), last)
        text = to_json(replace(record, plan=replace(record.plan, stages=stages)))
        with pytest.raises(HangaError, match=r"file\.model_gone"):
            self.refine(tmp_path, text, ModelFolder(Home(tmp_path)))
