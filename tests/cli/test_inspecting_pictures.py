"""`hanga inspect` tells of any picture how it was made, whoever made it, or says that it does not say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from core.library.formats import SUFFIXES, Export, write
from core.request import Guidance, Request
from tests.cli.conftest import Hanga, assert_refused
from tests.library.conftest import record_for
from tests.library.foreign import samples
from tests.library.foreign.pictures import png, saved
from tests.library.test_formats import source


@pytest.mark.parametrize("kind", SUFFIXES)
@pytest.mark.parametrize("suffix", ["", ".png", ".jpg"])
def test_of_ours_in_any_format_and_under_any_name(hanga: Hanga, tmp_path: Path, kind: str, suffix: str) -> None:
    copy = write(source(tmp_path, record_for(Request(prompt="a fox"))), tmp_path / f"copy{suffix}", Export(format=kind))
    facts = hanga("inspect", copy, "--json").facts
    assert (facts["kind"], facts["program"]) == ("picture", "Hanga")
    assert facts["record"]["plan"]["request"]["prompt"] == "a fox"


def test_people_read_the_settings_of_ours(hanga: Hanga, tmp_path: Path) -> None:
    request = Request(prompt="a fox", negative="fog")
    copy = write(source(tmp_path, record_for(request)), tmp_path / "copy.png", Export(format="png"))
    out = hanga("inspect", copy).out
    assert "settings:\n  a fox\n  Negative prompt: fog\n  Steps: " in out
    assert "schema" not in out
    assert "lossy" not in out


def test_people_read_what_was_given_up_for_speed(hanga: Hanga, tmp_path: Path) -> None:
    request = Request(prompt="a fox", weights="8bit", guidance=Guidance(interval=(0.25, 1.0)))
    copy = write(source(tmp_path, record_for(request)), tmp_path / "copy.png", Export(format="png"))
    assert hanga("inspect", copy, "--json").facts["lossy"] == {"weights": "8bit", "guidance_interval": [0.25, 1.0]}
    assert "lossy:\n  weights: 8bit\n" in hanga("inspect", copy).out


def test_of_another_program(hanga: Hanga, tmp_path: Path) -> None:
    path = saved(tmp_path, png({"prompt": json.dumps(samples.comfy())}), "theirs.png")
    facts = hanga("inspect", path, "--json").facts
    assert (facts["program"], facts["request"]["seed"]) == ("ComfyUI", 2**40)
    (note,) = facts["unmatched"]
    assert note["code"] == "foreign.nodes"
    out = hanga("inspect", path).out
    assert "program: ComfyUI\n" in out
    assert f"- {note['sentence']}" in out


def test_of_nobody(hanga: Hanga, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.webp")
    assert_refused(hanga("inspect", tmp_path / "plain.webp", "--json"), 3, "file.no_record")
    assert_refused(hanga("inspect", tmp_path / "gone.jpg", "--json"), 3, "file.missing")
    (tmp_path / "prose.jpg").write_text("no picture")
    assert_refused(hanga("inspect", tmp_path / "prose.jpg", "--json"), 3, "file.not_picture")
