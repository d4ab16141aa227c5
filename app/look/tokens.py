"""The colours of Hanga, one set for each theme, each named for its use and not for its hue.

A print is pulled from two blocks: indigo is the base stage, vermilion the refiner and the one main action. All else is
quiet grey, so that the picture is the only colourful thing on the screen. Where a colour is also used for words it
comes in two: one to fill areas and one (`…_ink`) that is readable on every ground words stand on.
"""

from __future__ import annotations

from dataclasses import dataclass

DARK, LIGHT, NEUTRAL = "dark", "light", "neutral"


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Colours as "#rrggbb"."""

    name: str
    dark: bool
    """Whether light words stand on a dark ground."""

    window: str
    """The rail, and what lies behind panels."""
    panel: str
    card: str
    """Grouped controls, notices, menus."""
    field: str
    """Where one types."""
    hover: str
    line: str
    """Borders and the empty part of bars."""
    edge: str
    """Outlines that one must see to know where a control is: 3:1 on what they lie on."""

    ink: str
    dim: str
    faint: str

    indigo: str
    indigo_ink: str
    on_indigo: str
    vermilion: str
    vermilion_ink: str
    action: str
    """The main button: vermilion, deep enough to carry words."""
    action_hover: str
    on_action: str
    good_ink: str
    warn_ink: str
    star: str

    ground: str
    """Behind pictures: grey without hue, so that colours can be judged."""
    on_ground: str


THEMES = {
    DARK: Tokens(
        name=DARK,
        dark=True,
        window="#1d1e20",
        panel="#25272a",
        card="#2d2f33",
        field="#1a1b1d",
        hover="#34373c",
        line="#3a3d42",
        edge="#7e8187",
        ink="#e9e7e2",
        dim="#b0b2b5",
        faint="#9ea1a5",
        indigo="#6d8fd6",
        indigo_ink="#8aa9ea",
        on_indigo="#10151f",
        vermilion="#e4583e",
        vermilion_ink="#f67e66",
        action="#cb4129",
        action_hover="#d1432a",
        on_action="#ffffff",
        good_ink="#7fc08a",
        warn_ink="#e2b25c",
        star="#e8b64c",
        ground="#303030",
        on_ground="#c9c9c9",
    ),
    LIGHT: Tokens(
        name=LIGHT,
        dark=False,
        window="#e9e8e5",
        panel="#f4f3f0",
        card="#ffffff",
        field="#fbfaf8",
        hover="#e4e2de",
        line="#d5d2cc",
        edge="#83807a",
        ink="#232427",
        dim="#55585d",
        faint="#606367",
        indigo="#3d61ad",
        indigo_ink="#3657a0",
        on_indigo="#ffffff",
        vermilion="#c8402a",
        vermilion_ink="#b53420",
        action="#c8402a",
        action_hover="#b73722",
        on_action="#ffffff",
        good_ink="#2b6e39",
        warn_ink="#7d5a0c",
        star="#a87400",
        ground="#bfbfbf",
        on_ground="#333333",
    ),
    NEUTRAL: Tokens(
        name=NEUTRAL,
        dark=True,
        window="#3a3a3a",
        panel="#424242",
        card="#4a4a4a",
        field="#333333",
        hover="#525252",
        line="#5a5a5a",
        edge="#9d9d9d",
        ink="#f2f2f2",
        dim="#cfcfcf",
        faint="#c7c7c7",
        indigo="#8fa9e0",
        indigo_ink="#b4c7f2",
        on_indigo="#141822",
        vermilion="#e8674e",
        vermilion_ink="#ffb4a3",
        action="#c43c25",
        action_hover="#cc4029",
        on_action="#ffffff",
        good_ink="#a2d8ab",
        warn_ink="#ecc678",
        star="#edc264",
        ground="#777777",
        on_ground="#000000",
    ),
}

READ_ON = ("window", "panel", "card", "field", "hover")
"""The grounds on which words stand."""

WORDS = ("ink", "dim", "faint", "indigo_ink", "vermilion_ink", "good_ink", "warn_ink")

TEXT_PAIRS = (
    *((word, ground) for word in WORDS for ground in READ_ON),
    ("on_action", "action"),
    ("on_action", "action_hover"),
    ("on_indigo", "indigo"),
    ("on_ground", "ground"),
)
"""(word, ground) that must be readable: 4.5:1."""

SHAPE_PAIRS = (
    *(("edge", ground) for ground in ("window", "panel", "card", "field")),
    *(("indigo", ground) for ground in ("window", "panel", "card", "field")),
    *(("star", ground) for ground in ("panel", "card")),
)
"""(shape, ground) that must be told apart: 3:1. Focus and selection are indigo."""
