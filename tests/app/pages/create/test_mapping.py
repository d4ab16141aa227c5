"""A request goes into the controls and comes out as it was; a control that is moved changes its part alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.language import Language
from app.look.theme import REDUCED, Look
from app.pages.create.panel import Panel
from core.engine import SAMPLERS, SCHEDULE_NAMES
from core.request import AUTO, Guidance, Lora, MicroConditioning, Request

sizes = st.none() | st.tuples(st.integers(1, 9000), st.integers(1, 9000))
shares = st.floats(0, 1)
micro = st.builds(
    MicroConditioning,
    original_size=sizes,
    crop=st.tuples(st.integers(0, 9000), st.integers(0, 9000)),
    target_size=sizes,
    aesthetic=st.floats(0, 100),
)
names = st.sampled_from(["starter", "starter-refiner", "gone.safetensors"])
texts = st.text(max_size=60)
requests = st.builds(
    Request,
    prompt=texts,
    negative=texts,
    prompt_2=st.none() | texts,
    negative_2=st.none() | texts,
    checkpoint=names,
    refiner=st.none() | st.just(AUTO) | names,
    vae=st.none() | names,
    loras=st.lists(st.builds(Lora, name=texts, weight=st.floats(-2, 2)), max_size=2).map(tuple),
    width=st.none() | st.integers(1, 9000),
    height=st.none() | st.integers(1, 9000),
    aspect=st.none() | st.sampled_from(["3:2", "16x9", "1.5", "nonsense", "1:0"]),
    steps=st.integers(-5, 2000),
    sampler=st.sampled_from([*SAMPLERS, "newer"]),
    schedule=st.none() | st.sampled_from([*SCHEDULE_NAMES, "newer"]),
    guidance=st.builds(
        Guidance, scale=st.none() | st.floats(0, 200), rescale=shares, interval=st.tuples(shares, shares)
    ),
    handoff=shares,
    positive=micro,
    negative_conditioning=micro,
    step_cache=st.integers(-1, 20),
    weights=st.sampled_from(["exact", "8bit", "none such"]),
    merge_tokens=shares,
    seed=st.none() | st.integers(0, 2**63 - 1),
    count=st.integers(1, 20_000),
)


@pytest.fixture(scope="module")
def panel(qapp: QApplication) -> Panel:
    return Panel(Atelier(Look(qapp, "dark", REDUCED), Language("en")), Request(prompt=""))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=requests)
def test_what_goes_in_comes_out(panel: Panel, request: Request) -> None:
    panel.use(request)
    assert panel.request() == request
    panel.seed.set_seed(4)
    assert panel.request() == replace(request, seed=4)


Move = Callable[[Panel], object]


@pytest.mark.parametrize(
    ("move", "changed"),
    [
        (lambda panel: panel.prompts.prompt.set_text("b"), {"prompt": "b"}),
        (lambda panel: panel.prompts.set_second("two"), {"prompt_2": "two"}),
        (lambda panel: panel.steps.set_value(9), {"steps": 9}),
        (lambda panel: panel.guidance.set_value(3.3), {"guidance": Guidance(scale=3.3, rescale=0.25)}),
        (lambda panel: panel.method.set_sampler("heun"), {"sampler": "heun"}),
        (lambda panel: panel.method.set_schedule("beta"), {"schedule": "beta"}),
        (lambda panel: panel.model.hand_over.set_handoff(0.5), {"handoff": 0.5}),
        (lambda panel: panel.model.set_refiner(None), {"refiner": None}),
        (lambda panel: panel.shape.set_size((192, 320)), {"width": 192, "height": 320, "aspect": None}),
        (lambda panel: panel.faster.step_cache.set_value(3), {"step_cache": 3}),
        (lambda panel: panel.faster.step_cache.set_value(1), {"step_cache": 1}),
        (lambda panel: panel.faster.merge_tokens.set_value(40), {"merge_tokens": 0.4}),
        (
            lambda panel: panel.faster.guided.set_span(0.1, 0.8),
            {"guidance": Guidance(rescale=0.25, interval=(0.1, 0.8))},
        ),
        (lambda panel: panel.seed.set_seed(5), {"seed": 5}),
        (lambda panel: panel.count.set_count(4), {"count": 4}),
    ],
)
def test_a_control_changes_its_part_alone(panel: Panel, move: Move, changed: dict[str, Any]) -> None:
    before = Request(prompt="a", aspect="3:2", guidance=Guidance(rescale=0.25), handoff=0.777, vae="x", step_cache=2)
    panel.use(before)
    move(panel)
    assert panel.request() == replace(before, **changed)


def test_framing_is_told_in_words(qtbot: QtBot, panel: Panel) -> None:
    panel.use(Request(prompt="a"))
    assert panel.framing.words == "as trained"
    panel.use(Request(prompt="a", positive=MicroConditioning(crop=(8, 16))))
    assert panel.framing.words == "frame at 8, 16"


def test_a_shape_stays_when_the_model_changes(panel: Panel) -> None:
    panel.use(Request(prompt="a", width=320, height=192))
    panel.model.set_checkpoint("of the paper's size")
    width, height = panel.shape.size_in_pixels
    assert 0.9 * 1024**2 < width * height <= 1024**2
    assert abs(width / height - 320 / 192) < 0.1
    panel.model.set_checkpoint("starter")
