"""A UNet and the towers it is trained with, as one network."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from core.architecture import SIZE_EMBEDDING_DIM, TextConfig, UNetConfig
from core.conditioning.tokens import EOS
from core.conditioning.towers import BigG, ClipL
from core.embedding import sinusoid
from core.models.unet import UNet
from core.starter.corpus import PAD, Batch


class Speaker(nn.Module):
    """From noisy latents and captions to the noise. `clip_l` is absent in a refiner."""

    def __init__(self, unet: UNet, bigg: BigG, clip_l: ClipL | None) -> None:
        super().__init__()
        self.unet = unet
        self.bigg = bigg
        self.clip_l = clip_l

    @classmethod
    def build(cls, unet: UNetConfig, bigg: TextConfig, clip_l: TextConfig | None) -> Speaker:
        """An untrained one."""
        return cls(UNet(unet), BigG(bigg), ClipL(clip_l) if clip_l is not None else None)

    def forward(self, noisy: Tensor, times: Tensor, batch: Batch) -> Tensor:
        """Noise [B, 4, h, w] in `noisy` at the table's `times` [B]."""
        context, pooled = self.listen(batch.ids)
        waves = sinusoid(batch.numbers.flatten(), SIZE_EMBEDDING_DIM).view(len(noisy), -1)
        vector = torch.cat([pooled * batch.heard[:, 0], waves], dim=-1)
        return cast(Tensor, self.unet(noisy, times, context * batch.heard, vector))

    def listen(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Context [B, 77, D] and pooled text [B, P] of ids padded for the second tower."""
        context, pooled = self.bigg.encode(ids)
        if pooled is None:
            raise TypeError("the second tower has a projection")
        if self.clip_l is not None:
            first, _ = self.clip_l.encode(torch.where(ids == PAD, EOS, ids))
            context = torch.cat([first, context], dim=-1)
        return context, pooled


@torch.no_grad()
def start_quiet(unet: UNet) -> None:
    """Let every residual branch and the output begin at zero, so that a deep network starts as a shallow one."""
    for name, parameter in unet.named_parameters():
        if name.endswith(("out_layers.3.weight", "proj_out.weight", "out.2.weight")):
            parameter.zero_()
