"""One library for all planning tests."""

from __future__ import annotations

import pytest

from tests.planning.library import Library, plan_for


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    found = Library(tmp_path_factory.mktemp("models"))
    plan_for(found)  # the first plan of two files compares them; no single test should pay for that
    return found
