"""The pigments of the posters: one palette for each time of day, and what weather does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]

PAPER: Final[Colour] = (243, 233, 210)
INK: Final[Colour] = (32, 34, 52)

PIGMENTS: Final[dict[str, Colour]] = {
    "red": (206, 40, 38),
    "orange": (240, 130, 30),
    "yellow": (250, 208, 56),
    "green": (52, 142, 82),
    "blue": (40, 96, 186),
    "purple": (122, 66, 160),
    "pink": (246, 142, 172),
    "white": (250, 246, 236),
}

GROUNDS: Final[dict[str, tuple[Colour, Colour]]] = {
    "meadow": ((150, 176, 104), (82, 124, 78)),
    "desert": ((232, 196, 132), (196, 142, 88)),
    "hills": ((120, 160, 128), (64, 108, 96)),
    "snow": ((240, 240, 240), (200, 210, 224)),
}
"""Far and near colour of each ground by daylight; `snow` covers any of them."""


@dataclass(frozen=True)
class Palette:
    """Light of one time of day. `sky` runs from the top to the horizon, `sea` from the horizon to the foreground."""

    sky: tuple[Colour, Colour, Colour]
    sea: tuple[Colour, Colour]
    disc: Colour
    cloud: Colour
    light: tuple[float, float, float]
    subject_light: tuple[float, float, float]
    line: Colour


PALETTES: Final[dict[str, Palette]] = {
    "dawn": Palette(
        sky=((146, 168, 204), (244, 190, 192), (253, 228, 190)),
        sea=((206, 186, 200), (92, 132, 168)),
        disc=(244, 120, 104),
        cloud=(250, 214, 208),
        light=(0.98, 0.90, 0.92),
        subject_light=(1.0, 0.97, 0.97),
        line=(64, 60, 96),
    ),
    "day": Palette(
        sky=((64, 150, 208), (142, 200, 224), (240, 238, 214)),
        sea=((112, 178, 200), (28, 92, 148)),
        disc=(255, 240, 176),
        cloud=(252, 248, 236),
        light=(1.0, 1.0, 1.0),
        subject_light=(1.0, 1.0, 1.0),
        line=(28, 40, 74),
    ),
    "sunset": Palette(
        sky=((102, 52, 108), (226, 88, 62), (252, 190, 88)),
        sea=((214, 122, 84), (44, 46, 104)),
        disc=(250, 226, 140),
        cloud=(246, 150, 110),
        light=(0.92, 0.70, 0.60),
        subject_light=(1.0, 0.94, 0.90),
        line=(48, 22, 58),
    ),
    "night": Palette(
        sky=((12, 18, 48), (24, 40, 92), (62, 88, 142)),
        sea=((44, 68, 122), (12, 22, 56)),
        disc=(250, 242, 206),
        cloud=(74, 92, 142),
        light=(0.34, 0.42, 0.62),
        subject_light=(0.84, 0.86, 0.94),
        line=(8, 10, 30),
    ),
}


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with a `share` (0…1) of `second` in it."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(first, second, strict=True))
    return r, g, b


def lit(colour: Colour, light: tuple[float, float, float]) -> Colour:
    """A colour under a light, channel by channel."""
    r, g, b = (min(255, round(c * k)) for c, k in zip(colour, light, strict=True))
    return r, g, b


def overcast(palette: Palette, weather: str) -> Palette:
    """The palette under a sky of this weather: rain greys it, snow whitens it."""
    share = {"clear": 0.0, "cloudy": 0.12, "rainy": 0.55, "snowy": 0.5}[weather]
    if not share:
        return palette
    target = (128, 140, 152) if weather != "snowy" else (214, 222, 230)
    veil = lit(target, palette.light)
    top, middle, low = (mix(c, veil, share) for c in palette.sky)
    far, near = (mix(c, veil, share * 0.6) for c in palette.sea)
    return Palette(
        (top, middle, low),
        (far, near),
        palette.disc,
        mix(palette.cloud, veil, share * 0.6),
        palette.light,
        palette.subject_light,
        palette.line,
    )
