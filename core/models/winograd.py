"""Convolution of 3 × 3 cells by minimal filtering (Winograd's F(2×2, 3×3); Lavin and Gray, 2015), for processors.

Four outputs of a channel cost 16 multiplications instead of 36; what is left are matrix products, at which processors
are best. In float32 the result is as good as that of the usual way: nearer to the true one, because fewer numbers are
added up, or less near, as the usual way differs from chip to chip. Narrower types would suffer from the sums before the
products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

FEWEST_CHANNELS: Final = 192
"""Below, moving numbers about costs more than the multiplications that it saves."""
CHUNK: Final = 1 << 21
"""Most transformed cells at a time, in numbers: they stay in a processor's cache."""
KERNEL_CHUNK: Final = 1 << 22
"""Most transformed weights at a time, in numbers: so small that their memory is used again without asking for more."""
TAPS: Final = ((1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.0, 0.0, 1.0))
"""What four points make of the three weights along one axis."""
SUM_OF_ALL: Final = 5
"""The product, of sixteen, that goes into all four outputs with a plus: where the bias is added."""


def suits(x: Tensor, weight: Tensor) -> bool:
    """Whether this way is faster for a 3 × 3 convolution in steps of 1, and nobody asks for gradients."""
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and min(weight.shape[:2]) >= FEWEST_CHANNELS
        and not (x.requires_grad or weight.requires_grad)
    )


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """[B, O, h, w], channels last, from x [B, I, h, w] and weight [O, I, 3, 3], with a border of zeros."""
    batch, channels, height, width = x.shape
    even = height + height % 2, width + width % 2
    cells = F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1 + width % 2, 1, 1 + height % 2))
    result = x.new_empty((batch, *even, len(weight)))
    strips = list(range(0, even[0], _strip_height(batch, even[1], max(channels, len(weight)))))
    kernels = _kernels(weight, bias)
    shared = kernels if len(strips) == 1 else list(kernels)
    for top, end in zip(strips, [*strips[1:], even[0]], strict=True):
        _fill(result[:, top:end], cells[:, top : end + 2], shared)
    return result[:, :height, :width].permute(0, 3, 1, 2)


Kernel = tuple[slice, Tensor, Tensor | None]
"""Some output channels, what multiplies their inputs [16, I, O], and their bias."""


def _strip_height(batch: int, width: int, channels: int) -> int:
    """Rows of outputs that are made at once; even."""
    return 2 * max(1, CHUNK // (8 * batch * width * channels))


def _kernels(weight: Tensor, bias: Tensor | None) -> Iterator[Kernel]:
    """A few output channels at a time: made at their use, they need no second copy of the weights."""
    along = weight.new_tensor(TAPS)
    both = torch.kron(along, along)
    step = max(1, KERNEL_CHUNK // (16 * weight.shape[1]))
    for first in range(0, len(weight), step):
        some = slice(first, first + step)
        taps = weight[some].permute(0, 2, 3, 1).flatten(1, 2)
        yield some, torch.matmul(both, taps).permute(1, 2, 0), None if bias is None else bias[some]


def _fill(result: Tensor, cells: Tensor, kernels: Iterable[Kernel]) -> None:
    """`result` [B, h, w, O], both even, from `cells` [B, h + 2, w + 2, I]."""
    batch, height, width, _ = result.shape
    tiles = (batch, height // 2, width // 2)
    quads = result.view(*tiles[:2], 2, tiles[2], 2, -1).permute(2, 4, 0, 1, 3, 5)
    inputs = _inputs(cells, tiles)
    for some, kernel, bias in kernels:
        products = torch.bmm(inputs, kernel)
        if bias is not None:
            products[SUM_OF_ALL] += bias
        _outputs(products.view(4, 4, *tiles, -1), quads[..., some])


def _inputs(cells: Tensor, tiles: tuple[int, int, int]) -> Tensor:
    """[16, tiles, I]: what four points make of the cells of every tile, down and across."""
    batch, rows, columns = tiles
    down = cells.new_empty((4, batch, rows, *cells.shape[2:]))
    _differences([cells[:, tap : tap + 2 * rows : 2] for tap in range(4)], down)
    across = cells.new_empty((4, 4, batch, rows, columns, cells.shape[3]))
    _differences([down[:, :, :, tap : tap + 2 * columns : 2] for tap in range(4)], across.transpose(0, 1))
    return across.view(16, batch * rows * columns, -1)


def _differences(taps: Sequence[Tensor], result: Tensor) -> None:
    torch.sub(taps[0], taps[2], out=result[0])
    torch.add(taps[1], taps[2], out=result[1])
    torch.sub(taps[2], taps[1], out=result[2])
    torch.sub(taps[1], taps[3], out=result[3])


def _outputs(products: Tensor, quads: Tensor) -> None:
    """Fill `quads` [2, 2, B, rows, columns, O] from `products` [4, 4, B, rows, columns, O]."""
    down = products.new_empty((2, *products.shape[1:]))
    _sums(products, down)
    _sums(down.transpose(0, 1), quads.transpose(0, 1))


def _sums(products: Tensor, result: Tensor) -> None:
    torch.add(products[0], products[1], out=result[0])
    result[0] += products[2]
    torch.sub(products[1], products[2], out=result[1])
    result[1] -= products[3]
