"""The critic of the decoder's training: it learns what crisp is, and weighs no more than the drawing loss."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from core.starter.critic import MOST, Critic


def stripes(count: int) -> torch.Tensor:
    """Crisp random stripes [count, 3, 32, 32]."""
    rows = torch.randint(0, 2, (count, 1, 1, 16)).float() * 2 - 1
    return rows.repeat_interleave(2, dim=3).expand(count, 3, 32, 32)


def softened(pixels: torch.Tensor) -> torch.Tensor:
    return F.avg_pool2d(pixels, 5, stride=1, padding=2)


def test_it_scores_every_eight_pixels() -> None:
    assert Critic()(torch.zeros(2, 3, 32, 64)).shape == (2, 1, 4, 8)


def test_it_learns_to_tell_soft_pictures_from_crisp_ones() -> None:
    torch.manual_seed(0)
    critic = Critic()
    for _ in range(60):
        crisp = stripes(8)
        critic.learn(softened(crisp), crisp)
    crisp = stripes(16)
    assert critic(crisp).mean() > critic(softened(crisp)).mean() + 0.5


def test_what_it_says_moves_the_last_layer_as_much_as_the_drawing_loss() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 3, 3, padding=1)
    printed = stripes(4)
    drawn = layer(softened(printed))
    drawing = (drawn - printed).abs().mean()
    opinion = Critic().weighed(drawn, drawing, layer.weight)
    ours, theirs = (torch.autograd.grad(one, layer.weight, retain_graph=True)[0].norm() for one in (drawing, opinion))
    assert 0.0 < theirs <= ours * 1.05
    assert MOST > 1.0
