"""What a poster shows, in words: the space of pictures the starter model learns.

A scene is plain data; captions put it into words, posters draw it. One scene in ten (by subject, colour and time
of day) is held out of training, so that following a prompt can be told apart from remembering one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np

SUBJECTS: Final = (
    "sailboat",
    "lighthouse",
    "mountain",
    "house",
    "tree",
    "cactus",
    "balloon",
    "bird",
    "fish",
    "flower",
    "mushroom",
    "gate",
)
COLOURS: Final = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
TIMES: Final = ("dawn", "day", "sunset", "night")
WEATHERS: Final = ("clear", "cloudy", "rainy", "snowy")
STYLES: Final = ("woodblock", "linocut", "screenprint")
POSITIONS: Final = ("left", "centre", "right")
NUMBERS: Final = (1, 2, 3)
SIZES: Final = ("small", "large")

HELD_OUT_SHARE: Final = 0.1
SHOWCASE: Final = ("sailboat", "red", "sunset")
"""The combination the application greets people with; it is always learned."""

WEATHER_ODDS: Final = (0.55, 0.15, 0.15, 0.15)
POSITION_ODDS: Final = (0.25, 0.5, 0.25)
NUMBER_ODDS: Final = (0.72, 0.16, 0.12)
SIZE_ODDS: Final = (0.35, 0.65)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One poster in words. Every field is a member of the tuple of that name above; the frame is not part of it."""

    subject: str
    colour: str
    time: str
    weather: str = "clear"
    style: str = "woodblock"
    position: str = "centre"
    number: int = 1
    size: str = "large"


def is_held_out(scene: Scene) -> bool:
    """Whether the scene's subject, colour and time of day never meet in training."""
    key = (scene.subject, scene.colour, scene.time)
    if key == SHOWCASE:
        return False
    digest = hashlib.sha256("/".join(key).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < HELD_OUT_SHARE


def sample_scene(rng: np.random.Generator, held_out: bool = False) -> Scene:
    """A random scene: one of the training scenes, or one of those held out."""
    while True:
        scene = _any_scene(rng)
        if is_held_out(scene) == held_out:
            return scene


def _any_scene(rng: np.random.Generator) -> Scene:
    return Scene(
        subject=str(rng.choice(SUBJECTS)),
        colour=str(rng.choice(COLOURS)),
        time=str(rng.choice(TIMES)),
        weather=str(rng.choice(WEATHERS, p=WEATHER_ODDS)),
        style=str(rng.choice(STYLES)),
        position=str(rng.choice(POSITIONS, p=POSITION_ODDS)),
        number=int(rng.choice(NUMBERS, p=NUMBER_ODDS)),
        size=str(rng.choice(SIZES, p=SIZE_ODDS)),
    )
