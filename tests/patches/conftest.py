"""A studio with two small models; the guard comes before any test module imports diffusers."""

from __future__ import annotations

import pytest
import torch

from core.conditioning.torchvision_guard import allow_torchvision_without_extension
from core.paths import Home
from tests.pipeline.studio import Studio
from tests.tiny import write_base, write_refiner

allow_torchvision_without_extension()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    torch.set_num_threads(1)
    home = Home(tmp_path_factory.mktemp("studio"))
    home.loras.mkdir(parents=True)
    write_base(home.models / "base.safetensors")
    write_refiner(home.models / "refiner.safetensors")
    return Studio(home)
