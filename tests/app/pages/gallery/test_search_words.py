"""Any line is a question, and what filters write into a line is read from it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.gallery.search_words import Term, parse, resolved, terms, toggled
from core.engine import ModelSeen, Query

LINES = st.text(st.sampled_from('a 赤"：:4') | st.characters(exclude_categories=["Cs"]), max_size=40) | st.lists(
    st.sampled_from(["rating:4", "tag:", 'tag:"a b"', "seed:7", "is:rejected", "fox", '"', "collection:x", " "])
).map(" ".join)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12).filter(
    lambda name: '"' not in name and name.strip()
)


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("", Query()),
        ("lighthouse night", Query(text="lighthouse night")),
        ("lighthouse rating:≥4 tag:night", Query(text="lighthouse", rating=4, tags=("night",))),
        ("RATING:4", Query(rating=4)),
        ("rating：4", Query(rating=4)),
        ("rating:9", Query(text="rating:9")),
        ("rating:", Query(text="rating:")),
        ("grating:4", Query(text="grating:4")),
        ("tag:a tag:b", Query(tags=("a", "b"))),
        ('tag:"for Mika" sea', Query(text="sea", tags=("for Mika",))),
        ('tag:"for Mi', Query(tags=("for Mi",))),
        ('collection:"Harbour series"', Query(collection="Harbour series")),
        ("seed:7 seed:8", Query(seed=8)),
        ("seed:99999999999999999999999", Query(text="seed:99999999999999999999999")),
        ("seed:-1", Query(text="seed:-1")),
        ("is:rejected is:missing", Query(rejected=True, missing=True)),
        ("is:nice", Query(text="is:nice")),
        ("model:juggernaut-xl fox", Query(text="fox", model="juggernaut-xl")),
        ("赤い月 tag:夜", Query(text="赤い月", tags=("夜",))),
    ],
)
def test_lines(line: str, query: Query) -> None:
    assert parse(line) == query


@given(LINES)
def test_any_line_is_a_question(line: str) -> None:
    query = parse(line)
    assert 0 <= query.rating <= 5
    assert all(query.tags)


@given(LINES, st.sampled_from(["tag", "collection", "model"]), NAMES)
def test_what_is_written_is_read_and_taken_out_again(line: str, key: str, name: str) -> None:
    line = line.replace('"', "")
    term = Term(key, name)
    if any(place.term.key == key for place in terms(line)):
        return
    with_it = toggled(line, term)
    assert term in [place.term for place in terms(with_it)]
    assert parse(toggled(with_it, term)) == parse(line)


def test_one_rating_takes_the_place_of_another_and_tags_add_up() -> None:
    assert toggled("fox rating:3 moon", Term("rating", "5")) == "fox  moon rating:5"
    assert toggled("tag:sea", Term("tag", "night sky")) == 'tag:sea tag:"night sky"'
    assert toggled('tag:sea tag:"night sky"', Term("tag", "Night Sky")) == "tag:sea"


def test_a_model_is_found_by_a_part_of_its_name() -> None:
    names = ("sd_xl_base_1.0.safetensors", "Juggernaut-XL.safetensors", "xl.safetensors")
    seen = [ModelSeen(kind="base", name=name, sha256="", count=1, last=1) for name in names]
    for asked, name in (("juggernaut", names[1]), ("XL", names[2]), ("base_1", names[0]), ("none", "none")):
        assert resolved(Query(model=asked), seen).model == name
