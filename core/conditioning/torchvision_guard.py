"""A way around a torchvision whose compiled half does not fit the installed torch.

open_clip and transformers import torchvision, and torchvision's import stops at `operator torchvision::nms does not
exist` where its extension was built for another torch (a CUDA build beside a processor-only torch, say). Hanga uses
none of its operators, so declaring the two that the import insists on is enough. Calling one of them still raises
torchvision's own error: nothing is silently wrong.
"""

from __future__ import annotations

import functools
import logging
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec

import torch

logger = logging.getLogger(__name__)

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
"""The operators that torchvision's `_meta_registrations` module expects to find declared."""


def allow_torchvision_without_extension() -> None:
    """Make `import torchvision` possible; call before the first import of anything that imports it.

    Does nothing where the extension loads, where torchvision is imported already or not installed at all.
    """
    if "torchvision" not in sys.modules and not _extension_loads():
        _declare_operators()


@functools.cache
def _extension_loads() -> bool:
    """Whether torchvision will succeed in loading its extension; that it loads again then is harmless."""
    package = find_spec("torchvision")
    if package is None:
        return True
    extension = PathFinder.find_spec("_C", package.submodule_search_locations)
    if extension is None or extension.origin is None:
        return False
    try:
        torch.ops.load_library(extension.origin)
    except OSError:
        return False
    return True


@functools.cache
def _declare_operators() -> torch.library.Library:
    """Declares the operators, once. They live as long as the library object, which the cache keeps."""
    logger.info("torchvision's extension does not fit this torch; going on without torchvision's operators")
    library = torch.library.Library("torchvision", "DEF")
    for schema in SCHEMAS:
        library.define(schema)
    return library
