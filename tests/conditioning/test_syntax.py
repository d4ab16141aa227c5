"""The emphasis syntax: what it means, and that any text can be read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conditioning.syntax import MAX_DEPTH, MAX_WEIGHT, Span, parse

Tree = str | tuple[str, float | None, list["Tree"]]


def weigh(prompt: str) -> list[tuple[str, object]]:
    (section,) = parse(prompt)
    return [(span.text, pytest.approx(span.weight)) for span in section]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", []),
        ("a cat", [("a cat", 1)]),
        ("a (cat)", [("a ", 1), ("cat", 1.1)]),
        ("a [cat]", [("a ", 1), ("cat", 1 / 1.1)]),
        ("(cat:1.3)", [("cat", 1.3)]),
        ("(cat: 1.3 ) sat", [("cat", 1.3), (" sat", 1)]),
        ("(cat:.5)(dog:-1)", [("cat", 0.5), ("dog", -1)]),
        ("((cat))", [("cat", 1.21)]),
        ("(a (b:1.5) c:2)", [("a ", 2), ("b", 3), (" c", 2)]),
        ("([cat])", [("cat", 1)]),
        (r"\(cat\) \[dog\] \\", [(r"(cat) [dog] " + "\\", 1)]),
        (r"(smile \:\) big:1.2)", [(r"smile \:) big", 1.2)]),
        (r"C:\new", [(r"C:\new", 1)]),
        ("(a:b)", [("a:b", 1.1)]),
        ("(a:1.2:1.3)", [("a:1.2", 1.3)]),
        ("(a:1.2.3)", [("a:1.2.3", 1.1)]),
        ("(a:1e3)", [("a:1e3", 1.1)]),
        ("[a:1.3]", [("a:1.3", 1 / 1.1)]),
        ("[cat:dog:0.5]", [("cat:dog:0.5", 1 / 1.1)]),
        ("(:1.3)", []),
        ("()", []),
    ],
)
def test_reads_the_notation_artists_know(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert weigh(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a) b] c:1.3)", [("a) b] c:1.3)", 1)]),
        ("(a", [("(a", 1)]),
        ("(a [b) c]", [("a [b", 1.1), (" c]", 1)]),
        ("([(a)", [("([", 1), ("a", 1.1)]),
        (")(", [(")(", 1)]),
    ],
)
def test_brackets_without_a_partner_are_text(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert weigh(prompt) == expected


def test_break_starts_a_section_and_keeps_the_weight() -> None:
    assert parse("a BREAK (b BREAK c:2)") == (
        (Span("a "),),
        (Span(" "), Span("b ", 2.0)),
        (Span(" c", 2.0),),
    )


@pytest.mark.parametrize("prompt", ["BREAKFAST", "a break", "DAYBREAK", "Break"])
def test_only_the_word_in_capitals_breaks(prompt: str) -> None:
    assert weigh(prompt) == [(prompt, 1)]


def test_brackets_deeper_than_the_limit_lose_the_outermost() -> None:
    depth = MAX_DEPTH + 3
    outside, inside, after = parse("[" * depth + "x" + "]" * depth)[0]
    assert (outside.text, after.text) == ("[[[", "]]]")
    assert inside.weight == pytest.approx(1.1**-MAX_DEPTH)


def test_brackets_left_open_do_not_use_up_the_depth() -> None:
    assert weigh("(" * 1000 + "(x:2)")[-1] == ("x", 2)


def test_weights_stay_bounded() -> None:
    (span,) = parse("(" * 9 + "x" + ":99999999999)" * 9)[0]
    assert span.weight == MAX_WEIGHT
    (span,) = parse("((x:-" + "9" * 5000 + "):9)")[0]
    assert span.weight == -MAX_WEIGHT


NOTATION = st.text(alphabet=st.sampled_from("()[]\\:.0123456789+- aBREAK\n")) | st.text()


@given(NOTATION)
def test_any_text_parses_to_finite_weights_and_its_own_characters(prompt: str) -> None:
    sections = parse(prompt)
    assert sections
    spans = [span for section in sections for span in section]
    assert all(math.isfinite(span.weight) and span.text for span in spans)
    characters = iter(prompt)
    assert all(character in characters for span in spans for character in span.text)


@given(st.text().filter(lambda text: not set(text) & set("()[]\\") and "BREAK" not in text))
def test_text_without_notation_stays_as_it_is(prompt: str) -> None:
    assert parse(prompt) == ((Span(prompt),) if prompt else (),)


@given(st.text().filter(lambda text: "BREAK" not in text))
def test_escaping_protects_any_text(text: str) -> None:
    escaped = "".join("\\" + character if character in "()[]\\" else character for character in text)
    assert parse(escaped) == ((Span(text),) if text else (),)


WORD = st.text(alphabet="abc ,", min_size=1)
NUMBER = st.floats(-3, 3).map(lambda number: round(number, 2))
TREE = st.recursive(
    WORD,
    lambda inner: st.one_of(
        st.tuples(st.just("("), st.none() | NUMBER, st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("["), st.none(), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=12,
)


def write(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    bracket, number, inner = tree
    end = "]" if bracket == "[" else ")" if number is None else f":{number:.2f})"
    return bracket + "".join(map(write, inner)) + end


def leaves(tree: Tree, weight: float = 1) -> list[tuple[str, float]]:
    if isinstance(tree, str):
        return [(tree, weight)]
    bracket, number, inner = tree
    factor = number if number is not None else 1.1 if bracket == "(" else 1 / 1.1
    return [leaf for part in inner for leaf in leaves(part, max(-100.0, min(100.0, weight * factor)))]


@given(TREE)
def test_reads_back_what_nested_brackets_mean(tree: Tree) -> None:
    characters = [(c, span.weight) for span in parse(write(tree))[0] for c in span.text]
    expected = [(c, weight) for text, weight in leaves(tree) for c in text]
    assert [c for c, _ in characters] == [c for c, _ in expected]
    assert [w for _, w in characters] == pytest.approx([w for _, w in expected])
