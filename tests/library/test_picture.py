"""Picture files: PNG with a colour profile, a record that makes them again, and a text that other programs read."""

from __future__ import annotations

import io
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from core.errors import HangaError
from core.library.picture import encode, infotext, read_record
from core.method_labels import A1111_SCHEDULES, SAMPLER_LABELS, SCHEDULE_LABELS
from core.record import ImageRecord
from core.request import Request
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import SCHEDULES
from tests.library.conftest import record_for
from tests.library.infotext import read_infotext

PIXELS = np.arange(64 * 96 * 3, dtype=np.uint8).reshape(64, 96, 3)

AWKWARD = [
    "a fox",
    "two lines\nof prose",
    'quotes "inside", commas, and: colons',
    "back\\slash (weight:1.2) [less] BREAK",
    "Steps: 3, Sampler: Euler, Seed: 1",
    "狐 🦊 в лесу",
]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def saved(folder: Path, record: ImageRecord) -> Path:
    path = folder / "x.png"
    path.write_bytes(encode(PIXELS, record))
    return path


class TestFile:
    def test_pixels_come_back(self, record: ImageRecord) -> None:
        with Image.open(io.BytesIO(encode(PIXELS, record))) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "RGB", (96, 64))
            assert np.array_equal(np.asarray(image), PIXELS)

    def test_the_colours_are_srgb(self, record: ImageRecord) -> None:
        with Image.open(io.BytesIO(encode(PIXELS, record))) as image:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        same = ImageCms.profileToProfile(Image.fromarray(PIXELS), profile, ImageCms.createProfile("sRGB"))
        assert same is not None
        assert np.abs(np.asarray(same).astype(int) - PIXELS).max() <= 1

    def test_the_same_record_gives_the_same_bytes_at_any_time(
        self, record: ImageRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = encode(PIXELS, record)
        time.sleep(1.1)
        assert encode(PIXELS, record) == first

    def test_other_programs_find_both_texts(self, record: ImageRecord) -> None:
        with Image.open(io.BytesIO(encode(PIXELS, record))) as image:
            assert image.text.keys() == {"parameters", "hanga"}  # type: ignore[attr-defined]
            assert image.info["parameters"].startswith("a fox under a red moon\nNegative prompt: fog\nSteps: 4, ")

    def test_it_names_no_folder_of_this_machine(self, record: ImageRecord) -> None:
        assert b"/somewhere" not in encode(PIXELS, record)


class TestRecord:
    @given(TEXT, TEXT, TEXT)
    def test_comes_back(
        self, tmp_path_factory: pytest.TempPathFactory, prompt: str, negative: str, second: str
    ) -> None:
        record = record_for(Request(prompt=prompt, negative=negative, prompt_2=second))
        back = read_record(saved(tmp_path_factory.mktemp("picture"), record))
        assert back.plan.request == record.plan.request
        assert back.key == record.key
        assert back.seed == record.seed == 8

    def test_only_places_are_left_out(self, tmp_path: Path, record: ImageRecord) -> None:
        back = read_record(saved(tmp_path, record))
        first_stage = replace(back.plan.first_stage, model=record.plan.first_stage.model)
        assert replace(back, plan=replace(back.plan, stages=record.plan.stages, first_stage=first_stage)) == record

    def test_of_a_newer_hanga(self, tmp_path: Path, record: ImageRecord) -> None:
        with pytest.raises(HangaError, match=r"file\.newer_record"):
            read_record(saved(tmp_path, replace(record, schema=99)))


class TestInfotext:
    @pytest.mark.parametrize("prompt", AWKWARD)
    @pytest.mark.parametrize("negative", ["", *AWKWARD])
    def test_prompts_come_back(self, prompt: str, negative: str) -> None:
        found, found_negative, fields = read_infotext(infotext(record_for(Request(prompt=prompt, negative=negative))))
        assert (found, found_negative) == (prompt, negative)
        assert fields["Seed"] == "8"

    def test_a_line_that_begins_the_negative_prompt_begins_it(self) -> None:
        """The grammar cannot quote it; Hanga's own record keeps the prompt as it was."""
        text = infotext(record_for(Request(prompt="a fox\nNegative prompt: a moon", negative="fog")))
        assert read_infotext(text)[:2] == ("a fox", "a moon\nfog")

    def test_fields(self, record: ImageRecord) -> None:
        assert read_infotext(infotext(record))[2] == {
            "Steps": "4",
            "Sampler": "Euler",
            "Schedule type": "Normal",
            "CFG scale": "5",
            "Seed": "8",
            "Size": "96x64",
            "Model hash": "0123456789",
            "Model": "base",
            "RNG": "CPU",
            "Refiner": "refiner [0123456789]",
            "Refiner switch at": "0.75",
            "Version": "Hanga 0",
        }

    def test_values_with_marks_are_quoted(self, record: ImageRecord) -> None:
        first, last = record.plan.stages
        named = replace(first, model=replace(first.model, name='fine, "old": model.safetensors'))
        plan = replace(record.plan, stages=(named, last))
        fields = read_infotext(infotext(replace(record, plan=plan)))[2]
        assert fields["Model"] == 'fine, "old": model'
        assert fields["RNG"] == "CPU"

    def test_every_sampler_and_schedule_has_a_name(self) -> None:
        assert SAMPLER_LABELS.keys() == CATALOGUE.keys()
        assert SCHEDULE_LABELS.keys() == SCHEDULES.keys()
        for name in SCHEDULES:
            text = infotext(record_for(Request(prompt="", schedule=name)))
            assert read_infotext(text)[2]["Schedule type"] == A1111_SCHEDULES.get(name, name)


def test_a_record_of_another_shape_is_none(tmp_path: Path, record: ImageRecord) -> None:
    path = saved(tmp_path, record)
    with Image.open(path) as image:
        data = json.loads(image.info["hanga"])
    assert data.keys() >= {"plan", "index", "count", "created", "software", "schema"}
    assert os.path.getsize(path) < 40_000
