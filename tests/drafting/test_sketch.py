"""What becomes of words: styles around them, choices drawn by the seed, LoRA tags taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drafting.choices import DEEPEST, Dice, drawn
from core.drafting.lora_tags import merged, without_tags
from core.drafting.sketch import Sketch, composed, example, varies
from core.drafting.style import Style, dressed, kept_out
from core.errors import HangaError
from core.request import PROMPT_LIMIT, Lora, Request

LISTS = {
    "animal": ["fox", "owl", "hare"],
    "scene": ["a __animal__ by night", "{one|two} boats"],
    "circle": ["again __circle__"],
    "boom": ["__boom2__" * 40],
    "boom2": ["__animal__" * 40],
    "long": ["x" * 9000],
}
SYNTAX = st.text(alphabet="ab{|}\\_ é夜", max_size=40)


def entries(name: str) -> Sequence[str]:
    if name not in LISTS:
        raise HangaError("request.unknown_wildcard", name=name, nearest="animal")
    return LISTS[name]


def no_lists(name: str) -> Sequence[str]:
    raise AssertionError(name)


def pick(text: str, seed: int = 0) -> str:
    return drawn(text, Dice(seed), entries)


def refusal(text: str) -> str:
    with pytest.raises(HangaError) as caught:
        pick(text)
    return caught.value.code


class TestChoices:
    @pytest.mark.parametrize(
        "text", ["a fox", "{a}", "{{word}}", "a | b", "{", "}|{", "a_b __ c", r"a\b (x:1.2) \(y\)", "{a|b", "夜_"]
    )
    def test_plain_text_stays(self, text: str) -> None:
        assert drawn(text, Dice(0), no_lists) == text

    @pytest.mark.parametrize(
        ("text", "plain"), [(r"\{a\|b\}", "{a|b}"), (r"\__animal__", "__animal__"), (r"{a\|a|a\|a}", "a|a")]
    )
    def test_a_backslash_makes_it_plain(self, text: str, plain: str) -> None:
        assert pick(text) == plain

    def test_every_option_comes_about_as_often(self) -> None:
        found = [pick("a {red|blue|} fox", seed) for seed in range(600)]
        counts = [found.count(each) for each in ("a red fox", "a blue fox", "a  fox")]
        assert sum(counts) == 600
        assert min(counts) > 150

    def test_the_same_seed_draws_the_same_on_every_machine(self) -> None:
        text = "{a|b|c|d} {a|b|c|d} __animal__"
        assert [pick(text, seed) for seed in (0, 1, 2**63 - 1)] == ["a c fox", "d d owl", "b d owl"]

    def test_choices_lie_in_choices_and_lists_in_lists(self) -> None:
        assert {pick("{a {b|c}|d}", seed) for seed in range(40)} == {"a b", "a c", "d"}
        assert {pick("__scene__", seed) for seed in range(60)} == {
            *(f"a {animal} by night" for animal in LISTS["animal"]),
            "one boats",
            "two boats",
        }

    def test_what_never_ends_is_refused(self) -> None:
        assert refusal("__circle__") == "request.wildcard_circle"
        assert refusal("__boom__") == "request.too_many_choices"
        assert refusal("__long__" * 9) == "request.prompt_too_long"
        assert refusal("__nobody__") == "request.unknown_wildcard"

    def test_very_many_braces_take_no_time(self) -> None:
        for text in ("{" * PROMPT_LIMIT, "}" * PROMPT_LIMIT, "_" * PROMPT_LIMIT, "|" * PROMPT_LIMIT):
            assert drawn(text, Dice(0), no_lists) == text

    @given(SYNTAX, st.integers(0, 2**63))
    def test_any_text_draws_the_same_twice(self, text: str, seed: int) -> None:
        def anything(name: str) -> Sequence[str]:
            return [name, name.upper()]

        assert drawn(text, Dice(seed), anything) == drawn(text, Dice(seed), anything)

    def test_lists_reach_no_deeper_than_they_may(self) -> None:
        deep = {f"l{n}": [f"__l{n + 1}__"] for n in range(DEEPEST)} | {f"l{DEEPEST}": ["x"]}
        with pytest.raises(HangaError):
            drawn("__l0__", Dice(0), deep.__getitem__)
        assert drawn("__l1__", Dice(0), deep.__getitem__) == "x"


class TestLoraTags:
    @pytest.mark.parametrize(
        ("text", "rest", "loras"),
        [
            ("a fox", "a fox", []),
            ("a fox , ", "a fox , ", []),
            ("a fox <lora:ink:0.8>", "a fox", [Lora(name="ink", weight=0.8)]),
            ("a fox, <lora:ink>, night", "a fox, night", [Lora(name="ink")]),
            ("<lora:ink:-0.5>, a fox", "a fox", [Lora(name="ink", weight=-0.5)]),
            ("a <lora:ink:0.8:0.2>fox", "afox", [Lora(name="ink", weight=0.8)]),
            ("a <lora:ink> fox <lora:film grain:.4>", "a fox", [Lora(name="ink"), Lora(name="film grain", weight=0.4)]),
            ("<lora:ink:1>", "", [Lora(name="ink")]),
            ("a <lora:> b", "a <lora:> b", []),
        ],
    )
    def test_are_taken_out(self, text: str, rest: str, loras: list[Lora]) -> None:
        assert without_tags(text) == (rest, loras)

    @pytest.mark.parametrize("weight", ["much", "", "nan", "inf"])
    def test_want_a_number(self, weight: str) -> None:
        with pytest.raises(HangaError) as caught:
            without_tags(f"a <lora:ink:{weight}>")
        assert caught.value.code == "request.lora_tag"

    def test_a_tag_counts_over_the_list(self) -> None:
        listed = [Lora(name="ink", weight=1), Lora(name="film", weight=0.5)]
        assert merged(listed, [Lora(name="ink", weight=0.2)]) == (Lora(name="ink", weight=0.2), listed[1])


WOOD = Style(name="Wood", prompt="{prompt}, woodcut", negative="photo")
NIGHT = Style(name="Night", prompt="at night, {prompt}", negative="sun,")
PLAIN = Style(name="Plain", prompt="grainy")


class TestStyles:
    @pytest.mark.parametrize(
        ("text", "styles", "whole"),
        [
            ("a fox", [], "a fox"),
            ("a fox", [WOOD], "a fox, woodcut"),
            ("a fox, ", [WOOD, NIGHT], "at night, a fox, woodcut"),
            ("a fox", [PLAIN], "a fox, grainy"),
            ("", [WOOD], "woodcut"),
            ("", [NIGHT], "at night"),
            ("a {prompt}", [WOOD], "a {prompt}, woodcut"),
        ],
    )
    def test_stand_around_the_words(self, text: str, styles: list[Style], whole: str) -> None:
        assert dressed(text, styles) == whole

    def test_keep_things_out(self) -> None:
        assert kept_out("fog, ", []) == "fog, "
        assert kept_out("fog", [PLAIN]) == "fog"
        assert kept_out("fog", [WOOD, NIGHT]) == "fog, photo, sun"
        assert kept_out("", [WOOD]) == "photo"


def sketch(prompt: str, *styles: Style, verbatim: bool = False, **settings: Any) -> Sketch:
    return Sketch(request=Request(prompt=prompt, **settings), styles=styles, verbatim=verbatim)


class TestSketches:
    def test_without_choices_is_one_request_whose_seed_the_queue_draws(self) -> None:
        plain = Request(prompt="a fox", negative="fog", count=4)
        assert composed(Sketch(request=plain), no_lists) == [plain]

    def test_everything_ends_in_the_request(self) -> None:
        (request,) = composed(sketch("a fox <lora:ink:0.5>", WOOD, prompt_2="fur", negative="fog"), no_lists)
        assert request == Request(
            prompt="a fox, woodcut",
            prompt_2="fur, woodcut",
            negative="fog, photo",
            loras=(Lora(name="ink", weight=0.5),),
        )

    def test_each_picture_draws_by_its_own_seed(self) -> None:
        requests = composed(sketch("a __animal__", WOOD, count=12, seed=40), entries)
        assert [(each.seed, each.count) for each in requests] == [(seed, 1) for seed in range(40, 52)]
        assert len({each.prompt for each in requests}) == 3
        for request in requests:
            assert composed(sketch("a __animal__", WOOD, seed=request.seed), entries) == [request]

    def test_without_a_seed_one_is_drawn_that_makes_it_again(self) -> None:
        (request,) = composed(sketch("{a|b|c|d|e|f|g|h} __animal__"), entries)
        assert request.seed is not None
        assert composed(sketch("{a|b|c|d|e|f|g|h} __animal__", seed=request.seed), entries) == [request]

    def test_words_of_a_picture_mean_themselves(self) -> None:
        said = sketch("{a|b} <lora:x> __y__", verbatim=True)
        assert composed(said, no_lists) == [said.request]

    def test_the_example_is_the_first_picture(self) -> None:
        drawn_one = sketch("a __animal__", seed=7, count=3)
        shown = example(drawn_one, entries)
        assert (shown.prompt, shown.count) == (composed(drawn_one, entries)[0].prompt, 3)

    def test_it_is_told_whether_seeds_draw_their_own_words(self) -> None:
        drawing = Style(name="Drawing", prompt="{prompt}, {ink|chalk}")
        assert not varies(sketch("a {fox}", WOOD))
        assert varies(sketch("a fox", drawing))
        assert varies(sketch("<lora:ink:__weight__>"))
        assert varies(sketch("a fox", negative="{a|b}"))
        assert not varies(sketch("{a|b}", verbatim=True))

    def test_far_too_many_are_refused(self) -> None:
        with pytest.raises(HangaError) as caught:
            composed(sketch("{a|b}", count=20_000), entries)
        assert caught.value.code == "request.grid_size"
