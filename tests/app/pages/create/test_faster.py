"""What is faster and not exact: off, folded away, and said as soon as it is on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.pages.create.faster import MOST_MERGED, MOST_SHARING
from app.pages.create.panel import Panel
from app.widgets.fold import Fold
from core.planning import planner
from core.request import Guidance, Request


def fold(panel: Panel) -> Fold:
    found = panel.findChild(Fold, "faster")
    assert found is not None
    return found


def header(panel: Panel) -> str:
    return fold(panel).header.accessibleName()


@pytest.fixture
def panel(qtbot: QtBot, atelier: Atelier) -> Panel:
    made = Panel(atelier, Request(prompt=""))
    qtbot.addWidget(made)
    return made


def test_is_folded_and_off_to_begin_with(panel: Panel) -> None:
    panel.use(Request(prompt="a"))
    assert not fold(panel).is_open
    assert header(panel) == "Faster, not exact: off"


def test_the_folded_line_says_what_is_on(panel: Panel) -> None:
    panel.use(Request(prompt="a", step_cache=2, merge_tokens=0.004, guidance=Guidance(interval=(0.0, 0.85))))
    assert header(panel).endswith(": 2 steps share · 0.4 % merged · guided 0–85 %")
    panel.faster.merge_tokens.set_value(40)
    assert "40 % merged" in header(panel)
    panel.faster.guided.set_span(0, 1)
    assert header(panel).endswith(": 2 steps share · 40 % merged")
    panel.faster.weights.choose("8bit")
    assert header(panel).endswith("merged · weights in 8 bits")


def test_turned_on_and_off_again_nothing_is_left(panel: Panel) -> None:
    before = Request(prompt="a")
    panel.use(before)
    panel.faster.step_cache.set_value(4)
    panel.faster.merge_tokens.set_value(50)
    panel.faster.guided.set_span(0.2, 0.6)
    panel.faster.weights.choose("8bit")
    assert panel.request() != before
    panel.faster.step_cache.set_value(1)
    panel.faster.merge_tokens.set_value(0)
    panel.faster.guided.set_span(0, 1)
    panel.faster.weights.choose("exact")
    assert panel.request() == before


def test_controls_reach_as_far_as_planning_does() -> None:
    assert MOST_SHARING == planner.MOST_SHARING
    assert MOST_MERGED == 100 * planner.MOST_MERGED


def test_tab_goes_through_it_in_the_order_of_sight(panel: Panel) -> None:
    first = fold(panel).header
    fold(panel).set_open(True)
    panel.show()
    stops = [first.objectName()]
    widget = first.nextInFocusChain()
    while widget is not None and widget is not first:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            stops.append(widget.objectName())
        widget = widget.nextInFocusChain()
    assert stops[:8] == [
        "faster.header",
        "step_cache.slider",
        "step_cache.box",
        "merge_tokens.slider",
        "merge_tokens.box",
        "guided.first",
        "guided.last",
        "weights.box",
    ]
