"""What a window remembers is there after it has gone, whatever it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database.database import Database
from core.library.session import Session
from core.plain import Plain
from core.request import Request

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with Database.open(home / "hanga.db", home / "snapshots") as database:
        yield database


def test_the_draft_comes_back(home: Path) -> None:
    with Database.open(home / "hanga.db", home / "snapshots") as database:
        assert Session(database).draft() is None
        Session(database).keep_draft(Request(prompt="half a sent", seed=3))
    with Database.open(home / "hanga.db", home / "snapshots") as database:
        assert Session(database).draft() == Request(prompt="half a sent", seed=3)


@given(value=JSON)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_so_does_anything_else(database: Database, value: Plain) -> None:
    session = Session(database)
    session.keep_window("draft", value)
    assert session.window("draft") == value
    assert session.draft() is None


@pytest.mark.parametrize("text", ["", "{", "[1", '{"prompt": 3}', "[]", '"x"', "[" * 100_000])
def test_what_cannot_be_read_is_nothing(database: Database, text: str) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO session VALUES ('draft', ?)", (text,))
    assert Session(database).draft() is None
