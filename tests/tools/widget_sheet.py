"""Draws every control in its states, in each theme and language, into pictures to look at.

    python -m tests.tools.widget_sheet --out FOLDER [--scale 2] [--theme dark]... [--language ja]...

Nothing is opened on a screen. The controls are made once and then change theme and language, as in the window.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

THEMES = ("dark", "light", "neutral")
LANGUAGES = ("en", "ja")
PANEL, REST = 340, 700


def main(argv: Sequence[str]) -> int:
    """Writes FOLDER/THEME-LANGUAGE.png; returns the exit code."""
    asked = _parse(argv)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = str(asked.scale)
    from PySide6.QtWidgets import QApplication

    from app.atelier import Atelier
    from app.language import Language
    from app.look.theme import Look

    application = QApplication([])
    atelier = Atelier(Look(application, THEMES[0]), Language(LANGUAGES[0]))
    sheet = _sheet(atelier)
    asked.out.mkdir(parents=True, exist_ok=True)
    for language in asked.language or LANGUAGES:
        atelier.language.choose(language)
        for theme in asked.theme or THEMES:
            atelier.look.choose(theme)
            sheet.setStyleSheet(atelier.look.sheet)
            application.processEvents()
            sheet.resize(sheet.sizeHint())
            application.processEvents()
            path = asked.out / f"{theme}-{language}{'' if asked.scale == 1 else f'@{asked.scale}x'}.png"
            sheet.grab().save(str(path))
            print(path)
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="widget_sheet", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--theme", action="append", choices=THEMES)
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    return parser.parse_args(argv)


def _sheet(atelier):
    """A window with all specimens: the side panel in two columns, the rest in one."""
    from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

    from tests.tools import specimens

    sheet = QWidget()
    sheet.setProperty("role", "panel")
    row = QHBoxLayout(sheet)
    row.setSpacing(24)
    panel = list(specimens.panel_width().values())
    for makes, width in ((panel[:9], PANEL), (panel[9:], PANEL), (list(specimens.window_width().values()), REST)):
        column = QVBoxLayout()
        column.setSpacing(18)
        for make in makes:
            specimen = make(atelier)
            specimen.setFixedWidth(width)
            column.addWidget(specimen)
        column.addStretch()
        row.addLayout(column)
    sheet.ensurePolished()
    sheet.show()
    return sheet


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
