"""Draws a scene as a flat poster: the training pictures of the starter model.

Everything is a vector shape in units of the frame's shorter side, drawn larger and reduced, so that proportions stay
in every aspect. The same scene, frame and random stream give the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from core.starter import prints
from core.starter.palettes import GROUNDS, INK, PALETTES, PAPER, PIGMENTS, Colour, Palette, lit, mix, overcast
from core.starter.scene import Scene
from core.starter.subjects import FORMS, Point, Subject

SUPERSAMPLING: Final = 2
HEIGHTS: Final = {"small": 0.30, "large": 0.54}
CROWDING: Final = {1: 1.0, 2: 0.72, 3: 0.56}
PLACES: Final = {"left": 0.27, "centre": 0.5, "right": 0.73}


@dataclass(frozen=True)
class Sheet:
    """The paper a scene is drawn on, with what every layer needs to know. Lengths are canvas pixels."""

    scene: Scene
    form: Subject
    palette: Palette
    image: Image.Image
    draw: ImageDraw.ImageDraw
    rng: np.random.Generator
    horizon: float

    @property
    def unit(self) -> int:
        return min(self.image.size)

    @property
    def snowy(self) -> bool:
        return self.scene.weather == "snowy"


def render(scene: Scene, width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """The poster of a scene: an RGB picture of width × height pixels."""
    sheet = _sheet(scene, width * SUPERSAMPLING, height * SUPERSAMPLING, rng)
    _tool_marks(sheet)
    _heaven(sheet)
    _ground(sheet)
    _subjects(sheet)
    _weather(sheet)
    if scene.style == "linocut":
        prints.frame(sheet.draw, *sheet.image.size, rng)
    return _pull(sheet.image.reduce(SUPERSAMPLING), scene, rng)


def _sheet(scene: Scene, width: int, height: int, rng: np.random.Generator) -> Sheet:
    palette = overcast(PALETTES[scene.time], scene.weather)
    form = FORMS[scene.subject]
    horizon = height * float(rng.uniform(0.60, 0.68) if form.stands != "sky" else rng.uniform(0.74, 0.80))
    image = Image.fromarray(_sky(palette, scene.style, width, height, horizon))
    return Sheet(scene, form, palette, image, ImageDraw.Draw(image), rng, horizon)


def _sky(palette: Palette, style: str, width: int, height: int, horizon: float) -> np.ndarray:
    """The sky as pixels [height, width, 3]: a gradation, or in a linocut a few flat steps of it."""
    depth = np.clip(np.arange(height) / horizon, 0.0, 1.0)
    if style == "linocut":
        depth = (np.floor(depth * 4.999) + 0.5) / 5
    elif style == "screenprint":
        depth = (np.floor(depth * 2.999) + 0.5) / 3
    else:
        depth = np.where(depth < 0.16, depth - 0.25 * (0.16 - depth) / 0.16, depth)
    stops = np.asarray(palette.sky, np.float32)
    rows = np.stack([np.interp(depth, (0.0, 0.55, 1.0), stops[:, c]) for c in range(3)], axis=-1)
    if style == "woodblock":
        dark = np.clip(1.0 - np.arange(height) / (0.2 * horizon), 0.0, 1.0)[:, None]
        rows = rows * (1.0 - 0.45 * dark)
    return np.broadcast_to(rows.astype(np.uint8)[:, None], (height, width, 3)).copy()


def _tool_marks(sheet: Sheet) -> None:
    width = sheet.image.width
    if sheet.scene.style == "linocut":
        pale = mix(sheet.palette.sky[1], PAPER, 0.55)
        prints.carve(sheet.draw, (0, 0, width, sheet.horizon * 0.9), sheet.unit, pale, sheet.rng)
    elif sheet.scene.style == "screenprint":
        tone = mix(sheet.palette.sky[0], INK, 0.18)
        prints.halftone(sheet.draw, (0, 0, width, sheet.horizon * 0.62), sheet.unit, tone)


def _heaven(sheet: Sheet) -> None:
    scene, rng = sheet.scene, sheet.rng
    if scene.time == "night" and scene.weather in ("clear", "cloudy"):
        _stars(sheet)
    if scene.weather in ("clear", "cloudy"):
        _luminary(sheet)
    if scene.weather != "clear":
        for _ in range(int(rng.integers(3, 6))):
            x = sheet.image.width * float(rng.uniform(0.0, 1.0))
            _cloud(sheet, x, sheet.horizon * float(rng.uniform(0.12, 0.7)))


def _luminary(sheet: Sheet) -> None:
    """A big sun, low at dawn and sunset and high by day, or the moon."""
    scene, rng, unit = sheet.scene, sheet.rng, sheet.unit
    x = sheet.image.width * float(rng.uniform(0.2, 0.8))
    low = scene.time in ("dawn", "sunset")
    y = sheet.horizon * float(rng.uniform(0.86, 1.0) if low else rng.uniform(0.24, 0.42))
    radius = unit * (float(rng.uniform(0.17, 0.22)) if low else float(rng.uniform(0.09, 0.12)))
    glow = mix(sheet.palette.sky[2 if low else 1], sheet.palette.disc, 0.4)
    _circle(sheet, x, y, radius * 1.25, glow)
    _circle(sheet, x, y, radius, sheet.palette.disc)
    if scene.time == "night" and rng.random() < 0.5:
        _circle(sheet, x + 0.45 * radius, y - 0.15 * radius, 0.85 * radius, glow)


def _circle(sheet: Sheet, x: float, y: float, radius: float, colour: Colour) -> None:
    sheet.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _stars(sheet: Sheet) -> None:
    for _ in range(22):
        x, y = sheet.rng.uniform(0.0, 1.0, 2) * (sheet.image.width, sheet.horizon * 0.85)
        _circle(sheet, float(x), float(y), sheet.unit * float(sheet.rng.uniform(0.004, 0.010)), (250, 244, 214))


def _cloud(sheet: Sheet, x: float, y: float) -> None:
    """Three long lozenges with round ends, the cloud of the picture scrolls."""
    unit, colour = sheet.unit, sheet.palette.cloud
    thickness = 0.045 * unit
    for layer, shift in enumerate(sheet.rng.uniform(-0.12, 0.12, 3)):
        half = unit * float(sheet.rng.uniform(0.10, 0.22))
        top = y + (layer - 1) * thickness
        middle = x + float(shift) * unit
        sheet.draw.rounded_rectangle((middle - half, top, middle + half, top + thickness), thickness / 2, fill=colour)


def _ground(sheet: Sheet) -> None:
    if sheet.form.ground == "sea":
        _sea(sheet)
    else:
        _land(sheet)


def _sea(sheet: Sheet) -> None:
    """Water darkening towards the foreground, with long flat waves and the light's path on it."""
    far, near = sheet.palette.sea
    width, height = sheet.image.size
    top = round(sheet.horizon)
    steps = {"woodblock": 0, "linocut": 4, "screenprint": 3}[sheet.scene.style]
    for y in range(top, height):
        share = (y - top) / max(1, height - top)
        if steps:
            share = (math.floor(share * steps * 0.999) + 0.5) / steps
        sheet.draw.line((0, y, width, y), fill=mix(far, near, share))
    _waves(sheet)


def _waves(sheet: Sheet) -> None:
    rng, unit = sheet.rng, sheet.unit
    width, height = sheet.image.size
    light = mix(sheet.palette.sea[0], sheet.palette.disc, 0.45)
    y = sheet.horizon + 0.035 * unit
    while y < height:
        nearness = (y - sheet.horizon) / (height - sheet.horizon)
        for _ in range(round(3 * width / unit)):
            x = width * float(rng.uniform(-0.1, 1.0))
            length = unit * float(rng.uniform(0.06, 0.2)) * (0.6 + nearness)
            half = unit * (0.004 + 0.007 * nearness)
            middle = x + length / 2
            sheet.draw.polygon([(x, y), (middle, y - half), (x + length, y), (middle, y + half)], fill=light)
        y += unit * (0.04 + 0.035 * nearness)


def _land(sheet: Sheet) -> None:
    """Two rolling ridges in front of the sky; the far one paler."""
    far, near = GROUNDS["snow" if sheet.snowy else sheet.form.ground]
    far, near = lit(far, sheet.palette.light), lit(near, sheet.palette.light)
    if sheet.form.stands != "horizon":
        _ridge(sheet, sheet.horizon, 0.05, mix(far, sheet.palette.sky[2], 0.35))
        _ridge(sheet, sheet.horizon + 0.07 * sheet.unit, 0.03, mix(far, near, 0.3))
    else:
        _ridge(sheet, sheet.horizon, 0.02, far)
    _ridge(sheet, sheet.horizon + 0.20 * sheet.unit, 0.03, near)


def _ridge(sheet: Sheet, y: float, amplitude: float, colour: Colour) -> None:
    width, height = sheet.image.size
    phase, waves = sheet.rng.uniform(0, 2 * math.pi), sheet.rng.uniform(0.8, 1.7) * width / sheet.unit
    xs = np.linspace(0.0, 1.0, 25)
    crest = y - amplitude * sheet.unit * np.sin(2 * math.pi * waves * xs + phase)
    line = [(float(x) * width, float(c)) for x, c in zip(xs, crest, strict=True)]
    sheet.draw.polygon([*line, (width, height), (0, height)], fill=colour)


def _subjects(sheet: Sheet) -> None:
    scene, rng, form = sheet.scene, sheet.rng, sheet.form
    height = sheet.unit * HEIGHTS[scene.size] * CROWDING[scene.number] * form.scale * float(rng.uniform(0.93, 1.07))
    centre = sheet.image.width * (PLACES[scene.position] + float(rng.uniform(-0.025, 0.025)))
    spread = height * form.width * 1.08
    for index in range(scene.number):
        x = centre + (index - (scene.number - 1) / 2) * spread
        wobble = sheet.unit * float(rng.uniform(-0.03, 0.03)) * (scene.number > 1)
        _stamp(sheet, x, _foot(sheet, height) + wobble, height)


def _foot(sheet: Sheet, height: float) -> float:
    """The row on which a subject of this height stands."""
    room = sheet.image.height - sheet.horizon
    stands = sheet.form.stands
    if stands == "sky":
        return 0.46 * sheet.image.height + height / 2
    if stands == "leap":
        return sheet.horizon + 0.3 * height
    if stands == "horizon":
        return sheet.horizon + 0.06 * sheet.unit
    return min(sheet.horizon + 0.6 * room, sheet.image.height - 0.07 * sheet.unit)


def _tones(sheet: Sheet) -> dict[str, Colour]:
    body = PIGMENTS[sheet.scene.colour]
    raw = {
        "body": body,
        "shade": mix(body, INK, 0.22),
        "tint": mix(body, PAPER, 0.32),
        "ink": INK,
        "paper": PAPER,
        "wood": (120, 74, 48),
        "leaf": (58, 112, 70),
        "stone": (92, 94, 108),
    }
    return {tone: lit(colour, sheet.palette.subject_light) for tone, colour in raw.items()}


def _stamp(sheet: Sheet, x: float, y: float, height: float) -> None:
    """One subject with its foot at (x, y): a pale edge, then block after block."""
    tones, unit = _tones(sheet), sheet.unit
    place = [[(x + px * height, y - py * height) for px, py in block.points] for block in sheet.form.blocks]
    style = sheet.scene.style
    if style == "screenprint":
        slip = 0.010 * unit
        for points in place:
            sheet.draw.polygon([(px + slip, py + slip) for px, py in points], fill=sheet.palette.line)
    else:
        _edge(sheet, place, unit * (0.012 if style == "linocut" else 0.009))
    for block, points in zip(sheet.form.blocks, place, strict=True):
        sheet.draw.polygon(points, fill=tones[block.tone])


def _edge(sheet: Sheet, shapes: list[list[Point]], thickness: float) -> None:
    """The key block: a line around the whole subject, light where the picture is dark."""
    colour = sheet.palette.line if sheet.scene.time != "night" else mix(sheet.palette.cloud, PAPER, 0.5)
    for points in shapes:
        sheet.draw.line([*points, points[0], points[1]], fill=colour, width=round(2 * thickness), joint="curve")


def _weather(sheet: Sheet) -> None:
    if sheet.scene.weather == "rainy":
        _rain(sheet)
    elif sheet.snowy:
        _snow(sheet)


def _rain(sheet: Sheet) -> None:
    width, height = sheet.image.size
    colour = mix(sheet.palette.sky[1], PAPER, 0.6)
    for _ in range(round(42 * width * height / sheet.unit**2)):
        x, y = (sheet.rng.uniform(-0.1, 1.0, 2) * (width, height)).tolist()
        length = sheet.unit * float(sheet.rng.uniform(0.09, 0.2))
        sheet.draw.line((x, y, x - 0.28 * length, y + length), fill=colour, width=max(1, round(0.009 * sheet.unit)))


def _snow(sheet: Sheet) -> None:
    width, height = sheet.image.size
    for _ in range(round(60 * width * height / sheet.unit**2)):
        x, y = (sheet.rng.uniform(0.0, 1.0, 2) * (width, height)).tolist()
        _circle(sheet, x, y, sheet.unit * float(sheet.rng.uniform(0.008, 0.017)), (252, 252, 252))


def _pull(image: Image.Image, scene: Scene, rng: np.random.Generator) -> Image.Image:
    """The last step at the press: the marks that the block leaves."""
    if scene.style != "woodblock":
        return image
    pixels = prints.wood_grain(np.asarray(image, np.float32), rng)
    return Image.fromarray(np.clip(pixels, 0.0, 255.0).astype(np.uint8))
