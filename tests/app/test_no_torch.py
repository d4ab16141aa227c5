"""The window's process never imports torch, whichever control it shows."""

from __future__ import annotations

import subprocess
import sys

from tests.house import ROOT

CODE = """
import sys
from PySide6.QtWidgets import QApplication
from app.atelier import Atelier
from app.language import Language
from app.look.theme import Look
from tests.tools import specimens
application = QApplication([])
atelier = Atelier(Look(application), Language())
shown = [make(atelier) for make in specimens.every().values()]
print(*{'torch', 'transformers', 'open_clip'} & set(sys.modules))
"""


def test_no_control_imports_torch() -> None:
    result = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
