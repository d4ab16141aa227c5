"""Outline: what is done to very many pictures is noted, and a selection is found again among others."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.pages.gallery.outline import Outline
from app.widgets.picture_model import runs
from core.engine import Glance

NUMBERS = st.lists(st.integers(1, 60), unique=True)


def outline(numbers: Iterable[int]) -> Outline:
    return Outline([Glance(number, 96, 64, number % 6, False, False) for number in numbers])


@given(NUMBERS.map(sorted))
def test_runs_are_all_rows_and_as_few_as_can_be(rows: list[int]) -> None:
    found = runs(rows)
    assert [row for each in found for row in each] == rows
    assert all(later.start > earlier.stop for earlier, later in pairwise(found))


@given(NUMBERS, NUMBERS, st.data())
def test_a_selection_is_found_among_other_pictures(before: list[int], now: list[int], data: st.DataObject) -> None:
    old, new = outline(before), outline(now)
    places = runs(sorted(data.draw(st.sets(st.sampled_from(range(len(before)))) if before else st.just(set[int]()))))
    kept = [number for rows in places for number in old.pictures(rows) if number in now]
    found = [new.pictures(rows) for rows in new.where(places, old)]
    assert {number for numbers in found for number in numbers} == set(kept)


def test_marks_are_seen_at_once_each_for_itself() -> None:
    seen = outline(range(10))
    seen.mark([2, 3, 99], rating=5)
    seen.mark([3], rejected=True)
    assert [(seen[place].rating, seen[place].rejected) for place in (1, 2, 3)] == [(1, False), (5, False), (5, True)]
    assert [row.rating for row in seen[1:4]] == [1, 5, 5]


def test_marks_that_the_library_confirms_are_nothing_new() -> None:
    seen = outline(range(10))
    seen.mark([4], rating=1)
    confirmed = [seen.glance(place) for place in range(10)]
    assert seen.shows_the_same(confirmed)
    assert not seen.shows_the_same([*confirmed[:4], confirmed[4]._replace(rating=2), *confirmed[5:]])
    assert not seen.shows_the_same(confirmed[:-1])
