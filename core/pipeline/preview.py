"""What the latents hold, as a small picture: one linear map, too cheap to notice."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Preview:
    """RGB bytes, rows from the top, one pixel per cell."""

    width: int
    height: int
    pixels: bytes


def preview(latents: Tensor, latent_rgb: tuple[tuple[float, ...], ...]) -> Preview:
    """Of scaled latents [4, h, w]. `latent_rgb`: see FirstStage."""
    *rows, bias = torch.tensor(latent_rgb, device=latents.device).unbind()
    colours = torch.einsum("chw,ck->hwk", latents.float(), torch.stack(rows)) + bias
    shades = torch.nan_to_num((colours + 1) * 127.5).clamp(0, 255)
    height, width = latents.shape[1:]
    return Preview(width, height, shades.round().to(torch.uint8).cpu().numpy().tobytes())
