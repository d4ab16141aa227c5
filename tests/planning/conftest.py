"""One library for all planning tests."""

from __future__ import annotations

import pytest

from tests.planning.library import Library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("models"))
