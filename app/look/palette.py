"""A theme as Qt's palette: what the style draws by itself, and where nothing else is said."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from app.look.tokens import Tokens

ROLES = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "card",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.PlaceholderText: "faint",
    QPalette.ColorRole.Button: "card",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.BrightText: "on_action",
    QPalette.ColorRole.ToolTipBase: "card",
    QPalette.ColorRole.ToolTipText: "ink",
    QPalette.ColorRole.Highlight: "indigo",
    QPalette.ColorRole.HighlightedText: "on_indigo",
    QPalette.ColorRole.Accent: "indigo",
    QPalette.ColorRole.Link: "indigo_ink",
    QPalette.ColorRole.LinkVisited: "indigo_ink",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Midlight: "card",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "line",
    QPalette.ColorRole.Shadow: "window",
}

WORDS = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def palette(tokens: Tokens) -> QPalette:
    made = QPalette()
    for role, token in ROLES.items():
        made.setColor(role, QColor(getattr(tokens, token)))
    for role in WORDS:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.edge))
    return made
