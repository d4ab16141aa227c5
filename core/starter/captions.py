"""Puts a scene into words, a little differently each time.

Any word may be missing, so that the model learns what to do with a short prompt; the subject nearly always stays.
What is usual (one, clear weather, the centre) is rarely said, as people rarely say it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from core.starter.scene import Scene
from core.starter.subjects import FORMS

NOUNS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sailboat": (("sailboat", "sailboats"), ("sailing boat", "sailing boats"), ("boat", "boats"), ("yacht", "yachts")),
    "lighthouse": (("lighthouse", "lighthouses"),),
    "mountain": (("mountain", "mountains"), ("peak", "peaks")),
    "house": (("house", "houses"), ("cottage", "cottages"), ("hut", "huts")),
    "tree": (("tree", "trees"),),
    "cactus": (("cactus", "cacti"),),
    "balloon": (("hot air balloon", "hot air balloons"), ("balloon", "balloons")),
    "bird": (("bird", "birds"), ("flying bird", "flying birds")),
    "fish": (("fish", "fish"), ("leaping fish", "leaping fish")),
    "flower": (("flower", "flowers"), ("blossom", "blossoms")),
    "mushroom": (("mushroom", "mushrooms"), ("toadstool", "toadstools")),
    "gate": (("torii gate", "torii gates"), ("gate", "gates"), ("shrine gate", "shrine gates")),
}

PLACES: Final[dict[str, tuple[str, ...]]] = {
    "sea": ("on a calm sea", "on the sea", "on the water", "by the sea", "on a quiet ocean", "in the sea"),
    "meadow": ("in a meadow", "in a green field", "on a hill"),
    "desert": ("in the desert", "on the sand"),
    "hills": ("over the hills", "in the hills", "above green hills"),
}

TIMES: Final[dict[str, tuple[str, ...]]] = {
    "dawn": ("at dawn", "at sunrise", "in the early morning", "in the morning light"),
    "day": ("by day", "at noon", "in daylight", "on a bright day"),
    "sunset": ("at sunset", "at sunset", "at dusk", "in the evening", "in the evening light"),
    "night": ("at night", "by night", "under the moon", "in the dark"),
}

WEATHERS: Final[dict[str, tuple[str, ...]]] = {
    "clear": ("clear sky", "fine weather", "under a clear sky"),
    "cloudy": ("cloudy", "under clouds", "cloudy sky"),
    "rainy": ("in the rain", "rain", "rainy weather"),
    "snowy": ("in the snow", "snow", "falling snow"),
}

STYLES: Final[dict[str, tuple[str, ...]]] = {
    "woodblock": ("woodblock print", "woodcut", "Japanese woodblock print", "ukiyo-e"),
    "linocut": ("linocut", "lino print", "linocut print with a paper border"),
    "screenprint": ("screenprint", "screen print", "silkscreen poster", "halftone screenprint"),
}

POSITIONS: Final[dict[str, tuple[str, ...]]] = {
    "left": ("on the left", "to the left"),
    "centre": ("in the centre", "in the middle", "centered"),
    "right": ("on the right", "to the right"),
}

SIZES: Final[dict[str, tuple[str, ...]]] = {
    "small": ("small", "tiny", "little", "distant"),
    "large": ("large", "big", "huge"),
}

COUNTS: Final[dict[int, tuple[str, ...]]] = {1: ("a", "one", "a single"), 2: ("two", "a pair of"), 3: ("three",)}


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """A sentence for the scene: nearly always the subject, most other words most of the time."""
    clauses = [_who(scene, rng), _where(scene, rng)]
    details = [
        _maybe(0.88, TIMES[scene.time], rng),
        _maybe(0.25 if scene.weather == "clear" else 0.85, WEATHERS[scene.weather], rng),
        _maybe(0.15 if scene.position == "centre" else 0.8, POSITIONS[scene.position], rng),
    ]
    if rng.random() < 0.4:
        rng.shuffle(details)
    clauses += details
    style = _maybe(0.7, STYLES[scene.style], rng)
    return _joined([clause for clause in clauses if clause], style, rng)


def _pick(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _maybe(odds: float, words: tuple[str, ...], rng: np.random.Generator) -> str:
    return _pick(words, rng) if rng.random() < odds else ""


def _who(scene: Scene, rng: np.random.Generator) -> str:
    nouns = NOUNS[scene.subject]
    noun = nouns[0 if rng.random() < 0.6 else int(rng.integers(len(nouns)))]
    words = [
        _maybe(0.4 if scene.size == "large" else 0.75, SIZES[scene.size], rng),
        scene.colour if rng.random() < 0.9 else "",
        noun[scene.number > 1] if rng.random() < 0.96 else "",
    ]
    phrase = " ".join(word for word in words if word)
    return _counted(phrase, scene.number, rng) if words[2] else phrase


def _counted(phrase: str, number: int, rng: np.random.Generator) -> str:
    if number > 1:
        return f"{_pick(COUNTS[number], rng)} {phrase}" if rng.random() < 0.9 else phrase
    count = "a" if rng.random() < 0.7 else _pick(COUNTS[1], rng)
    if rng.random() < 0.1:
        return phrase
    return f"an {phrase}" if count == "a" and phrase[0] in "aeiou" else f"{count} {phrase}"


def _where(scene: Scene, rng: np.random.Generator) -> str:
    return _maybe(0.4, PLACES[FORMS[scene.subject].ground], rng)


def _joined(clauses: list[str], style: str, rng: np.random.Generator) -> str:
    """Clauses as a phrase or as the comma-separated list that people type, with the style before or after."""
    text = (" " if rng.random() < 0.6 else ", ").join(clauses)
    if not style:
        return text
    if not text:
        return style
    return f"{style} of {text}" if rng.random() < 0.3 else f"{text}, {style}"
