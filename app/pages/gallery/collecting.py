"""Collecting: the menu of collections for the selected pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.atelier import Atelier

MOST: Final = 40
"""Collections in the menu; the name of any other can be typed as that of a new one."""

Named = Callable[[str], None]


def collection_menu(
    atelier: Atelier, names: Sequence[str], within: str | None, into: Named, out: Named, above: QWidget
) -> QMenu:
    """`into` and `out` are told a name; `within` is the collection that is shown, if one is."""
    menu = QMenu(above)
    menu.setObjectName("gallery.collect.menu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for name in names[:MOST]:
        menu.addAction(name.replace("&", "&&"), partial(into, name))
    if names:
        menu.addSeparator()
    menu.addAction(atelier.language.say("window_gallery.collect.new"), lambda: _ask(atelier, into, above))
    if within is not None:
        words = atelier.language.say("window_gallery.collect.out", name=within)
        menu.addAction(words.replace("&", "&&"), lambda: out(within))
    menu.popup(above.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
    return menu


def _ask(atelier: Atelier, into: Named, above: QWidget) -> None:
    dialog = QInputDialog(above.window())
    dialog.setObjectName("gallery.collect.name")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(atelier.language.say("window_gallery.collect.new"))
    dialog.setLabelText(atelier.language.say("window_gallery.collect.name"))
    dialog.textValueSelected.connect(lambda name: into(name.strip()) if name.strip() else None)
    dialog.open()
