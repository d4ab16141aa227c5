"""How long a network takes from its file until it can compute, beside a mere parallel read of the same bytes.

    python -m tests.tools.load_speed --folder F [--size medium] [--rounds 5]

Makes a UNet with random weights in half precision in F, unless it is there, and reads it in turns: bare, into a network
of the same type, converted, into 8 bits, and used in place. Tells the median of each and its ratio to the bare read.
Pages of the file are in memory but for the first round, which is not counted. Where other work shares the machine, the
seconds that processors spent (of all threads) tell more than those that passed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch

from core.architecture import BASE_UNET, UNetConfig
from core.checkpoint.describe import describe
from core.checkpoint.filling import LANES
from core.checkpoint.save import save_checkpoint
from core.memory.mover import Where
from core.models.unet import UNet
from core.pipeline.opening import OPENERS
from core.request import EIGHT_BITS, EXACT
from tests.tiny import BASE_UNET as TINY

CPU: Final = torch.device("cpu")
PIECE: Final = 8 << 20
"""Bytes of a bare read."""
SIZES: Final[Mapping[str, UNetConfig]] = {
    "tiny": TINY,
    "medium": replace(BASE_UNET, model_channels=192, vector_dim=1280 + 6 * 256),
    "full": BASE_UNET,
}
"""Of medium size: 1.9 GB in half precision."""


def made(folder: Path, size: str) -> Path:
    path = folder / f"unet-{size}.safetensors"
    if not path.exists():
        torch.manual_seed(1)
        with torch.device("meta"):
            unet = UNet(SIZES[size])
        unet = unet.to_empty(device=CPU).half()
        for weight in unet.parameters():
            weight.data.normal_(std=0.02)
        save_checkpoint(path, unet=unet, dtype=torch.float16)
    return path


def bare(path: Path) -> None:
    """All bytes of the file into new memory, by as many threads as networks are read."""
    size = path.stat().st_size
    memory = memoryview(torch.empty(size, dtype=torch.uint8).numpy().data)

    def read(start: int) -> None:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            piece = memory[start : start + PIECE]
            while piece.nbytes:
                piece = piece[file.readinto(piece) or piece.nbytes :]

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(read, range(0, size, PIECE)))


def loaded(path: Path, dtype: torch.dtype, in_place: bool = False, weights: str = EXACT) -> None:
    one = OPENERS["unet", weights](describe(path), dtype, lambda count: False)
    one.mover.settle(Where(CPU, in_place=in_place))


Seconds = tuple[float, float]
"""That passed, and that processors spent."""


def measured(path: Path, rounds: int) -> dict[str, Seconds]:
    """Medians of each way, taken in turns so that they share what else the machine does."""
    ways: dict[str, Callable[[], None]] = {
        "bare read": lambda: bare(path),
        "float16": lambda: loaded(path, torch.float16),
        "to bfloat16": lambda: loaded(path, torch.bfloat16),
        "to float32": lambda: loaded(path, torch.float32),
        "in 8 bits": lambda: loaded(path, torch.bfloat16, weights=EIGHT_BITS),
        "in place": lambda: loaded(path, torch.float16, in_place=True),
    }
    times: dict[str, list[Seconds]] = {name: [] for name in ways}
    for round_ in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter(), time.process_time()
            way()
            if round_:
                times[name].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return {
        name: (statistics.median(passed for passed, _ in each), statistics.median(spent for _, spent in each))
        for name, each in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--size", choices=SIZES, default="medium")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    path = made(options.folder, options.size)
    found = measured(path, options.rounds)
    gigabytes = path.stat().st_size / 1e9
    print(f"{gigabytes:.2f} GB, {LANES} threads, {os.cpu_count()} cores, median of {options.rounds}")
    bare_passed, bare_spent = found["bare read"]
    for name, (passed, spent) in found.items():
        print(
            f"{name:12} {passed:6.2f} s passed ({passed / bare_passed:.2f} of the bare read)"
            f" {spent:6.2f} s spent ({spent / bare_spent:.2f})"
        )


if __name__ == "__main__":
    main()
