"""ImportReport: what of another program's picture could not be carried over, one sentence each."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import Words
from core.engine import Imported, Unmatched

WIDTH, HIGHEST = 460, 420


class ImportReport(QDialog):
    """Stays beside the window until it is closed; the settings are in use already."""

    def __init__(self, atelier: Atelier, imported: Imported, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._atelier = atelier
        self._notes: list[tuple[QLabel, Unmatched]] = []
        self.setObjectName("import_report")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self._from = _words("dim")
        self._from.setText(name)
        close = TextButton(atelier, "import_report.close", "window_gallery.report.close", "outlined")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(Words(atelier, "window_gallery.report.title", "title", program=imported.program))
        column.addWidget(self._from)
        column.addWidget(self._list(imported))
        column.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        atelier.language.follow(self._say)

    def _list(self, imported: Imported) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "panel")
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, NEAR, 0)
        rows.setSpacing(NEAR)
        for note in imported.unmatched:
            rows.addWidget(self._row(note))
        rows.addStretch()
        area = QScrollArea()
        area.setObjectName("import_report.list")
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setMaximumHeight(HIGHEST)
        area.setWidget(inside)
        area.setMinimumHeight(min(78 * len(imported.unmatched), HIGHEST))
        self._area = area
        return area

    def _row(self, note: Unmatched) -> QFrame:
        card, words = QFrame(), _words("")
        card.setProperty("role", "card")
        QVBoxLayout(card).addWidget(words)
        self._notes.append((words, note))
        return card

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setWindowTitle(say("window_gallery.report.window"))
        self._area.setAccessibleName(say("window_gallery.report.window"))
        for words, note in self._notes:
            words.setText(say(note.code, **note.data))


def _words(role: str) -> QLabel:
    """Written by anybody, so never taken for more than text."""
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
