"""Processes that compute wait asleep and have large pages, unless somebody wants it otherwise."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from core.jobs.launch import started
from core.torch_environment import WANTED

LARGE = """
import torch
held = torch.ones(64 << 20, dtype=torch.uint8)
print(sum(int(line.split()[1]) for line in open("/proc/self/smaps") if line.startswith("AnonHugePages")))
"""
"""Prints how many kB lie on large pages."""
OFFERED = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.fixture(params=WANTED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[None, "0"])
def value(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What holds, where nothing or something is set."""
    monkeypatch.setenv(name, "")  # so that it is put back
    if request.param is None:
        monkeypatch.delenv(name)
        return WANTED[name]
    monkeypatch.setenv(name, request.param)
    return str(request.param)


def test_a_worker(name: str, value: str) -> None:
    with started([sys.executable, "-c", f"import os; print(os.environ['{name}'])"]) as process:
        out, _ = process.communicate()
    assert out.decode().strip() == value


def test_a_command(name: str, value: str) -> None:
    assert main(["models", "list"]) == 0
    assert os.environ[name] == value


@pytest.mark.skipif(
    not OFFERED.exists() or "[never]" in OFFERED.read_text(), reason="this system has no large pages to give"
)
def test_torch_puts_large_tensors_on_large_pages() -> None:
    with started([sys.executable, "-c", LARGE]) as process:
        out, _ = process.communicate()
    assert int(out) > 0
