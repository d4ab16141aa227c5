"""Pictures of the window in every state, in each theme and language, to look at.

    python -m tests.tools.screenshots --readme
    python -m tests.tools.screenshots --out FOLDER [--quick] [--only gallery]... [--states dark-ja-1280x720]...

Nothing is opened on a screen. Files are FOLDER/SCENE-THEME-LANGUAGE-SIZE.png; a variant that ends with `@2` is drawn at
200 %, its size in units of the layout. Words that are cut off and controls over each other are told beside.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # Qt reads the environment when it is loaded
    from PySide6.QtWidgets import QWidget

    from tests.tools.studio import Studio

SETTLED: Final = 0.35
"""Seconds after which nothing moves any more."""


@dataclass(frozen=True)
class Variant:
    theme: str
    language: str
    width: int
    height: int
    scale: int = 1

    def __str__(self) -> str:
        enlarged = "" if self.scale == 1 else f"@{self.scale}"
        return f"{self.theme}-{self.language}-{self.width}x{self.height}{enlarged}"


QUICK: Final = (Variant("dark", "en", 1440, 900), Variant("light", "ja", 1024, 700))
FULL: Final = (
    Variant("dark", "en", 1440, 900),
    Variant("light", "en", 1440, 900),
    Variant("neutral", "en", 1280, 720),
    Variant("dark", "ja", 1280, 720),
    Variant("light", "ja", 1024, 700),
    Variant("dark", "en", 2560, 1440),
    Variant("light", "en", 1280, 720, 2),
    Variant("dark", "ja", 1280, 720, 2),
)

README: Final = {
    "create-running": Variant("dark", "en", 1440, 900),
    "gallery-selection": Variant("light", "en", 1440, 900),
    "compare": Variant("neutral", "en", 1440, 900),
}
SHOWN: Final = Path(__file__).parents[2] / "resources" / "screenshots"
QUALITY: Final = 86


def main(argv: Sequence[str]) -> int:
    """Writes the pictures and prints their paths; returns the exit code."""
    asked = _parse(argv)
    variants = [each for each in (QUICK if asked.quick else FULL) if not asked.states or str(each) in asked.states]
    if not asked.readme and asked.scale is None and len({each.scale for each in variants}) > 1:
        scales = sorted({each.scale for each in variants})
        return max(_of_scale(argv, scale) for scale in scales)
    scale = 1 if asked.readme else variants[0].scale if asked.scale is None else asked.scale
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = str(scale)
    if asked.readme:
        return _for_the_readme()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for path in pictures(
            asked.out, Path(folder), asked.only or [""], [each for each in variants if each.scale == scale]
        ):
            print(path, flush=True)
    return 0


def pictures(out: Path, folder: Path, only: Sequence[str], variants: Sequence[Variant]) -> Iterator[Path]:
    """Plays the scenes whose names begin with one of `only` in homes below `folder`."""
    from PySide6.QtWidgets import QApplication

    from core.paths import Home
    from tests.tools import lived_in, scenes
    from tests.tools.drawn import Drawn
    from tests.tools.studio import Studio

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    for name, acts in (("fresh", scenes.FRESH), ("lived-in", scenes.LIVED_IN)):
        wanted = {scene: act for scene, act in acts.items() if scene.startswith(tuple(only))}
        if wanted:
            home = Home(folder / name)
            if acts is scenes.LIVED_IN:
                lived_in.live(home)
            studio = Studio(application, home, Drawn)
            studio.open()
            for scene, act in wanted.items():
                for widget in act(studio):
                    yield from _taken(studio, widget, scene, out, variants)
            studio.close()


def _for_the_readme() -> int:
    """Small enough for a page that many load."""
    from PySide6.QtGui import QImage

    SHOWN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for scene, variant in README.items():
            for path in pictures(Path(folder), Path(folder) / scene, [scene], [variant]):
                if path.stem == f"{scene}-{variant}":
                    QImage(str(path)).save(str(SHOWN / f"{scene}.webp"), quality=QUALITY)
    return 0


def _taken(studio: Studio, widget: QWidget, scene: str, out: Path, variants: Sequence[Variant]) -> Iterator[Path]:
    from tests.tools.layout_faults import faults

    for variant in variants:
        studio.wear(variant.theme, variant.language)
        if widget is studio.window:
            widget.resize(variant.width, variant.height)
        studio.rest(SETTLED)
        path = out / f"{scene}-{variant}.png"
        widget.grab().save(str(path))
        for fault in faults(widget):
            print(f"{path.stem}: {fault}")
        yield path


def _of_scale(argv: Sequence[str], scale: int) -> int:
    """In a process of its own: the scale is read once."""
    return subprocess.call([sys.executable, "-m", "tests.tools.screenshots", *argv, "--scale", str(scale)])


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="screenshots", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path)
    where.add_argument("--readme", action="store_true", help="those that README.md shows")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", help="beginning of the name of a scene")
    parser.add_argument(
        "--states", action="append", choices=[str(each) for each in FULL], help="a variant such as dark-ja-1280x720"
    )
    parser.add_argument("--scale", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
