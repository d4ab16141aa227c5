"""Orthogonalised momentum: what a step looks like, and that it learns."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.starter.optimiser import Muon, orthogonalised, split_parameters


@pytest.mark.parametrize("shape", [(8, 32), (32, 8), (16, 16)])
def test_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    u, _, v = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    stretched = u @ torch.diag(torch.linspace(0.2, 1.0, min(shape))) @ v
    values = torch.linalg.svdvals(orthogonalised(stretched))
    assert 0.6 < values.min() <= values.max() < 1.25


def test_a_step_has_the_size_of_adams_whatever_the_gradient() -> None:
    torch.manual_seed(0)
    sizes = []
    for factor in (1e-3, 1e3):
        weight = nn.Parameter(torch.zeros(16, 8, 3, 3))
        weight.grad = factor * torch.randn(16, 8, 3, 3, generator=torch.Generator().manual_seed(1))
        Muon([weight], lr=1.0).step()
        sizes.append(float(weight.detach().square().mean().sqrt()))
    assert sizes == pytest.approx([0.2, 0.2], rel=0.2)


def test_it_learns_a_linear_map() -> None:
    torch.manual_seed(0)
    wanted, learned = torch.randn(6, 10), nn.Linear(10, 6, bias=False)
    optimiser = Muon(learned.parameters(), lr=0.1)
    for _ in range(300):
        inputs = torch.randn(32, 10)
        loss = (learned(inputs) - inputs @ wanted.T).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.1


def test_matrices_and_the_rest_are_told_apart_by_rank_and_name() -> None:
    network = nn.ModuleDict({"body": nn.Linear(4, 4), "embedding": nn.Embedding(4, 4)})
    matrices, rest = split_parameters(network, plain=("embedding",))
    assert [tuple(matrix.shape) for matrix in matrices] == [(4, 4)]
    assert len(rest) == 2
