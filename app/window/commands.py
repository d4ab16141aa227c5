"""The commands of the window, as data: one list from which menus, shortcuts and the list of shortcuts are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAction, QKeySequence

Standard = QKeySequence.StandardKey
Role = QAction.MenuRole

CREATE: Final = "create"
GALLERY: Final = "gallery"
MODELS: Final = "models"
QUEUE: Final = "queue"
SETTINGS: Final = "settings"
PAGES: Final = (CREATE, GALLERY, MODELS, QUEUE, SETTINGS)
COMPARING: Final = "comparing"
BLIND: Final = "blind"
"""Pages that one comes to from the gallery."""

LINE: Final = "-"
RECENT: Final = "recent"
RATING: Final = "rating"
QUEUE_DEEDS: Final = "queue_deeds"
"""Where a line divides a menu; the menu of what was used last; the stars; what the queue's page itself can do."""

STARS: Final = ("stars_0", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5")


@dataclass(frozen=True, kw_only=True)
class Command:
    """Its words are `window_menu.NAME`. `keys`: as Qt writes them, or what the system has for it.

    `page`: where alone it is possible. `late`: its keys are heard only where nothing that has the focus takes them,
    so never while somebody types. `quiet`: without words of its own in the list of shortcuts."""

    name: str
    keys: tuple[str | Standard, ...] = ()
    page: str = ""
    late: bool = False
    role: Role = Role.NoRole

    @property
    def sequences(self) -> list[QKeySequence]:
        return [each for key in self.keys for each in _sequences(key) if not each.isEmpty()]


def _sequences(key: str | Standard) -> list[QKeySequence]:
    return [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)


def _picture(name: str, *keys: str) -> Command:
    return Command(name=name, keys=keys, page=GALLERY, late=True)


def _text(name: str, key: Standard) -> Command:
    return Command(name=name, keys=(key,), late=True)


Item = Command | str

MENUS: Final[dict[str, tuple[Item, ...]]] = {
    "file": (
        Command(name="open", keys=(Standard.Open,)),
        RECENT,
        LINE,
        _picture("export", "E"),
        Command(name="pictures_folder"),
        LINE,
        Command(name="close", keys=(Standard.Close,)),
        Command(name="quit", keys=("Ctrl+Q",), role=Role.QuitRole),
    ),
    "edit": (
        Command(name="undo", keys=(Standard.Undo,)),
        Command(name="redo", keys=(Standard.Redo,)),
        LINE,
        _text("cut", Standard.Cut),
        _text("copy", Standard.Copy),
        _text("paste", Standard.Paste),
        _text("select_all", Standard.SelectAll),
        LINE,
        _text("find", Standard.Find),
        LINE,
        Command(name=SETTINGS, keys=("Ctrl+,",), role=Role.PreferencesRole),
    ),
    "picture": (
        Command(name="generate", keys=("Ctrl+Return", "Ctrl+Enter")),
        Command(name="cancel", keys=("Esc",), late=True),
        LINE,
        RATING,
        _picture("reject", "X"),
        _picture("tag", "T"),
        _picture("collect"),
        LINE,
        _picture("use"),
        _picture("refine"),
        _picture("compare", "C"),
        _picture("blind", "B"),
        LINE,
        _picture("show_in_folder"),
        _picture("trash", "Del", "Backspace"),
    ),
    RATING: tuple(_picture(name, str(number)) for number, name in enumerate(STARS)),
    "view": (
        Command(name=CREATE, keys=("Ctrl+1",)),
        Command(name=GALLERY, keys=("Ctrl+2",)),
        Command(name=MODELS, keys=("Ctrl+3",)),
        Command(name=QUEUE, keys=("Ctrl+4",)),
        LINE,
        _picture("details", "I"),
        LINE,
        Command(name="full_screen", keys=(Standard.FullScreen,)),
    ),
    "queue_menu": (
        Command(name="pause", keys=("Ctrl+Shift+P",)),
        Command(name="clear"),
        LINE,
        QUEUE_DEEDS,
    ),
    "help": (
        Command(name="keys", keys=(Standard.HelpContents,)),
        Command(name="logs"),
        LINE,
        Command(name="about", role=Role.AboutRole),
        Command(name="about_qt", role=Role.AboutQtRole),
    ),
}
"""By menu, in their order. `RATING` is a menu within another."""


def commands() -> Iterator[Command]:
    """All of them, in the order of the menus."""
    for items in MENUS.values():
        yield from (item for item in items if isinstance(item, Command))


def command(name: str) -> Command:
    return next(each for each in commands() if each.name == name)
