"""A small network that tells drawn posters from printed ones, patch by patch: what the decoder learns crispness from.

Where a decoder is unsure of an edge, the absolute error is smallest for a soft one. A critic of patches (Isola et al.
2017) with a hinge loss minds softness itself; it is weighed against the drawing loss by their gradients at the last
layer (Esser et al. 2021), so that neither drowns the other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

WIDTHS: Final = (3, 32, 64, 64)
RATE: Final = 1e-3
SLOPE: Final = 0.2
MOST: Final = 10.0
"""The largest weight against the drawing loss, whatever the gradients say."""


class Critic(nn.Module):
    """Three strided convolutions: a score for every 8 × 8 pixels, each from some 22 × 22 of them."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4, stride=2, padding=1)) for before, after in pairwise(WIDTHS)
        )
        self.answer = spectral_norm(nn.Conv2d(WIDTHS[-1], 1, 1))
        self.optimiser = torch.optim.Adam(self.parameters(), lr=RATE, betas=(0.5, 0.9), fused=True)

    def forward(self, pixels: Tensor) -> Tensor:
        """Scores [B, 1, h/8, w/8] of pixels [B, 3, h, w]: positive for printed, negative for drawn."""
        with torch.autocast("cpu", torch.bfloat16):
            for layer in self.layers:
                pixels = F.leaky_relu(layer(pixels), SLOPE)
            return cast(Tensor, self.answer(pixels)).float()

    def learn(self, drawn: Tensor, printed: Tensor) -> None:
        """One step towards telling the two apart."""
        loss = F.relu(1 - self(printed)).mean() + F.relu(1 + self(drawn.detach())).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()

    def weighed(self, drawn: Tensor, drawing: Tensor, last: Tensor) -> Tensor:
        """What the critic makes of `drawn`, to be minimised, with a gradient at the weights `last` as large as that of
        the `drawing` loss."""
        opinion = -self(drawn).mean()
        ours, theirs = (torch.autograd.grad(one, last, retain_graph=True)[0].norm() for one in (drawing, opinion))
        return cast(Tensor, opinion * (ours / (theirs + 1e-4)).clamp(max=MOST).detach())
