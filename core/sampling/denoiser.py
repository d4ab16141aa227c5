"""From a network to a denoiser: the function every sampler works with, whatever the network was trained to predict."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, Protocol

from torch import Tensor

Prediction = Literal["epsilon", "v", "sample"]


class Denoiser(Protocol):
    """(latents [B,4,h,w] = x0 + sigma·noise, sigma) → the estimate of x0, same shape and type."""

    def __call__(self, latents: Tensor, sigma: float, /) -> Tensor: ...


class Network(Protocol):
    """(latents scaled to unit variance [B,4,h,w], time, sigma) → the network's own output, same shape.

    Time is what a network is told; sigma is there for guidance that depends on it.
    """

    def __call__(self, scaled: Tensor, time: float, sigma: float, /) -> Tensor: ...


def denoiser(network: Network, prediction: Prediction, time_of: Callable[[float], float]) -> Denoiser:
    """Scale the latents for the network and read its output as x0, in the latents' own type.

    The network was trained on variance-preserving latents, which are these divided by √(σ²+1).
    """
    read = READINGS[prediction]

    def denoise(latents: Tensor, sigma: float) -> Tensor:
        output = network(latents / math.sqrt(sigma**2 + 1), time_of(sigma), sigma)
        return read(latents, output.to(latents), sigma)

    return denoise


def _from_epsilon(latents: Tensor, output: Tensor, sigma: float) -> Tensor:
    return latents - output * sigma


def _from_v(latents: Tensor, output: Tensor, sigma: float) -> Tensor:
    """v = (noise − σ·x0) / √(σ²+1) (Salimans and Ho, arXiv 2202.00512, in sigma's terms)."""
    return latents / (sigma**2 + 1) - output * (sigma / math.sqrt(sigma**2 + 1))


def _from_sample(latents: Tensor, output: Tensor, sigma: float) -> Tensor:
    return output


READINGS: Final[Mapping[Prediction, Callable[[Tensor, Tensor, float], Tensor]]] = MappingProxyType(
    {"epsilon": _from_epsilon, "v": _from_v, "sample": _from_sample}
)
