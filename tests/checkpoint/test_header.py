"""Every file that is not a whole, well-formed safetensors file is refused with the right sentence, and quickly."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.checkpoint.describe import describe
from core.checkpoint.header import MAX_HEADER_BYTES, MAX_TENSORS, read_header
from core.errors import HangaError
from tests.checkpoint.files import entries, write_header, write_sparse

TENSORS = [("one.weight", (4, 3)), ("two.bias", (5,)), ("marker", ()), ("nothing", (0,))]


def refusal(path: Path) -> str:
    with pytest.raises(HangaError) as caught:
        describe(path)
    return caught.value.code


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    header = read_header(write_sparse(tmp_path / "a.safetensors", TENSORS, {"title": "x"}))
    assert [(name, info.shape) for name, info in header.tensors.items()] == TENSORS
    assert header.metadata == {"title": "x"}
    assert header.tensors["two.bias"].bytes == 10
    assert header.size == max(info.end for info in header.tensors.values())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices among its files")
def test_what_is_not_there_or_no_file(tmp_path: Path) -> None:
    (tmp_path / "empty.safetensors").touch()
    os.mkfifo(tmp_path / "pipe.safetensors")
    (tmp_path / "loop.safetensors").symlink_to(tmp_path / "loop.safetensors")
    assert refusal(tmp_path / "absent.safetensors") == "file.missing"
    assert refusal(tmp_path / "empty.safetensors") == "file.empty"
    assert refusal(tmp_path / "pipe.safetensors") == "file.not_a_file"
    assert refusal(tmp_path / "loop.safetensors") == "file.unreadable"
    assert refusal(tmp_path) == "file.not_a_model_folder"
    assert refusal(Path("/dev/null")) == "file.not_a_file"
    assert refusal(tmp_path / "null\0byte.safetensors") == "file.unreadable"
    assert refusal(tmp_path / ("long" * 100)) == "file.unreadable"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + bytes(100), "file.pickle"),
        (b"\x80\x02}q\x00." + bytes(100), "file.pickle"),
        (b"GGUF\x03\x00\x00\x00" + bytes(100), "file.is_gguf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "file.is_picture"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "file.is_lfs_pointer"),
        (b"<!DOCTYPE html><html>please log in</html>", "file.is_web_page"),
        (b'{"error":"Invalid username or password."}', "file.is_web_page"),
        (b"abc", "file.not_safetensors"),
        (random.Random(1).randbytes(10_000), "file.not_safetensors"),
    ],
)
def test_what_people_take_for_a_model_file(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert refusal(path) == code


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".bin", ".PTH"])
def test_pickles_are_refused_whatever_they_hold(tmp_path: Path, suffix: str) -> None:
    assert refusal(write_sparse(tmp_path / f"model{suffix}", TENSORS)) == "file.pickle"


def test_truncated_anywhere(tmp_path: Path) -> None:
    whole = write_sparse(tmp_path / "whole.safetensors", TENSORS).read_bytes()
    for length in range(1, len(whole)):
        path = tmp_path / "cut.safetensors"
        path.write_bytes(whole[:length])
        assert refusal(path) == ("file.truncated" if length > 8 else "file.not_safetensors")
    path.write_bytes(whole + b"\0")
    assert refusal(path) == "file.trailing"


@pytest.mark.parametrize(
    ("header", "data", "code"),
    [
        (b"{}" + b" " * MAX_HEADER_BYTES, 0, "file.too_complex"),
        (json.dumps(entries((f"t{n}", (0,)) for n in range(MAX_TENSORS + 1))).encode(), 0, "file.too_complex"),
        ({"x": {"dtype": "F16", "shape": [1] * 9, "data_offsets": [0, 2]}}, 2, "file.too_complex"),
        ({"x": {"dtype": "F16", "shape": [0, 1 << 62], "data_offsets": [0, 0]}}, 0, "file.too_complex"),
        (entries([("x" * 513, (1,))]), 2, "file.too_complex"),
        ({"x": {"dtype": "F7", "shape": [1], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [-1], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [1.0], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [True], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [2], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [1], "data_offsets": [2, 0]}}, 2, "file.damaged"),
        ({"x": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2], "more": 1}}, 2, "file.damaged"),
        ({"x": {"dtype": ["F16"], "shape": [1], "data_offsets": [0, 2]}}, 2, "file.damaged"),
        ({"x": 7}, 0, "file.damaged"),
        ({"__metadata__": {"a": 1}}, 0, "file.damaged"),
        ({"__metadata__": 3}, 0, "file.damaged"),
        (entries([("a\0b", (1,))]), 2, "file.damaged"),
        (entries([("\u202egnp", (1,))]), 2, "file.damaged"),
        (entries([("", (1,))]), 2, "file.damaged"),
        (b'{"\\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1, "file.damaged"),
        (b'{"x":1,"x":2}', 0, "file.damaged"),
        (b'{"x":NaN}', 0, "file.damaged"),
        (b'{"x":' + b"9" * 5000 + b"}", 0, "file.damaged"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 0, "file.damaged"),
        (b'{"x":' * 100_000, 0, "file.damaged"),
        (b'{"x\xff":1}', 0, "file.damaged"),
        (entries([("a", (1,))]) | {"b": {"dtype": "F16", "shape": [1], "data_offsets": [1, 3]}}, 3, "file.damaged"),
        (entries([("a", (1,))]) | {"b": {"dtype": "F16", "shape": [1], "data_offsets": [3, 5]}}, 5, "file.damaged"),
        ({"__metadata__": {"a": "b"}}, 0, "file.unknown"),
        (entries([("something.else", (4,))]), 8, "file.unknown"),
    ],
)
def test_crafted_headers(tmp_path: Path, header: dict | bytes, data: int, code: str) -> None:
    assert refusal(write_header(tmp_path / "crafted.safetensors", header, data)) == code


def test_a_header_that_claims_the_world(tmp_path: Path) -> None:
    path = tmp_path / "sparse.safetensors"
    for length in (1 << 63, (1 << 64) - 1, 500 << 30):
        path.write_bytes(length.to_bytes(8, "little") + b'{"a":')
        assert refusal(path) in ("file.truncated", "file.not_safetensors")
    with path.open("r+b") as file:
        file.truncate(500 << 30)
    assert refusal(path) == "file.truncated"


@given(st.binary(max_size=400))
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("random") / "x.safetensors"
    path.write_bytes(content)
    assert refusal(path).startswith("file.")
