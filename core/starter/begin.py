"""Begins the states of training with the files that ship: `python -m core.starter.begin`, then train as from nothing.

What ships is the averaged weights in half precision; momentum and the clock begin anew.
"""

from __future__ import annotations

from typing import Final

from torch import nn

from core.starter.export import STARTER_FOLDER
from core.starter.shipped import shipped_painter
from core.starter.training import TRAINING_FOLDER, Average, save_state

NAMES: Final = ("vae", "base", "refiner")


def begin(name: str, network: nn.Module) -> None:
    """Write the state of a run that has not taken a step yet, with the weights of `network`."""
    save_state(TRAINING_FOLDER / f"{name}.safetensors", network, Average(network), clock=0.0, step=0)


def main() -> None:
    painter = shipped_painter(STARTER_FOLDER)
    for name, network in zip(NAMES, (painter.vae, painter.base, painter.refiner), strict=True):
        if network is not None:
            begin(name, network)


if __name__ == "__main__":
    main()
