"""How near 8 bits come to weights: integers with a scale for each row, beside float8 (e4m3) with one.

`python -m tests.tools.eight_bits` tells the signal to noise in decibels, for rows of random normal numbers and for the
weights of the starter's UNets that may lie in 8 bits: the least near of them, the median, and all together.

`python -m tests.tools.eight_bits --full F` makes a base UNet of random weights in F, unless it is there, and tells how
long it takes to load for bfloat16, in 8 bits and as it is, what memory of its own it takes, and the seconds of a pass
for both sides of guidance, in turns; processor seconds with OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor

from core.checkpoint.describe import describe
from core.checkpoint.eight_bits import lies_in_eight_bits
from core.checkpoint.filling import narrow
from core.checkpoint.load import load_unet
from core.memory.mover import Where
from core.models.unet import UNet
from core.pipeline.opening import OPENERS
from core.request import EIGHT_BITS, EXACT
from tests.house import ROOT
from tests.tools.load_speed import made
from tests.tools.scoreboard.bench import FULL, Bench, turns
from tests.tools.scoreboard.passes import pass_of

CPU: Final = torch.device("cpu")
E4M3: Final = torch.float8_e4m3fn
LENGTHS: Final = (320, 1280, 5120, 11520)
"""Of rows in SDXL: the narrowest projection, the widest, the end of a feed-forward, the largest convolution."""
ROWS: Final = 1280


def as_integers(weight: Tensor) -> Tensor:
    """`weight` [O, I] as it comes back."""
    integers, scale = torch.empty_like(weight, dtype=torch.int8), torch.empty(len(weight))
    narrow(weight, integers, scale)
    return integers * scale[:, None]


def as_float8(weight: Tensor) -> Tensor:
    scale = weight.abs().amax(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny) / torch.finfo(E4M3).max
    return (weight / scale).to(E4M3).float() * scale


WAYS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {"integers": as_integers, "e4m3": as_float8}


def nearness(weights: Iterable[Tensor], way: Callable[[Tensor], Tensor]) -> float:
    """Signal to noise of all of them together, in decibels."""
    signal = noise = 0.0
    for weight in weights:
        signal += float(weight.double().square().sum())
        noise += float((weight.double() - way(weight).double()).square().sum())
    return 10 * math.log10(signal / noise)


def starter_weights(role: str) -> list[Tensor]:
    path = Path(ROOT) / "resources" / "starter" / f"{role}.safetensors"
    unet, _ = load_unet(describe(path), torch.float32, CPU)
    return [weight.flatten(1) for weight in unet.parameters() if lies_in_eight_bits(weight.shape)]


def own_bytes() -> int:
    """Memory of this process that no file backs."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def full_size(path: Path) -> None:
    unets = {weights: loaded(path, weights) for weights in (EIGHT_BITS, EXACT)}
    for side in (256, 512):
        bench = Bench(replace(FULL, side=side, rounds=3), path.parent, CPU, torch.bfloat16)
        seconds = turns(bench, [pass_of(unet, bench) for unet in unets.values()])
        print(f"a pass at {side}²:", *(f"{way} {each:.2f} s" for way, each in zip(unets, seconds, strict=True)))


def loaded(path: Path, weights: str) -> UNet:
    before, began = own_bytes(), time.process_time()
    one = OPENERS["unet", weights](describe(path), torch.bfloat16, lambda count: False)
    one.mover.settle(Where(CPU))
    print(f"{weights}: loaded in {time.process_time() - began:.1f} s, takes {(own_bytes() - before) / 1e9:.2f} GB")
    return cast(UNet, one.network)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.full is None:
        tell_nearness()
    else:
        full_size(made(options.full, "full"))


def tell_nearness() -> None:
    generator = torch.Generator().manual_seed(1)
    for length in LENGTHS:
        drawn = torch.randn(ROWS, length, generator=generator)
        print(f"rows of {length:6}", *(f"{name} {nearness([drawn], way):5.1f} dB" for name, way in WAYS.items()))
    for role in ("base", "refiner"):
        weights = starter_weights(role)
        for name, way in WAYS.items():
            each = [nearness([weight], way) for weight in weights]
            found = f"least {min(each):.1f}, median {statistics.median(each):.1f}, all {nearness(weights, way):.1f} dB"
            print(f"starter's {role}, {len(weights)} weights, {name}: {found}")


if __name__ == "__main__":
    main()
