"""Settings come back as they were saved; what cannot be read is kept aside, and the last good ones take its place."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import HangaError
from core.settings import FORMATS, LANGUAGES, MOTIONS, THEMES, Settings, load, save

SETTINGS = st.builds(
    Settings,
    language=st.sampled_from(LANGUAGES),
    theme=st.sampled_from(THEMES),
    motion=st.sampled_from(MOTIONS),
    text_scale=st.floats(0.5, 3.0),
    vram_limit=st.none() | st.floats(0.1, 1000),
    model_folders=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3).map(tuple),
    latents_limit=st.floats(0, 1e6),
    previews=st.booleans(),
    export_format=st.sampled_from(FORMATS),
    export_quality=st.integers(1, 100),
    export_metadata=st.booleans(),
)
GARBAGE = [
    b"",
    b"\0" * 512,
    b"{",
    b"null",
    b"[]",
    b'{"theme": 3}',
    b'{"theme": "purple"}',
    b"\xff\xfe\xfa",
    b"[" * 99_999,
]
OTHER = Settings(theme="dark", vram_limit=6.0)


@pytest.fixture
def path(home: Path) -> Path:
    return home / "settings.json"


def test_without_a_file_the_defaults(path: Path) -> None:
    assert load(path) == (Settings(), None)
    assert not path.parent.exists()


@given(settings=SETTINGS)
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_they_come_back(path: Path, settings: Settings) -> None:
    save(settings, path)
    assert load(path) == (settings, None)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_the_last_good_ones_take_the_place_of_garbage(path: Path, garbage: bytes) -> None:
    save(Settings(), path)
    save(OTHER, path)
    path.write_bytes(garbage)
    settings, aside = load(path)
    assert settings == OTHER
    assert aside is not None
    assert (aside.name, aside.read_bytes()) == ("settings-damaged.json", garbage)
    assert load(path) == (OTHER, None)


def test_a_value_of_a_newer_version_costs_only_itself(path: Path) -> None:
    save(OTHER, path)
    path.write_text('{"theme": "purple", "language": "ja", "previews": 1, "latents_limit": 5, "vram_limit": 6}')
    settings, aside = load(path)
    assert settings == Settings(theme="dark", language="ja", latents_limit=5.0, vram_limit=6.0)
    assert aside is not None
    assert load(path) == (settings, None)


def test_garbage_alone_becomes_defaults_and_is_kept(path: Path) -> None:
    path.parent.mkdir()
    for number, garbage in enumerate(GARBAGE, 1):
        for last in path.parent.glob("*last-good*"):
            last.write_bytes(b"broken too")
        path.write_bytes(garbage)
        settings, aside = load(path)
        assert (settings, aside is not None) == (Settings(), True)
        assert len(list(path.parent.glob("settings-damaged*"))) == number


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-le"])
def test_what_editors_do_to_a_text_does_no_harm(path: Path, encoding: str) -> None:
    path.parent.mkdir()
    path.write_bytes('{"theme": "dark", "vram_limit": 6, "of a newer version": [1]}'.encode(encoding))
    assert load(path) == (OTHER, None)


@pytest.mark.parametrize(
    "wrong", [{"language": "fr"}, {"text_scale": 9.0}, {"vram_limit": 0.0}, {"export_quality": 101}]
)
def test_values_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


@pytest.mark.parametrize("step", range(6))
def test_wherever_saving_breaks_off_one_of_both_is_there(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    save(Settings(), path)
    steps = iter(range(100))

    def unless_its_turn(do: Any) -> Any:
        def breaking(*arguments: Any, **options: Any) -> Any:
            if next(steps) == step:
                raise OSError(28, "No space left on device")
            return do(*arguments, **options)

        return breaking

    with monkeypatch.context() as patch:
        for name in ("fsync", "replace"):
            patch.setattr(os, name, unless_its_turn(getattr(os, name)))
        with pytest.raises(HangaError) as caught:
            save(OTHER, path)
    assert caught.value.code == "disk.full"
    assert load(path) in ((Settings(), None), (OTHER, None))
    save(OTHER, path)
    assert load(path) == (OTHER, None)
    assert json.loads(path.read_text("utf-8"))["theme"] == "dark"


def test_a_disk_that_takes_nothing_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(HangaError) as caught:
        load(path)
    assert caught.value.area == "disk"
