"""The hash that names a model file, computed once for as long as the file stays the same."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from core.checkpoint.hashing import HashCache, file_hash
from core.errors import HangaError


def write(path: Path, content: bytes, mtime_ns: int = 1_000_000_000) -> Path:
    path.write_bytes(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def test_the_hash_is_of_the_whole_file(tmp_path: Path) -> None:
    content, said = bytes(range(256)) * 50_000, list[tuple[int, int]]()
    path = write(tmp_path / "a", content)
    assert file_hash(path, lambda done, total: said.append((done, total))) == hashlib.sha256(content).hexdigest()
    assert [done for done, _ in said] == sorted({done for done, _ in said})
    assert said[-1] == (len(content), len(content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for ask in (file_hash, HashCache(tmp_path / "hashes.json").get):
        with pytest.raises(HangaError) as caught:
            ask(tmp_path / "absent")
        assert caught.value.code == "file.missing"


def test_hashes_are_kept_while_the_file_stays_the_same(tmp_path: Path) -> None:
    store, model = tmp_path / "hashes.json", write(tmp_path / "model", b"one")
    cache = HashCache(store)
    assert cache.known(model) is None
    first = cache.get(model)
    assert cache.known(model) == HashCache(store).known(model) == first
    write(model, b"two", 2_000_000_000)
    assert HashCache(store).known(model) is None
    assert HashCache(store).get(model) == hashlib.sha256(b"two").hexdigest() != first


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1", b"[]", b"7", b'{"a":1}', b"[" * 99999])
def test_a_damaged_store_only_costs_time(tmp_path: Path, content: bytes) -> None:
    store, model = write(tmp_path / "hashes.json", content), write(tmp_path / "model", b"one")
    digest = HashCache(store).get(model)
    assert digest == file_hash(model)
    assert digest in json.loads(store.read_text()).values()


def test_a_store_that_cannot_be_written_only_costs_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model, store = write(tmp_path / "model", b"one"), tmp_path / "hashes.json"
    store.mkdir()
    assert HashCache(store).get(model) == file_hash(model)
    assert "not kept" in caplog.text
