"""Any two characters are found, whatever the script; and whatever is typed, it is only a question."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.library.search import indexed, question

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
JAPANESE = st.text("赤い月の下狐がミーャぱ々", min_size=2, max_size=8)


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'ascii')")
    return connection


def finds(index: sqlite3.Connection, text: str, asked: str) -> bool:
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (indexed(text),))
    match = question(asked)
    wanted = not match.wanted or hits(index, match.wanted)
    return wanted and not (match.unwanted and hits(index, match.unwanted))


def hits(index: sqlite3.Connection, expression: str) -> bool:
    return index.execute("SELECT 1 FROM words WHERE words MATCH ?", (expression,)).fetchone() is not None


FOUND = [
    ("a fox under a red moon", "FOX"),
    ("a fox under a red moon", "moon fox"),
    ("a fox under a red moon", "red mo"),
    ("a fox under a red moon", '"red moon"'),
    ("a fox under a red moon", '"red mo'),
    ("a fox under a red moon", "fox -wolf"),
    ("café", "cafe"),
    ("cafe", "Café"),
    ("long_hair, 1girl", "long hair"),
    ("long_hair, 1girl", "long_hair"),
    ("long_hair, 1girl", "1girl"),
    ("(blue:1.3) <lora:style-7:0.8>", "style-7"),
    ("ｆｏｘ ﾂｷ", "fox ツキ"),
    ("İstanbul", "istanbul"),
    ("straße", "STRASSE"),
    ("赤い月の下の狐", "赤い"),
    ("赤い月の下の狐", "赤い月"),
    ("赤い月の下の狐", "月"),
    ("赤い月の下の狐", "狐"),
    ("赤い月の下の狐", "の狐"),
    ("赤い月の下の狐", "狐 月"),
    ("赤い月fox静か", "月fox静"),
    ("猫がいる", "が"),
    ("빨간 달", "빨간"),
    ("красная луна", "ЛУНА"),
]

NOT_FOUND = [
    ("a fox under a red moon", "foxes"),
    ("a fox under a red moon", "fo moon"),
    ("a fox under a red moon", "fo "),
    ("a fox under a red moon", '"moon red"'),
    ("a fox under a red moon", "-fox"),
    ("a fox under a red moon", "red -moon"),
    ("赤い月の下の狐", "月赤"),
    ("赤い月の下の狐", "青い"),
    ("猫がいる", "か"),
]


@pytest.mark.parametrize(("text", "asked"), FOUND)
def test_finds(index: sqlite3.Connection, text: str, asked: str) -> None:
    assert finds(index, text, asked)


@pytest.mark.parametrize(("text", "asked"), NOT_FOUND)
def test_does_not_find(index: sqlite3.Connection, text: str, asked: str) -> None:
    assert not finds(index, text, asked)


FEW = settings(max_examples=40, deadline=None)


@FEW
@given(text=JAPANESE, data=st.data())
def test_every_part_of_unspaced_text_is_found(index: sqlite3.Connection, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    assert finds(index, text, text[start : data.draw(st.integers(start + 1, len(text)))])


@FEW
@given(words=st.lists(st.from_regex(r"\w{1,9}", fullmatch=True), min_size=1, max_size=6), data=st.data())
def test_every_word_is_found(index: sqlite3.Connection, words: list[str], data: st.DataObject) -> None:
    assert finds(index, " ".join(words), " ".join(data.draw(st.permutations(words))))


@FEW
@given(text=TEXTS, asked=TEXTS)
@example(text="a", asked='"a"* OR (b NOT c) NEAR(d e, 2) ^f {g} : col:x')
@example(text="a", asked="AND OR NOT NEAR")
@example(text="a", asked='""""-"-" --')
@example(text="a", asked="\x00 ' ; DROP TABLE words --")
@example(text="a", asked="(" * 5000)
@example(text="a", asked="a " * 100_000)
def test_any_text_is_a_question(index: sqlite3.Connection, text: str, asked: str) -> None:
    finds(index, text, asked)


@FEW
@given(st.text(max_size=30))
def test_even_halves_of_characters_are(asked: str) -> None:
    question(asked)
