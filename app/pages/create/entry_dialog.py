"""Dialogs that keep something under a name: settings as a preset, words as a style."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import GROUP, NEAR
from app.widgets.buttons import TextButton
from core.engine import Style, dressed

WIDTH: Final = 440
LONGEST_NAME: Final = 80
LINES: Final = 3
EXAMPLE: Final = "a red sailboat"


class NameDialog(QDialog):
    """`code` is its title, `code.help` says what it does. `named` is what was typed, when it is to be kept."""

    named = Signal(str)

    def __init__(self, atelier: Atelier, code: str, name: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.atelier = atelier
        self.setObjectName("entry")
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.setWindowTitle(atelier.language.say(code))
        self.name = QLineEdit(name)
        self.name.setObjectName("entry.name")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.selectAll()
        self.fields = QVBoxLayout()
        self.fields.setSpacing(NEAR)
        self.add_field("window_create.entry.name", self.name)
        self.keep = TextButton(atelier, "entry.keep", "window_create.entry.keep", "outlined")
        self.keep.setDefault(True)
        self._lay_out(caption(atelier.language.say(f"{code}.help")))
        self.name.textChanged.connect(self.check)
        self.keep.clicked.connect(self._keep)
        self.check()

    def add_field(self, code: str, field: QWidget) -> None:
        label = QLabel(self.atelier.language.say(code))
        label.setProperty("role", "dim")
        label.setBuddy(field)
        field.setAccessibleName(label.text())
        self.fields.addWidget(label)
        self.fields.addWidget(field)

    def check(self) -> None:
        """Whether it can be kept as it is."""
        self.keep.setEnabled(bool(self.name.text().strip()))

    def _keep(self) -> None:
        self.named.emit(self.name.text())
        self.accept()

    def _lay_out(self, help_words: QLabel) -> None:
        cancel = TextButton(self.atelier, "entry.cancel", "window_create.entry.cancel")
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(cancel)
        foot.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(NEAR)
        column.addLayout(self.fields)
        column.addWidget(help_words)
        column.addLayout(foot)


class StyleDialog(NameDialog):
    """`made` is the Style that was written."""

    made = Signal(object)

    def __init__(self, atelier: Atelier, code: str, style: Style, parent: QWidget | None) -> None:
        self.prompt, self.negative, self._shown = QPlainTextEdit(), QPlainTextEdit(), caption("")
        super().__init__(atelier, code, style.name, parent)
        for edit, text, part in ((self.prompt, style.prompt, "prompt"), (self.negative, style.negative, "negative")):
            edit.setObjectName(f"entry.{part}")
            edit.setProperty("role", "field")
            edit.setTabChangesFocus(True)
            edit.setPlainText(text)
            edit.setFixedHeight(edit.fontMetrics().lineSpacing() * LINES + 14)
            self.add_field(f"window_create.entry.{part}", edit)
        self.fields.addWidget(self._shown)
        self.prompt.textChanged.connect(self.check)
        self.named.connect(lambda name: self.made.emit(self._style(name)))
        self.check()

    def check(self) -> None:
        super().check()
        shown = dressed(EXAMPLE, [self._style("")])
        self._shown.setText(self.atelier.language.say("window_create.entry.example", words=shown))

    def _style(self, name: str) -> Style:
        return Style(name=name, prompt=self.prompt.toPlainText(), negative=self.negative.toPlainText())


def caption(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "caption")
    label.setWordWrap(True)
    return label
