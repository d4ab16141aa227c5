"""Model files by what artists and other programs call them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import HangaError
from core.library.models import BUILT_IN, ModelFolder
from core.paths import Home


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    home = Home(tmp_path)
    home.models.mkdir()
    for name in ("sd_xl_base_1.0.safetensors", "boats.safetensors"):
        (home.models / name).touch()
    return ModelFolder(home)


@pytest.mark.parametrize("name", ["sd_xl_base_1.0", "sd_xl_base_1.0.safetensors"])
def test_the_number_of_a_version_is_no_suffix(folder: ModelFolder, name: str) -> None:
    assert folder.find(name) == folder.home.models / "sd_xl_base_1.0.safetensors"


def test_what_is_not_there_is_told_with_the_nearest_name(folder: ModelFolder) -> None:
    with pytest.raises(HangaError) as caught:
        folder.find("sd_xl_base_0.9")
    assert (caught.value.code, caught.value.data["nearest"]) == ("file.unknown_model", "sd_xl_base_1.0")


def test_a_file_is_a_path(folder: ModelFolder, tmp_path: Path) -> None:
    assert folder.find("elsewhere.safetensors") == Path("elsewhere.safetensors")
    assert folder.find(str(tmp_path / "x_1.0")) == tmp_path / "x_1.0"


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_starter_goes_by_its_name_wherever_the_picture_is_opened(folder: ModelFolder, name: str) -> None:
    made_with = folder.identify(folder.find(name))
    assert made_with.name == name
    elsewhere = replace(made_with, path="/another/computer/x.safetensors")
    assert ModelFolder(Home(folder.home.root / "another")).find_again(elsewhere, asked=None) == BUILT_IN[name]
