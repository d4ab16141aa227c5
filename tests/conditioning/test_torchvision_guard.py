"""The guard must help where torchvision's extension is broken, and must keep away where it is not.

Operators are declared once per process, so every case runs in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BREAK_THE_EXTENSION = """
import torch
def refuse(path):
    raise OSError("libtorch_cuda.so: cannot open shared object file")
torch.ops.load_library = refuse
"""

GUARD = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
from core.conditioning.torchvision_guard import allow_torchvision_without_extension
allow_torchvision_without_extension()
allow_torchvision_without_extension()
"""

IMPORT_THE_TEXT_TOWERS = """
import open_clip
from transformers import CLIPTextModel
import torch, torchvision
try:
    torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
except RuntimeError as error:
    print(error)
"""

REPORT_DECLARED = """
import torch
print("declared" if hasattr(torch.ops.torchvision, "nms") else "untouched")
"""


def python(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path[:0] = {[*map(str, path), str(ROOT)]!r}\n"
    return subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, check=True)


def torchvision_with(folder: Path, extension: bytes | None) -> Path:
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").touch()
    if extension is not None:
        (package / f"_C{EXTENSION_SUFFIXES[-1]}").write_bytes(extension)
    return folder


def test_text_towers_import_without_the_extension_and_its_operators_still_refuse() -> None:
    result = python(BREAK_THE_EXTENSION + GUARD + IMPORT_THE_TEXT_TOWERS)
    assert "Couldn't load custom C++ ops" in result.stdout
    assert result.stderr.count("torchvision_guard") == 1, "one line in the log, however often it is called"


def test_keeps_away_from_an_extension_that_loads(tmp_path: Path) -> None:
    loadable = find_spec("safetensors._safetensors_rust")
    assert loadable is not None
    assert loadable.origin is not None
    extension = Path(loadable.origin).read_bytes()
    result = python(GUARD + REPORT_DECLARED, torchvision_with(tmp_path, extension))
    assert (result.stdout, result.stderr) == ("untouched\n", "")


@pytest.mark.parametrize("extension", [None, b"not a library"])
def test_declares_where_the_extension_is_missing_or_broken(tmp_path: Path, extension: bytes | None) -> None:
    result = python(GUARD + REPORT_DECLARED, torchvision_with(tmp_path, extension))
    assert result.stdout == "declared\n"


def test_keeps_away_from_a_torchvision_that_is_imported_already(tmp_path: Path) -> None:
    result = python("import torchvision\n" + GUARD + REPORT_DECLARED, torchvision_with(tmp_path, None))
    assert result.stdout == "untouched\n"
