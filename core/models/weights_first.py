"""Products of few cells with many weights, in bfloat16 on processors: the weights are the left factor.

Chips that multiply tiles of bfloat16 want the right factor laid out anew, at every call, and take the left one as it
lies. Of few cells and many weights, the cells are sooner laid out; and no second copy of the weights has to be kept.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def is_narrow(x: Tensor, weight: Tensor) -> bool:
    """Whether `x` is bfloat16 on a processor, and nobody asks for gradients."""
    return x.device.type == "cpu" and x.dtype == torch.bfloat16 and not (x.requires_grad or weight.requires_grad)


def suits(x: Tensor, cells: int, weight: Tensor) -> bool:
    """Whether this way is faster for so many cells of `x`: at most half as many as each has channels afterwards."""
    return is_narrow(x, weight) and 2 * cells <= len(weight)


def product(across: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """[O, M] from cells [I, M] and weight [O, I]."""
    return torch.mm(weight, across) if bias is None else torch.addmm(bias[:, None], weight, across)


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """[B, O, h, w], channels last, from x [B, I, h, w] and weight [O, I, 3, 3], with a border of zeros."""
    batch, _, height, width = x.shape
    flat = weight.permute(0, 2, 3, 1).flatten(1)
    cells = product(_neighbourhoods(x).t(), flat, bias).t().contiguous()
    return cells.view(batch, height, width, -1).permute(0, 3, 1, 2)


def _neighbourhoods(x: Tensor) -> Tensor:
    """[B·h·w, 9·I]: every cell with the eight around it, row by row."""
    batch, channels, height, width = x.shape
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1)).contiguous()
    frame, row, column, number = padded.stride()
    views = padded.as_strided((batch, height, width, 3, 3, channels), (frame, row, column, row, column, number))
    return views.reshape(batch * height * width, -1)
