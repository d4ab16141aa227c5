"""No device multiplies in a narrower type than it was given."""

from __future__ import annotations

import torch

from core.models.exactness import compute_exactly


def test_float32_is_not_rounded_to_fewer_bits() -> None:
    compute_exactly()
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
