"""Styles and presets: those that come along, own ones in the home, files that come and go; and lists of words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.drafting.bundle import MOST, MOST_BYTES, Bundle, encode, read_bundle
from core.drafting.desk import Desk
from core.drafting.preset import MEMBERS, preset_of
from core.drafting.style import PLACE, Style
from core.drafting.wildcard_folder import MOST_BYTES as MOST_OF_A_LIST
from core.drafting.wildcard_folder import WildcardFolder
from core.errors import HangaError
from core.paths import Home
from core.planning.choices import SAMPLERS, SCHEDULE_NAMES
from core.planning.sizes import parse_aspect
from core.request import Guidance, Lora, MicroConditioning, Request

INK = Style(name="Ink", prompt="{prompt}, ink", negative="colour")
SETTINGS = Request(
    prompt="never kept",
    checkpoint="mine.safetensors",
    refiner=None,
    loras=(Lora(name="ink", weight=0.7),),
    width=320,
    height=192,
    steps=31,
    sampler="dpmpp_2m",
    schedule="karras",
    guidance=Guidance(scale=7.5, rescale=0.3, interval=(0.1, 0.8)),
    handoff=0.62,
    positive=MicroConditioning(original_size=(128, 128), crop=(16, 24)),
    seed=77,
    count=3,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(HangaError) as caught:
        work()
    return caught.value.code


class TestWhatComesAlong:
    def test_styles_are_named_in_both_languages_and_hold_the_prompt(self, desk: Desk) -> None:
        assert len(desk.styles.built_in) >= 20
        for style in desk.styles.built_in:
            assert style.names["ja"]
            assert style.prompt.count(PLACE) == 1
        assert len({style.name.casefold() for style in desk.styles.built_in}) == len(desk.styles.built_in)

    def test_presets_say_what_they_are_for_and_mean_something(self, desk: Desk) -> None:
        assert 5 <= len(desk.presets.built_in) <= 8
        styles = {style.name for style in desk.styles.built_in}
        for preset in desk.presets.built_in:
            assert preset.names["ja"]
            assert preset.about.keys() == {"en", "ja"}
            lossy = Request(prompt="a fox", step_cache=3, merge_tokens=0.5, guidance=Guidance(interval=(0.2, 0.6)))
            request = preset.applied(lossy)
            assert (request.step_cache, request.merge_tokens, request.guidance.interval) == (1, 0.0, (0.0, 1.0))
            assert request.prompt == "a fox"
            assert request.sampler in SAMPLERS
            assert request.schedule is None or request.schedule in SCHEDULE_NAMES
            assert request.aspect is None or parse_aspect(request.aspect)
            assert set(preset.styles or ()) <= styles


class TestPresets:
    def test_hold_settings_and_leave_the_rest(self, desk: Desk, home: Home) -> None:
        desk.presets.keep(preset_of("Mine", SETTINGS, ("Ink",)))
        (kept,) = Desk(home).presets.own()
        other = Request(prompt="an owl", negative="fog", seed=4, count=9)
        assert kept.applied(other) == replace(SETTINGS, prompt="an owl", negative="fog", seed=4, count=9)
        assert kept.holds(kept.applied(other), ("Ink",))
        assert not kept.holds(kept.applied(other), ())
        assert not kept.holds(replace(SETTINGS, steps=30), ("Ink",))
        assert kept.sets == MEMBERS

    def test_every_setting_is_theirs_or_belongs_to_one_picture_or_machine(self) -> None:
        shown = {"prompt", "negative", "prompt_2", "negative_2", "seed", "count"}
        assert {*MEMBERS, *shown, "device", "dtype", "weights", "schema"} == {each.name for each in fields(Request)}

    def test_may_set_a_few_things_only(self, tmp_path: Path) -> None:
        path = tmp_path / "x.json"
        path.write_text(json.dumps({"hanga": 1, "presets": [{"name": "Fast", "settings": {"steps": 8}}]}))
        (preset,) = read_bundle(path).presets
        assert preset.applied(SETTINGS) == replace(SETTINGS, steps=8)


class TestOwnOnes:
    def test_are_kept_renamed_removed_and_come_back(self, desk: Desk, home: Home) -> None:
        desk.styles.keep(INK)
        desk.styles.keep(Style(name="Chalk"))
        desk.styles.keep(replace(INK, name=" ink ", negative="grey"))
        assert [(each.name, each.negative) for each in desk.styles.own()] == [("ink", "grey"), ("Chalk", "")]
        before = desk.own()
        desk.styles.rename("INK", "Wet ink")
        desk.styles.remove("Chalk")
        assert [each.name for each in Desk(home).styles.own()] == ["Wet ink"]
        desk.put_back(before)
        assert [each.name for each in Desk(home).styles.own()] == ["ink", "Chalk"]

    def test_names_are_checked(self, desk: Desk) -> None:
        desk.styles.keep(INK)
        desk.styles.keep(Style(name="Chalk"))
        taken = desk.styles.built_in[0].name.upper()
        assert refusal(lambda: desk.styles.keep(Style(name=" \n"))) == "request.entry_name"
        assert refusal(lambda: desk.styles.keep(Style(name="x" * 81))) == "request.entry_name"
        assert refusal(lambda: desk.styles.keep(Style(name=taken))) == "request.entry_built_in"
        assert refusal(lambda: desk.styles.rename("Ink", "chalk")) == "request.entry_taken"
        assert refusal(lambda: desk.styles.remove("Gone")) == "request.no_entry"
        desk.styles.rename("Ink", "INK")
        assert [each.name for each in desk.styles.own()] == ["INK", "Chalk"]

    def test_a_damaged_file_is_put_aside(self, desk: Desk, home: Home) -> None:
        desk.styles.keep(INK)
        home.styles_and_presets.write_bytes(b"\x00 nothing")
        assert desk.styles.own() == ()
        desk.styles.keep(INK)
        assert len(list(home.root.glob("*damaged*"))) == 1

    def test_a_newer_file_is_left_alone(self, desk: Desk, home: Home) -> None:
        home.root.mkdir()
        home.styles_and_presets.write_text('{"hanga": 2, "styles": []}')
        assert refusal(lambda: desk.styles.keep(INK)) == "file.newer_bundle"
        assert home.styles_and_presets.read_text() == '{"hanga": 2, "styles": []}'


class TestPassingOn:
    def test_out_and_in_again(self, desk: Desk, home: Home, tmp_path: Path) -> None:
        desk.styles.keep(INK)
        preset = preset_of("Mine", SETTINGS, ("Ink",))
        desk.take_out(tmp_path / "x.json", Bundle(presets=(preset,)))
        other = Desk(Home(tmp_path / "other"))
        brought = other.bring_in(tmp_path / "x.json")
        assert (brought.styles, brought.presets) == (1, 1)
        assert other.own().styles == (INK,)
        assert other.own().presets[0].applied(SETTINGS) == SETTINGS
        again = other.bring_in(tmp_path / "x.json")
        assert (again.styles, again.presets) == (0, 0)

    def test_another_one_of_a_name_gets_a_number(self, desk: Desk, tmp_path: Path) -> None:
        desk.styles.keep(INK)
        names = ["ink", desk.styles.built_in[0].name]
        (tmp_path / "x.json").write_bytes(encode(Bundle(styles=tuple(Style(name=name) for name in names))))
        desk.bring_in(tmp_path / "x.json")
        assert [each.name for each in desk.styles.own()] == ["Ink", "ink 2", f"{names[1]} 2"]

    def test_lists_of_styles_for_fooocus_are_read(self, tmp_path: Path) -> None:
        listed = [{"name": "misc-ink", "prompt": "ink {prompt} . wet", "negative_prompt": "photo"}]
        (tmp_path / "x.json").write_text(json.dumps(listed))
        assert read_bundle(tmp_path / "x.json").styles == (
            Style(name="misc-ink", prompt="ink {prompt} . wet", negative="photo"),
        )

    def test_places_on_another_computer_are_only_names(self, tmp_path: Path) -> None:
        told = {"checkpoint": "/etc/passwd", "vae": "C:\\models\\v.safetensors", "loras": [{"name": "../../ink"}]}
        path = tmp_path / "x.json"
        path.write_text(json.dumps({"hanga": 1, "presets": [{"name": "P", "settings": told}]}))
        found = read_bundle(path).presets[0].settings
        assert (found.checkpoint, found.vae, found.loras[0].name) == ("passwd", "v.safetensors", "ink")


BAD: dict[str, Any] = {
    "text": ("file.not_a_bundle", "nonsense"),
    "a number": ("file.not_a_bundle", 4),
    "another program's": ("file.not_a_bundle", {"nodes": []}),
    "newer": ("file.newer_bundle", {"hanga": 99}),
    "no list": ("file.not_a_bundle", {"hanga": 1, "styles": {}}),
    "too many": ("file.bundle_too_large", {"hanga": 1, "styles": [{"name": "x"}] * (MOST + 1)}),
    "no name": ("file.bundle_entry", {"hanga": 1, "styles": [{"prompt": "x"}]}),
    "long name": ("file.bundle_entry", {"hanga": 1, "styles": [{"name": "x" * 81}]}),
    "long text": ("file.bundle_entry", {"hanga": 1, "styles": [{"name": "x", "prompt": "x" * 9000}]}),
    "no text": ("file.bundle_entry", {"hanga": 1, "styles": [{"name": "x", "prompt": 4}]}),
    "half a character": ("file.bundle_entry", {"hanga": 1, "styles": [{"name": "x", "prompt": "\ud800"}]}),
    "strange member": ("file.bundle_entry", {"hanga": 1, "presets": [{"name": "x", "settings": {"prompt": "x"}}]}),
    "no settings": ("file.bundle_entry", {"hanga": 1, "presets": [{"name": "x"}]}),
    "wrong setting": ("file.bundle_entry", {"hanga": 1, "presets": [{"name": "x", "settings": {"steps": "25"}}]}),
    "deep": ("file.not_a_bundle", None),
    "endless number": ("file.not_a_bundle", {"hanga": 1, "presets": [{"settings": {"handoff": float("nan")}}]}),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_one_sentence_and_changes_nothing(desk: Desk, home: Home, tmp_path: Path, kind: str) -> None:
    code, data = BAD[kind]
    path = tmp_path / "x.json"
    path.write_text("[" * 100_000 if kind == "deep" else json.dumps(data))
    desk.styles.keep(INK)
    before = home.styles_and_presets.read_bytes()
    assert refusal(lambda: desk.bring_in(path)) == code
    assert home.styles_and_presets.read_bytes() == before


def test_a_huge_file_is_not_read_to_its_end(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b" " * (MOST_BYTES + 1))
    assert refusal(lambda: desk.bring_in(tmp_path / "x.json")) == "file.bundle_too_large"
    assert refusal(lambda: desk.bring_in(tmp_path / "gone.json")) == "file.missing"
    assert refusal(lambda: desk.bring_in(tmp_path)) == "file.not_a_bundle"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hanga", "styles", "presets", "name", "prompt", "settings", "steps"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLAIN)
def test_any_json_is_read_or_refused(tmp_path: Path, data: Any) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data))
    with contextlib.suppress(HangaError):
        read_bundle(path)


class TestLists:
    def test_are_text_files_in_the_home(self, desk: Desk, home: Home) -> None:
        (home.wildcards / "deep").mkdir(parents=True)
        (home.wildcards / "Animal.txt").write_bytes("\ufefffox\r\n\r\n# remark\r\n 猫 \n".encode())
        (home.wildcards / "deep" / "sea.TXT").write_text("whale")
        (home.wildcards / "notes.md").write_text("x")
        assert desk.wildcards.names() == ["Animal", "deep/sea"]
        assert list(desk.wildcards.entries("animal")) == ["fox", "猫"]
        (home.wildcards / "Animal.txt").write_text("owl and more")
        assert list(desk.wildcards.entries("animal")) == ["owl and more"]

    def test_unknown_ones_are_told_with_the_nearest(self, tmp_path: Path) -> None:
        folder = WildcardFolder(tmp_path)
        assert refusal(lambda: folder.entries("animal")) == "request.no_wildcards"
        (tmp_path / "animals.txt").write_text("fox")
        with pytest.raises(HangaError) as caught:
            folder.entries("animal")
        assert (caught.value.code, caught.value.data["nearest"]) == ("request.unknown_wildcard", "animals")
        assert refusal(lambda: folder.entries("../animals")) == "request.unknown_wildcard"

    def test_bad_ones(self, tmp_path: Path) -> None:
        (tmp_path / "empty.txt").write_text("\n# nothing\n")
        (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
        (tmp_path / "large.txt").write_bytes(b"word\n" * (MOST_OF_A_LIST // 4))
        folder = WildcardFolder(tmp_path)
        assert refusal(lambda: folder.entries("empty")) == "file.no_wildcards"
        assert all("\0" not in line for line in folder.entries("binary"))
        assert len(folder.entries("large")) == 50_000
