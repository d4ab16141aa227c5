"""A picture file is enough: its record asks for the same picture again, and gets it bit for bit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, count, repeat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from core import events
from core.errors import HangaError
from core.library.keeper import Keeper
from core.library.picture import read_record
from core.paths import Home
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.plan import Plan
from core.request import Guidance, MicroConditioning, Request
from tests.pipeline.studio import REQUEST, Studio

REQUESTS = {
    "plain": REQUEST,
    "all that can be said": Request(
        prompt="a (red:1.2) boat BREAK at sea, 版画",
        negative="blurry, [dull]",
        prompt_2='"quoted", café\nsecond line',
        negative_2="photo",
        checkpoint="base",
        refiner="refiner",
        vae="refiner",
        aspect="3:2",
        steps=7,
        sampler="dpmpp_2m_sde",
        guidance=Guidance(scale=6.5, rescale=0.3, interval=(0.1, 0.9)),
        handoff=0.7,
        positive=MicroConditioning(original_size=(640, 512), crop=(16, 32), target_size=(96, 128), aesthetic=7.25),
        negative_conditioning=MicroConditioning(original_size=(128, 64), crop=(3, 5), aesthetic=1.1),
        seed=2**62 + 1,
    ),
    "as the model would have it": Request(
        prompt="", checkpoint="base.safetensors", refiner=None, steps=3, empty_negative="zero"
    ),
}


def saved(studio: Studio, keeper: Keeper, plan: Plan, networks: Networks | None = None) -> list[Path]:
    happened = list(run(plan, keeper, networks or studio.networks))
    assert isinstance(happened[-1], events.Finished), happened[-1]
    return [Path(event.path) for event in happened if isinstance(event, events.Saved)]


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_picture_file_makes_its_picture_again(studio: Studio, tmp_path: Path, request_: Request) -> None:
    (first,) = saved(studio, Keeper(Home(tmp_path / "there")), studio.plan(request_))
    moved = first.rename(tmp_path / "all that is left.png")
    asked = read_record(moved).plan.request
    (again,) = saved(studio, Keeper(Home(tmp_path / "here")), studio.plan(asked), Networks())
    assert np.array_equal(pixels(again), pixels(moved))
    assert read_record(again).key == read_record(moved).key
    assert read_record(again).plan == read_record(moved).plan


def test_refining_from_the_picture_file(studio: Studio, tmp_path: Path) -> None:
    keeper = Keeper(Home(tmp_path))
    (path,) = saved(studio, keeper, studio.plan())
    record = read_record(path)
    (again,) = saved(studio, keeper, studio.again(record))
    assert again != path
    assert np.array_equal(pixels(again), pixels(path))
    assert read_record(again).key != record.key
    assert str(studio.home.root) not in str(read_record(again))


def test_a_batch_is_repeated_one_by_one(studio: Studio, tmp_path: Path) -> None:
    keeper = Keeper(Home(tmp_path))
    batch = saved(studio, keeper, replace(studio.plan(count=3), keep_resident=False))
    assert [read_record(path).seed for path in batch] == [7, 8, 9]
    for path in batch:
        (alone,) = saved(studio, keeper, studio.plan(read_record(path).plan.request))
        assert np.array_equal(pixels(alone), pixels(path))


def test_nothing_half_written_stays(studio: Studio, tmp_path: Path) -> None:
    plan, asked = studio.plan(), count()
    *_, last = run(plan, Keeper(Home(tmp_path / "whole")), studio.networks, cancelled=lambda: next(asked) < 0)
    assert isinstance(last, events.Finished)
    for enough in (0, next(asked) // 3, next(asked) - 10):
        answers = chain([False] * enough, repeat(True))
        *_, last = run(plan, Keeper(Home(tmp_path / "broken")), studio.networks, cancelled=partial(next, answers))
        assert isinstance(last, events.Cancelled)
    files = [path for path in (tmp_path / "broken").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".safetensors"}
    for path in files:
        assert load_file(path).keys() == {"handoff"}


def test_a_model_that_is_not_there_any_more(studio: Studio, tmp_path: Path) -> None:
    (path,) = saved(studio, Keeper(Home(tmp_path)), studio.plan())
    record = read_record(path)
    changed = replace(record.plan.stages[0].model, sha256="0" * 64)
    stages = (replace(record.plan.stages[0], model=changed), *record.plan.stages[1:])
    with pytest.raises(HangaError) as caught:
        studio.again(replace(record, plan=replace(record.plan, stages=stages)))
    assert caught.value.code == "file.model_gone"
