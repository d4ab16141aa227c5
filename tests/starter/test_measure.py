"""The measurements measure what they say, on pictures whose answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.starter import judge as judging
from core.starter.card import write_card
from core.starter.judge import Judge, judge, labels, prepared, rendered
from core.starter.measure import FINE_BANDS, place, prompt_of, spectrum
from core.starter.palettes import PIGMENTS
from core.starter.scene import COLOURS, SUBJECTS, TIMES, Scene, is_held_out


def test_prompts_name_subject_colour_and_time() -> None:
    assert prompt_of(Scene(subject="sailboat", colour="red", time="sunset")) == "a red sailboat at sunset"
    assert prompt_of(Scene(subject="gate", colour="orange", time="night")) == "an orange torii gate at night"


@pytest.mark.parametrize(("width", "height"), [(96, 96), (160, 64)])
def test_the_place_of_a_patch_is_found(width: int, height: int) -> None:
    picture = np.full((height, width, 3), 128, np.uint8)
    picture[20:40, 10:50] = PIGMENTS["red"]
    x, y, wide, high = place(picture, "red")
    assert (x, y) == pytest.approx((29.5 / width, 29.5 / height))
    assert wide / high == pytest.approx(2, rel=0.05)
    assert np.isnan(place(picture, "green")).all()


def test_blurring_takes_energy_from_fine_octaves() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    blurred = np.stack([np.asarray(Image.fromarray(one).resize((24, 24)).resize((64, 64))) for one in noise])
    crisp, soft = spectrum(noise), spectrum(blurred)
    assert len(crisp) == len(FINE_BANDS)
    assert soft[-1] < crisp[-1] - 10


def test_a_judge_that_knows_the_answers_finds_no_fault() -> None:
    pictures, scenes = rendered(6, held_out=True, seed=0, side=64)
    assert all(is_held_out(scene) for scene in scenes)
    answers = labels(scenes)

    class Oracle(Judge):
        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
            counts = (len(SUBJECTS), len(COLOURS), len(TIMES))
            return tuple(torch.nn.functional.one_hot(answers[:, i], n).float() for i, n in enumerate(counts))

    assert judge(Oracle(), pictures, scenes) == (1, 1, 1, 1)
    assert judge(Oracle(), pictures, scenes[1:] + scenes[:1]).all < 1


def test_the_judge_sees_the_middle_square() -> None:
    wide = np.zeros((1, 64, 128, 3), np.uint8)
    wide[:, :, 32:96] = 255
    assert prepared(wide).shape == (1, 3, 64, 64)
    assert prepared(wide).min() == 1.0


def test_the_judge_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "STATE", tmp_path / "judge.safetensors")
    monkeypatch.setattr(judging, "POSTERS", 20)
    monkeypatch.setattr(judging, "STEPS", 2)
    first = judging.trained_judge()
    again = judging.trained_judge()
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in first.state_dict().items())


def test_the_card_tells_what_was_measured(tmp_path: Path) -> None:
    write_card(tmp_path, {"first_stage": {"psnr": 27.31}, "shift_by_crop": {"0": 0.5, "96": 0.25}})
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "27.3 dB" in card
    assert "| 96 | 0.250 |" in card
    assert "Refiner" not in card
