"""TagEditor: the tags of a picture as chips, and a place to type another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QWidget

from app.atelier import Atelier
from app.widgets.flow_layout import FlowLayout
from app.widgets.tab_order import before

LONGEST: Final = 64
"""Characters of a tag."""
MOST: Final = 100
"""Tags of a picture."""


class TagEditor(QWidget):
    """Return or a comma adds what is typed; Backspace in the empty line takes the last tag back for editing."""

    tags_changed = Signal(object)
    """list[str], in the order in which they were added."""

    def __init__(self, atelier: Atelier, name: str = "tags") -> None:
        super().__init__()
        self._atelier = atelier
        self._tags: list[str] = []
        self._chips: list[QPushButton] = []
        self._known = QStringListModel(self)
        self.setObjectName(name)
        self._edit = QLineEdit()
        self._edit.setObjectName(f"{name}.add")
        self._edit.setMaxLength(LONGEST)
        self._edit.setMinimumWidth(120)
        self._edit.setMaximumWidth(200)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._edit.setCompleter(completer)
        self._edit.installEventFilter(self)
        self._flow = FlowLayout(self)
        self._flow.addWidget(self._edit)
        self.setFocusProxy(self._edit)
        self._edit.returnPressed.connect(self._typed)
        self._edit.textEdited.connect(self._comma)
        atelier.look.changed.connect(self._dress)
        atelier.language.follow(self._say)

    @property
    def tags(self) -> list[str]:
        return list(self._tags)

    def set_tags(self, tags: Iterable[str]) -> None:
        """Shows what the library knows; emits nothing."""
        self._tags = list(tags)
        self._fill()

    def set_known(self, tags: Iterable[str]) -> None:
        """What completion offers."""
        self._known.setStringList(list(tags))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            empty = watched is self._edit and not self._edit.text()
            if empty and event.key() == Qt.Key.Key_Backspace and self._tags:
                self._edit.setText(self._tags[-1])
                self._remove(self._tags[-1])
                return True
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        tags = [tag for part in self._edit.text().split(",") if (tag := " ".join(part.split()))]
        fresh = [tag for tag in dict.fromkeys(tags) if tag.casefold() not in map(str.casefold, self._tags)]
        self._edit.clear()
        if fresh and len(self._tags) + len(fresh) <= MOST:
            self._change([*self._tags, *fresh])

    def _comma(self, text: str) -> None:
        if "," in text or "、" in text:
            self._edit.setText(text.replace("、", ","))
            self._typed()

    def _remove(self, tag: str) -> None:
        self._change([each for each in self._tags if each != tag])
        self._edit.setFocus()

    def _change(self, tags: list[str]) -> None:
        self._tags = tags
        self._fill()
        self.tags_changed.emit(list(tags))

    def _fill(self) -> None:
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(index, tag) for index, tag in enumerate(self._tags)]
        before(self._edit, self._chips)
        self.updateGeometry()

    def _chip(self, index: int, tag: str) -> QPushButton:
        chip = QPushButton(tag)
        chip.setObjectName(f"{self.objectName()}.{index}")
        chip.setProperty("role", "chip")
        chip.setIcon(self._atelier.look.icon("close"))
        chip.setIconSize(QSize(12, 12))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setAccessibleName(self._atelier.language.say("window.tags.remove", tag=tag))
        chip.setToolTip(chip.accessibleName())
        chip.clicked.connect(lambda: self._remove(tag))
        self._flow.insert(index, chip)
        chip.show()
        return chip

    def _dress(self) -> None:
        for chip in self._chips:
            chip.setIcon(self._atelier.look.icon("close"))

    def _say(self) -> None:
        say = self._atelier.language.say
        self._edit.setPlaceholderText(say("window.tags.add"))
        self._edit.setAccessibleName(say("window.tags.name"))
        for chip, tag in zip(self._chips, self._tags, strict=True):
            chip.setAccessibleName(say("window.tags.remove", tag=tag))
            chip.setToolTip(chip.accessibleName())
