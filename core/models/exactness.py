"""How devices are to multiply: in the type that they were given, and in no narrower one that would be faster."""

from __future__ import annotations

import torch


def compute_exactly() -> None:
    """For the whole process. By default, convolutions of float32 are rounded to TF32 on newer cards."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
