"""The silhouettes: each subject as a few flat blocks in its own coordinates.

x runs right from the middle, y up from the foot; the subject is one unit high. Like a print, each is a short pile of
blocks, one per pigment: `body` takes the colour of the prompt, `shade` and `tint` are darker and lighter body; the
others have fixed pigments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["body", "shade", "tint", "ink", "paper", "wood", "leaf", "stone"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Block:
    """A flat polygon of one tone."""

    tone: Tone
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Subject:
    """Blocks from back to front, what the subject stands on, where, and how wide it is (in heights)."""

    blocks: tuple[Block, ...]
    ground: Literal["sea", "meadow", "desert", "hills"]
    stands: Literal["water", "ground", "horizon", "sky", "leap"]
    width: float
    scale: float = 1.0


def _block(tone: Tone, *points: Point) -> Block:
    return Block(tone, points)


def _arc(x: float, y: float, rx: float, ry: float, start: float = 0.0, stop: float = 360.0) -> tuple[Point, ...]:
    """Points of an ellipse around (x, y), from `start` to `stop` degrees, anticlockwise from the right."""
    steps = max(6, round(abs(stop - start) / 15))
    angles = [math.radians(start + (stop - start) * i / steps) for i in range(steps + 1)]
    return tuple((x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles)


def _disc(tone: Tone, x: float, y: float, rx: float, ry: float | None = None) -> Block:
    return Block(tone, _arc(x, y, rx, rx if ry is None else ry))


def _bar(tone: Tone, left: float, low: float, right: float, high: float) -> Block:
    return _block(tone, (left, low), (right, low), (right, high), (left, high))


def _sailboat() -> tuple[Block, ...]:
    hull = _block("wood", (-0.42, 0.18), (0.44, 0.18), (0.32, 0.0), (-0.30, 0.0))
    mast = _bar("ink", -0.008, 0.18, 0.008, 1.0)
    main = _block("body", (0.03, 0.97), (0.03, 0.24), (0.42, 0.24), (0.30, 0.52), (0.16, 0.80))
    jib = _block("shade", (-0.03, 0.88), (-0.03, 0.24), (-0.36, 0.24), (-0.20, 0.58))
    return hull, mast, main, jib


def _lighthouse() -> tuple[Block, ...]:
    rock = _block("stone", (-0.44, 0.0), (0.46, 0.0), (0.30, 0.13), (0.10, 0.17), (-0.22, 0.16), (-0.36, 0.08))
    tower = _block("body", (-0.17, 0.15), (0.17, 0.15), (0.10, 0.74), (-0.10, 0.74))
    bands = [
        _block("paper", (-0.145, 0.30), (0.152, 0.30), (0.136, 0.42), (-0.136, 0.42)),
        _block("paper", (-0.122, 0.54), (0.122, 0.54), (0.108, 0.64), (-0.108, 0.64)),
    ]
    gallery = _bar("ink", -0.15, 0.74, 0.15, 0.78)
    lamp = _bar("paper", -0.08, 0.78, 0.08, 0.89)
    roof = _block("body", (-0.13, 0.89), (0.13, 0.89), (0.0, 1.0))
    return rock, tower, *bands, gallery, lamp, roof


def _mountain() -> tuple[Block, ...]:
    cone = _block(
        "body",
        (-1.0, 0.0),
        (-0.52, 0.34),
        (-0.26, 0.72),
        (-0.10, 0.98),
        (0.10, 0.98),
        (0.28, 0.70),
        (0.54, 0.34),
        (1.0, 0.0),
    )
    flank = _block(
        "shade", (0.02, 0.98), (0.10, 0.98), (0.28, 0.70), (0.54, 0.34), (1.0, 0.0), (0.30, 0.0), (0.18, 0.4)
    )
    cap = _block(
        "paper",
        (-0.26, 0.72),
        (-0.10, 0.98),
        (0.10, 0.98),
        (0.28, 0.70),
        (0.16, 0.62),
        (0.10, 0.74),
        (0.0, 0.60),
        (-0.09, 0.74),
        (-0.16, 0.64),
    )
    return cone, flank, cap


def _house() -> tuple[Block, ...]:
    wall = _bar("paper", -0.40, 0.0, 0.40, 0.52)
    roof = _block("body", (-0.56, 0.48), (0.56, 0.48), (0.30, 0.92), (-0.30, 0.92))
    ridge = _bar("shade", -0.34, 0.90, 0.34, 1.0)
    door = _bar("body", -0.10, 0.0, 0.12, 0.36)
    windows = [_bar("ink", -0.31, 0.18, -0.18, 0.36), _bar("ink", 0.20, 0.18, 0.33, 0.36)]
    return wall, roof, ridge, door, *windows


def _tree() -> tuple[Block, ...]:
    trunk = _block("wood", (-0.10, 0.0), (0.10, 0.0), (0.05, 0.25), (0.06, 0.5), (-0.05, 0.5), (-0.04, 0.25))
    crown = [
        _disc("body", -0.24, 0.52, 0.23, 0.18),
        _disc("body", 0.25, 0.54, 0.24, 0.18),
        _disc("body", 0.0, 0.72, 0.30, 0.28),
    ]
    glow = [_disc("tint", -0.08, 0.80, 0.13, 0.10), _disc("shade", 0.16, 0.52, 0.12, 0.07)]
    return trunk, *crown, *glow


def _cactus() -> tuple[Block, ...]:
    trunk = Block("body", ((0.13, 0.0), *_arc(0.0, 0.86, 0.13, 0.14, 0, 180), (-0.13, 0.0)))
    left = Block(
        "body",
        (
            (-0.10, 0.32),
            (-0.32, 0.32),
            (-0.42, 0.42),
            *_arc(-0.34, 0.64, 0.08, 0.09, 180, 0),
            (-0.26, 0.46),
            (-0.10, 0.46),
        ),
    )
    right = Block(
        "body",
        ((0.10, 0.44), (0.32, 0.44), (0.42, 0.54), *_arc(0.34, 0.76, 0.08, 0.09, 0, 180), (0.26, 0.58), (0.10, 0.58)),
    )
    ribs = [_bar("shade", -0.06, 0.05, -0.03, 0.9), _bar("shade", 0.04, 0.05, 0.07, 0.9)]
    return left, right, trunk, *ribs


def _balloon() -> tuple[Block, ...]:
    envelope = Block("body", (*_arc(0.0, 0.66, 0.36, 0.34, -25, 205), (-0.10, 0.27), (0.10, 0.27)))
    gore = Block("tint", (*_arc(0.0, 0.66, 0.13, 0.34, -25, 205), (-0.04, 0.27), (0.04, 0.27)))
    ropes = [
        _block("ink", (-0.10, 0.27), (-0.085, 0.27), (-0.06, 0.13), (-0.08, 0.13)),
        _block("ink", (0.10, 0.27), (0.085, 0.27), (0.06, 0.13), (0.08, 0.13)),
    ]
    return envelope, gore, *ropes, _bar("wood", -0.09, 0.0, 0.09, 0.13)


def _bird() -> tuple[Block, ...]:
    far = _block("shade", (-0.06, 0.42), (0.24, 0.44), (0.30, 0.74), (0.44, 1.0), (0.12, 0.82))
    body = Block(
        "body",
        (
            (-0.62, 0.30),
            (-0.52, 0.16),
            *_arc(0.0, 0.36, 0.34, 0.17, 200, 350),
            (0.46, 0.52),
            (0.36, 0.60),
            (0.22, 0.54),
            (-0.20, 0.44),
        ),
    )
    head = _disc("body", 0.42, 0.53, 0.13)
    beak = _block("wood", (0.52, 0.58), (0.72, 0.50), (0.53, 0.47))
    near = _block("tint", (-0.18, 0.40), (0.20, 0.40), (0.02, 0.70), (-0.26, 1.0), (-0.34, 0.72))
    return far, body, head, beak, near, _disc("ink", 0.45, 0.56, 0.03)


def _fish() -> tuple[Block, ...]:
    tail = _block("shade", (-0.42, 0.46), (-0.82, 0.80), (-0.72, 0.46), (-0.82, 0.12))
    fins = [
        _block("shade", (-0.24, 0.72), (0.02, 1.0), (0.22, 0.76)),
        _block("shade", (-0.12, 0.2), (0.0, 0.0), (0.14, 0.18)),
    ]
    body = _disc("body", 0.06, 0.47, 0.56, 0.31)
    gill = Block("paper", (*_arc(0.20, 0.47, 0.08, 0.26, 90, -90), *_arc(0.14, 0.47, 0.08, 0.26, -90, 90)))
    return tail, *fins, body, gill, _disc("paper", 0.42, 0.54, 0.08), _disc("ink", 0.43, 0.54, 0.045)


def _flower() -> tuple[Block, ...]:
    stem = _block("leaf", (-0.03, 0.0), (0.03, 0.0), (0.025, 0.6), (-0.025, 0.6))
    leaves = [
        _block("leaf", (0.0, 0.10), (0.18, 0.16), (0.32, 0.36), (0.12, 0.30)),
        _block("leaf", (0.0, 0.04), (-0.18, 0.12), (-0.30, 0.30), (-0.12, 0.26)),
    ]
    petals = [
        _disc("shade" if i % 2 else "body", 0.19 * math.cos(a), 0.71 + 0.19 * math.sin(a), 0.135)
        for i, a in enumerate(math.radians(90 + 60 * k) for k in range(6))
    ]
    return stem, *leaves, *petals, _disc("wood", 0.0, 0.71, 0.12)


def _mushroom() -> tuple[Block, ...]:
    stem = _block("paper", (-0.17, 0.0), (0.17, 0.0), (0.11, 0.28), (0.13, 0.54), (-0.13, 0.54), (-0.11, 0.28))
    cap = Block("body", (*_arc(0.0, 0.50, 0.52, 0.50, 0, 180), (-0.30, 0.44), (0.30, 0.44)))
    dots = [
        _disc("paper", 0.0, 0.80, 0.10, 0.08),
        _disc("paper", -0.28, 0.64, 0.08, 0.07),
        _disc("paper", 0.27, 0.66, 0.09, 0.07),
    ]
    return stem, cap, *dots


def _gate() -> tuple[Block, ...]:
    posts = [
        _block("body", (-0.38, 0.0), (-0.27, 0.0), (-0.24, 0.84), (-0.33, 0.84)),
        _block("body", (0.38, 0.0), (0.27, 0.0), (0.24, 0.84), (0.33, 0.84)),
    ]
    feet = [_bar("ink", -0.40, 0.0, -0.25, 0.07), _bar("ink", 0.25, 0.0, 0.40, 0.07)]
    beam = _bar("body", -0.48, 0.60, 0.48, 0.69)
    plaque = _bar("ink", -0.06, 0.66, 0.06, 0.84)
    lintel = _block("body", (-0.54, 0.82), (0.54, 0.82), (0.58, 0.92), (-0.58, 0.92))
    roof = _block("ink", (-0.58, 0.90), (0.58, 0.90), (0.66, 1.0), (0.3, 0.96), (-0.3, 0.96), (-0.66, 1.0))
    return *posts, *feet, beam, plaque, lintel, roof


FORMS: Final[dict[str, Subject]] = {
    "sailboat": Subject(_sailboat(), "sea", "water", 0.86),
    "lighthouse": Subject(_lighthouse(), "sea", "water", 0.7, 1.1),
    "mountain": Subject(_mountain(), "hills", "horizon", 1.3, 0.85),
    "house": Subject(_house(), "meadow", "ground", 1.1, 0.75),
    "tree": Subject(_tree(), "meadow", "ground", 0.9),
    "cactus": Subject(_cactus(), "desert", "ground", 0.85),
    "balloon": Subject(_balloon(), "hills", "sky", 0.8),
    "bird": Subject(_bird(), "hills", "sky", 1.2, 0.75),
    "fish": Subject(_fish(), "sea", "leap", 1.4, 0.62),
    "flower": Subject(_flower(), "meadow", "ground", 0.65, 1.1),
    "mushroom": Subject(_mushroom(), "meadow", "ground", 1.0, 0.85),
    "gate": Subject(_gate(), "sea", "water", 1.2, 0.9),
}
