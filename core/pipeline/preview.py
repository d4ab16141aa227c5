"""What the latents hold, as a small picture: one linear map, too cheap to notice."""

from __future__ import annotations

import torch
from torch import Tensor


def preview(latents: Tensor, latent_rgb: tuple[tuple[float, ...], ...]) -> bytes:
    """RGB bytes, rows from the top, of scaled latents [4, h, w]; one pixel per cell. `latent_rgb`: see FirstStage."""
    *rows, bias = torch.tensor(latent_rgb, device=latents.device).unbind()
    colours = torch.einsum("chw,ck->hwk", latents.float(), torch.stack(rows)) + bias
    shades = torch.nan_to_num((colours + 1) * 127.5).clamp(0, 255)
    return shades.round().to(torch.uint8).cpu().numpy().tobytes()
