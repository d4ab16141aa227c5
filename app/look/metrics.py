"""Distances, sizes and type, in logical pixels; Qt multiplies them by the scale of the screen."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

HAIR: Final = 4
NEAR: Final = 8
"""Between things that belong together."""
APART: Final = 12
GROUP: Final = 16
"""Between groups, and from a panel's edge."""

RADIUS: Final = 8
PICTURE_RADIUS: Final = 6
CONTROL: Final = 32
"""Height of what one types in or presses."""
SMALL_CONTROL: Final = 26
ICON: Final = 18
FOCUS: Final = 2
"""Width of the focus ring."""

TEXT: Final = 13
CAPTION: Final = 11
TITLE: Final = 15

FAMILIES: Final = ("Inter", "Noto Sans", "Source Sans 3", "Open Sans", "Noto Sans CJK JP", "Noto Sans JP")
"""Looked for in this order where the system has no typeface of its own for windows."""

JAPANESE: Final = ("Yu Gothic UI", "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "IPAGothic")
"""Asked before other fonts with the same characters, whose shapes may be the Chinese ones."""


def text_font(size: int = TEXT, bold: bool = False) -> QFont:
    """The window's type; its figures are all of one width, so that numbers do not jump as they change."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setFamilies(_families(font.family()))
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


@cache
def _families(system: str) -> list[str]:
    """Which typefaces are used, in this order; looked for once, because there may be hundreds."""
    present = set(QFontDatabase.families())
    own = [system] if sys.platform in ("win32", "darwin") else [name for name in FAMILIES if name in present][:1]
    return [*own, *(name for name in JAPANESE if name in present), system]
