"""What every training run of the recipe shares: a running average of the weights, a learning rate that warms up and
decays, and a state on disk that a killed run goes on from. State is safetensors in `.training/`, which git ignores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from core.durable import write_over

TRAINING_FOLDER = Path(__file__).resolve().parents[2] / ".training"


class Average:
    """Exponential moving average of a network's weights (EMA), warmed up so that early steps do not linger."""

    def __init__(self, network: nn.Module, decay: float = 0.999) -> None:
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            self.weights[name].lerp_(value, 1 - decay)


def rate(progress: float, warm_up: float = 0.01, floor: float = 0.02) -> float:
    """Factor of the learning rate at `progress` in 0…1: linear warm-up, then half a cosine down to `floor`."""
    if progress < warm_up:
        return progress / warm_up
    along = min(1.0, (progress - warm_up) / (1 - warm_up))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * along))


def set_rate(optimisers: Sequence[torch.optim.Optimizer], factor: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group.setdefault("peak", group["lr"]) * factor


def learn(network: nn.Module, optimisers: Sequence[torch.optim.Optimizer], loss: Tensor) -> None:
    """One step down the gradient of `loss`, whose norm is kept within 1."""
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()


def save_state(path: Path, network: nn.Module, average: Average, clock: float, step: int) -> None:
    """Weights, their average, and how far the run is (`clock` in seconds of training). Replaces `path` in one step."""
    tensors = {f"network.{name}": value.contiguous() for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value.contiguous() for name, value in average.weights.items()}
    write_over(path, save(tensors, metadata={"clock": repr(clock), "step": str(step)}))


def load_state(path: Path, network: nn.Module, average: Average) -> tuple[float, int]:
    """Fills both from `path`; returns (clock, step). Momentum is not kept: it is back within some twenty steps."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    network.load_state_dict(_below("network.", tensors))
    average.weights = _below("average.", tensors)
    return float(metadata["clock"]), int(metadata["step"])


def averaged_weights(path: Path) -> dict[str, Tensor]:
    """The running average in a state on disk: the weights to use."""
    return _below("average.", load_file(path))


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
