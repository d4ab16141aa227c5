"""The optimiser of the training recipe: orthogonalised momentum for matrices, Adam for everything else.

Muon (K. Jordan, 2024) replaces each matrix's momentum by the nearest orthogonal matrix, so that every direction of the
weight learns at the same pace; convolutions count as matrices of (out) × (in · kernel). For where steps are scarce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic iteration that pushes all singular values towards 1 (Jordan, 2024)."""


def orthogonalised(matrix: Tensor, iterations: int = 4) -> Tensor:
    """Approximately U·Vᵀ of `matrix` = U·S·Vᵀ, by Newton-Schulz iteration; same shape.

    The iteration multiplies by polynomials of the Gram matrix only, so it runs on that small square, and the long side
    is touched twice: on a processor, where batches are small, this is what makes the method affordable. It does so in
    bfloat16, which is exact enough for a direction and is what such processors have matrix units for.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).bfloat16()
    gram, product = x @ x.T, torch.eye(len(x), dtype=x.dtype)
    a, b, c = NEWTON_SCHULZ
    for step in range(iterations):
        factor = torch.addmm(b * gram, gram, gram, alpha=c)
        factor.diagonal().add_(a)
        product = factor @ product
        if step + 1 < iterations:
            gram = factor @ gram @ factor
    x = (product @ x).to(matrix.dtype)
    return cast(Tensor, x.T if tall else x)


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; steps are scaled to a root mean square of 0.2 · `lr`, as Adam's would be."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._update(weight, weight.grad, group)

    def _update(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(gradient)
        state["momentum"].lerp_(gradient, 1 - group["momentum"])
        direction = gradient.lerp(state["momentum"], group["momentum"]).flatten(1)
        step = orthogonalised(direction) * (0.2 * max(direction.shape) ** 0.5)
        weight.add_(step.view_as(weight), alpha=-group["lr"])


def split_parameters(network: nn.Module, plain: tuple[str, ...] = ()) -> tuple[list[Tensor], list[Tensor]]:
    """(matrices for Muon, the rest for Adam): weights of rank 2 and up, except those whose name contains one of `plain`
    (embeddings, and the first and last layers, whose inputs and outputs are not exchangeable directions)."""
    matrices: list[Tensor] = []
    rest: list[Tensor] = []
    for name, parameter in network.named_parameters():
        is_matrix = parameter.ndim >= 2 and not any(part in name for part in plain)
        (matrices if is_matrix else rest).append(parameter)
    return matrices, rest
