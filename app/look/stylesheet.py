"""A theme as Qt's stylesheet. Widgets say what they are by the property `role`; how that looks is written here once."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Final

from app.look.icons import FOLDER
from app.look.metrics import CAPTION, CONTROL, RADIUS, SMALL_CONTROL, TEXT, TITLE
from app.look.tokens import Tokens

MARKS: Final = FOLDER / "marks"
"""What Qt draws itself and takes from a file, dark for light grounds and light for dark ones."""

SHEET = Template("""
QWidget { color: $ink; font-size: ${TEXT}px; }
QToolTip { background: $card; color: $ink; border: 1px solid $edge; padding: 4px 6px; }
QWidget[role="window"] { background: $window; }
QWidget[role="panel"] { background: $panel; }
QWidget[role="ground"] { background: $ground; }
QFrame[role="card"] { background: $card; border: 1px solid $line; border-radius: ${RADIUS}px; }
QFrame[role="strip"] { background: $card; border: none; border-bottom: 1px solid $line; }
QFrame[role="foot"] { background: $card; border: none; border-top: 1px solid $edge; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }

QLabel { background: transparent; }
QLabel[role="heading"] { color: $faint; font-size: ${CAPTION}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${TITLE}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="caption"] { color: $faint; font-size: ${CAPTION}px; }
QLabel[role="indigo"] { color: $indigo_ink; }
QLabel[role="vermilion"] { color: $vermilion_ink; }
QLabel[role="good"] { color: $good_ink; }
QLabel[role="warn"] { color: $warn_ink; }

QPushButton, QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; color: $dim;
  padding: 3px 7px; min-height: ${SMALL_INNER}px; }
QPushButton:hover, QToolButton:hover { background: $hover; color: $ink; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border: 2px solid $indigo; padding: 2px 6px; }
QPushButton:disabled, QToolButton:disabled { color: $edge; }
QToolButton:checked { background: $hover; color: $ink; }
QToolButton[role="icon"] { padding: 3px; min-width: ${SMALL_INNER}px; }
QToolButton[role="icon"]:focus { padding: 2px; }
QToolButton[role="rail"], QToolButton[role="rail"]:focus { font-size: ${CAPTION}px; padding-left: 0; padding-right: 0; }
QToolButton::menu-indicator { image: none; }

QPushButton[role="outlined"] { border: 1px solid $edge; color: $ink; padding: 5px 12px; }
QPushButton[role="outlined"]:disabled { border-color: $line; color: $dim; }
QPushButton[role="outlined"]:focus { border: 2px solid $indigo; padding: 4px 11px; }
QPushButton[role="action"] { background: $action; color: $on_action; border: 2px solid $action; font-weight: 600;
  font-size: ${TITLE}px; border-radius: ${RADIUS}px; padding: 7px 14px; }
QPushButton[role="action"]:hover { background: $action_hover; border-color: $action_hover; }
QPushButton[role="action"]:pressed { background: $action; }
QPushButton[role="action"]:focus { border: 2px solid $ink; }
QPushButton[role="action"]:disabled { background: $line; border-color: $line; color: $dim; }
QPushButton[role="chip"] { border: 1px solid $edge; border-radius: 11px; color: $dim; padding: 2px 11px;
  max-height: ${SMALL_INNER}px; }
QPushButton[role="chip"]:checked { background: $hover; border-color: $ink; color: $ink; }
QPushButton[role="chip"][on="true"] { background: $hover; border-color: $dim; color: $ink; }
QPushButton[role="chip"]:focus { border: 2px solid $indigo; padding: 1px 10px; }
QPushButton[role="refiner"] { padding: 1px 6px; min-height: 16px; }
QPushButton[role="refiner"]:checked { color: $vermilion_ink; }
QPushButton[role="refiner"]:focus { border: 2px solid $indigo; padding: 0 5px; }
QPushButton[role="fold"] { border: 2px solid transparent; background: transparent; text-align: left; padding: 0;
  min-height: 34px; }
QPushButton[role="fold"]:hover { background: $hover; }
QPushButton[role="fold"]:focus { border: 2px solid $indigo; }

QLineEdit, QAbstractSpinBox, QComboBox { background: $field; border: 1px solid $edge; border-radius: ${RADIUS}px;
  color: $ink; padding: 3px 8px; min-height: ${FIELD_INNER}px; selection-background-color: $indigo;
  selection-color: $on_indigo; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border: 2px solid $indigo; padding: 2px 7px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $edge; border-color: $line; }
QAbstractSpinBox[role="quiet"] { background: transparent; border: 1px solid transparent; padding: 1px 3px; }
QAbstractSpinBox[role="quiet"]:hover { border: 1px solid $edge; }
QAbstractSpinBox[role="quiet"]:focus { border: 2px solid $indigo; padding: 0 2px; background: $field; }
QLineEdit[role="bare"] { background: transparent; border: none; padding: 0; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent; border: none; padding: 0;
  min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; background: none; }
QComboBox { padding-right: 26px; }
QComboBox:focus { padding-right: 25px; }
QComboBox::drop-down { border: none; width: 0; }
QComboBox QAbstractItemView { background: $card; border: 1px solid $edge; padding: 4px; outline: 0;
  selection-background-color: $hover; selection-color: $ink; }
QFrame[role="field"] { background: $field; border: 1px solid $edge; border-radius: ${RADIUS}px; }
QFrame[role="field"][focused="true"] { border: 2px solid $indigo; }
QListWidget[role="list"] { background: transparent; border: none; outline: 0; }
QListWidget[role="list"]::item { padding: 5px 8px; border-radius: 4px; color: $ink; }
QListWidget[role="list"]::item:selected { background: $hover; color: $ink; }
QListWidget[role="offers"] { background: $card; border: 1px solid $edge; border-radius: 6px; padding: 3px; outline: 0; }
QListWidget[role="offers"]::item { padding: 0 8px; border-radius: 4px; color: $ink; }
QListWidget[role="offers"]::item:selected { background: $hover; color: $ink; }
QPlainTextEdit[role="field"] { background: $field; border: 1px solid $edge; border-radius: ${RADIUS}px; padding: 3px;
  selection-background-color: $indigo; selection-color: $on_indigo; }
QPlainTextEdit[role="field"]:focus { border: 2px solid $indigo; padding: 2px; }
QPlainTextEdit[role="bare"] { background: transparent; border: none; selection-background-color: $indigo;
  selection-color: $on_indigo; }

QCheckBox { spacing: 8px; border: 2px solid transparent; border-radius: 5px; padding: 1px 3px 1px 0; }
QCheckBox:focus { border-color: $indigo; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $edge; border-radius: 4px; background: $field; }
QCheckBox::indicator:hover { border-color: $ink; }
QCheckBox::indicator:checked { background: $indigo; border-color: $indigo; image: url($CHECK); }
QCheckBox::indicator:checked:disabled { background: $edge; border-color: $edge; }
QCheckBox:disabled { color: $edge; }
QTreeView::item, QListWidget::item { padding: 3px 4px; }

QMenuBar { background: $window; border: none; padding: 2px 4px; }
QMenuBar::item { background: transparent; color: $dim; padding: 4px 9px; border-radius: 5px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; color: $ink; }
QMenu { background: $card; border: 1px solid $edge; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 22px 6px 12px; border-radius: 4px; color: $ink; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $edge; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QScrollArea, QAbstractScrollArea[role="bare"] { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="panel"] { background: $panel; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $edge; border-radius: 3px; border: none; }
QScrollBar::handle:vertical { min-height: 32px; margin: 3px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 3px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }
QProgressBar { background: $line; border: none; border-radius: 2px; }
QProgressBar::chunk { background: $indigo; border-radius: 2px; }
QFrame[role="notice"] { background: $card; border: 1px solid $edge; border-radius: ${RADIUS}px; }
""")


def stylesheet(tokens: Tokens) -> str:
    sizes = {
        "TEXT": TEXT,
        "CAPTION": CAPTION,
        "TITLE": TITLE,
        "RADIUS": RADIUS,
        "CHECK": (MARKS / f"check-{'dark' if tokens.dark else 'light'}.svg").as_posix(),
        "SMALL_INNER": SMALL_CONTROL - 8,
        "FIELD_INNER": CONTROL - 8,
    }
    return SHEET.substitute(asdict(tokens), **sizes)
