"""Win rates and their intervals, against values from the literature and by brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.library.preference import Z95, Preference, wilson

COUNTS = st.integers(0, 500)


@pytest.mark.parametrize(
    ("wins", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3, as are the next three
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (7, 10, 0.3968, 0.8922),
    ],
)
def test_intervals_of_the_literature(wins: int, count: int, low: float, high: float) -> None:
    assert list(wilson(wins / count, count)) == pytest.approx([low, high], abs=5e-5)


def test_nothing_is_known_without_votes() -> None:
    assert Preference().rate is None
    assert Preference().interval == (0, 1)


def test_a_tie_is_half_a_vote_for_either() -> None:
    assert Preference(a=2, b=5, ties=3).rate == pytest.approx(0.65)
    assert Preference(a=2, b=5, ties=3).interval == Preference(a=3, b=6, ties=1).interval


@given(COUNTS, COUNTS, COUNTS)
def test_the_rate_lies_within_and_sides_are_alike(a: int, b: int, ties: int) -> None:
    here, there = Preference(a=a, b=b, ties=ties), Preference(a=b, b=a, ties=ties)
    low, high = here.interval
    assert 0 <= low < high <= 1
    assert here.rate is None or low - 1e-12 <= here.rate <= high + 1e-12
    assert list(there.interval) == pytest.approx([1 - high, 1 - low])


@given(st.integers(1, 400), st.data())
def test_the_ends_are_where_the_score_test_turns(count: int, data: st.DataObject) -> None:
    """p is within exactly if the share lies at most Z95 standard deviations, those of p, from it."""
    share = data.draw(st.integers(0, count)) / count
    for p in wilson(share, count):
        if 1e-9 < p < 1 - 1e-9:
            assert abs(share - p) == pytest.approx(Z95 * (p * (1 - p) / count) ** 0.5, rel=1e-6, abs=1e-9)
