"""Training that begins with what ships."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.starter import begin
from core.starter.training import Average, load_state


def test_a_state_that_begins_has_the_weights_and_no_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begin, "TRAINING_FOLDER", tmp_path)
    shipped, fresh = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    begin.begin("vae", shipped)
    average = Average(fresh)
    assert load_state(tmp_path / "vae.safetensors", fresh, average) == (0.0, 0)
    assert torch.equal(fresh.weight, shipped.weight)
    assert torch.equal(average.weights["weight"], shipped.weight)
