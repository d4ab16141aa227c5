"""Decoding a large picture in overlapping tiles, when the whole does not fit."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

TILE = 64
"""Latent cells along a tile's side."""
OVERLAP = 16
"""Cells over which neighbouring tiles fade into each other: statistics of a tile are not those of the picture."""


def decode_tiled(
    decode: Callable[[Tensor], Tensor], latents: Tensor, tile: int = TILE, overlap: int = OVERLAP
) -> Tensor:
    """Pixels [B, 3, H, W] from latents [B, 4, h, w], no more than `tile` × `tile` cells at a time."""
    height, width = latents.shape[2:]
    pixels = weights = None
    for top in starts(height, tile, overlap):
        for left in starts(width, tile, overlap):
            part = decode(latents[:, :, top : top + tile, left : left + tile]).float()
            stride = part.shape[3] // min(tile, width)
            if pixels is None or weights is None:
                pixels = part.new_zeros((*part.shape[:2], height * stride, width * stride))
                weights = part.new_zeros((height * stride, width * stride))
            rows = slice(top * stride, top * stride + part.shape[2])
            columns = slice(left * stride, left * stride + part.shape[3])
            mask = feather(part.shape[2], overlap * stride)[:, None] * feather(part.shape[3], overlap * stride)
            mask = mask.to(part.device)
            pixels[:, :, rows, columns] += part * mask
            weights[rows, columns] += mask
    assert pixels is not None
    assert weights is not None
    return pixels / weights


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """First cells of the tiles that cover `length`, evenly spread, the last one flush with the end."""
    if length <= tile:
        return [0]
    count = -(-(length - overlap) // (tile - overlap))
    return [round(index * (length - tile) / (count - 1)) for index in range(count)]


def feather(length: int, ramp: int) -> Tensor:
    """Weights that rise over `ramp` and fall again, never to zero."""
    distance = torch.arange(1, length + 1).minimum(torch.arange(length, 0, -1))
    return (distance / (ramp + 1)).clamp(max=1.0)
