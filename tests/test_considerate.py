"""Processes that compute wait asleep, unless somebody wants it otherwise."""

from __future__ import annotations

import os
import sys

import pytest

from app.__main__ import main
from core.jobs.launch import started

NAME = "OMP_WAIT_POLICY"


@pytest.fixture(params=[None, "ACTIVE"])
def policy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What holds, where nothing or something is set."""
    monkeypatch.setenv(NAME, "")  # so that it is put back
    if request.param is None:
        monkeypatch.delenv(NAME)
        return "PASSIVE"
    monkeypatch.setenv(NAME, request.param)
    return str(request.param)


def test_a_worker(policy: str) -> None:
    with started([sys.executable, "-c", f"import os; print(os.environ['{NAME}'])"]) as process:
        out, _ = process.communicate()
    assert out.decode().strip() == policy


def test_a_command(policy: str) -> None:
    assert main(["models", "list"]) == 0
    assert os.environ[NAME] == policy
