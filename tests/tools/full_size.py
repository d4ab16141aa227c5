"""Hanga beside diffusers on networks of full size, with random weights: `python -m tests.tools.full_size --folder F`.

Writes a base and a refiner (13 GB, once), lets each engine make the same latents in a process of its own, and prints
how far these differ, seconds per step, and memory. `--unet-only` compares single forward passes instead, on one copy of
the weights. `--engine` does one engine's share alone; `--tiny` does it all with small networks.

What is done is kept in the folder and not done again, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, REFINER_UNET, SDXL_VAE
from core.checkpoint.describe import describe
from core.durable import write_over
from core.paths import Home
from core.request import Guidance, Request
from tests.house import ROOT
from tests.tools.random_checkpoint import Networks, checkpoint_tensors, write_random

ENGINES: Final = ("hanga", "diffusers")
ROLES: Final = ("base", "refiner")
SHORT_NAMES: Final = {"float32": "fp32", "bfloat16": "bf16"}
TRAINED_LEVELS: Final = 1000

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Settings:
    folder: Path
    size: int
    steps: tuple[int, int]
    """Of the base and of the refiner."""
    dtype: str
    rounds: int
    tiny: bool

    def model(self, role: str) -> Path:
        return self.folder / f"{role}.safetensors"

    def key(self, engine: str) -> str:
        return f"{engine}-{self.size}-{self.steps[0]}+{self.steps[1]}-{self.dtype}"

    def latents(self, engine: str) -> Path:
        return self.folder / f"{self.key(engine)}.safetensors"

    @property
    def request(self) -> Request:
        return Request(
            prompt="a red boat on a calm sea",
            negative="blurry",
            checkpoint=str(self.model("base")),
            refiner=str(self.model("refiner")),
            width=self.size,
            height=self.size,
            steps=sum(self.steps),
            schedule="leading",
            guidance=Guidance(scale=5.0),
            handoff=handoff(*self.steps),
            seed=7,
            device="cpu",
            dtype=SHORT_NAMES[self.dtype],
        )


def handoff(base_steps: int, refiner_steps: int) -> float:
    """The share of noise levels that leaves the refiner this many steps of the leading schedule."""
    steps = base_steps + refiner_steps
    times = [number * (TRAINED_LEVELS // steps) + 1 for number in reversed(range(steps))]
    return 1 - (times[base_steps - 1] + times[base_steps]) // 2 / TRAINED_LEVELS


def write_models(settings: Settings) -> None:
    """Both checkpoints, unless they are there. Only small networks import torch for their shapes."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    for role, networks in _networks(settings.tiny).items():
        path = settings.model(role)
        if not (path.exists() and describe(path).unet == networks.unet):
            write_random(path, list(checkpoint_tensors(networks)))


def _networks(small: bool) -> dict[str, Networks]:
    if not small:
        return {
            "base": Networks(BASE_UNET, SDXL_VAE, CLIP_L, OPENCLIP_BIGG),
            "refiner": Networks(REFINER_UNET, SDXL_VAE, None, OPENCLIP_BIGG),
        }
    from tests import tiny

    return {
        "base": Networks(tiny.BASE_UNET, tiny.SMALL_VAE, tiny.CLIP_L, tiny.BIGG),
        "refiner": Networks(tiny.REFINER_UNET, tiny.SMALL_VAE, None, tiny.BIGG),
    }


class Book:
    """Results by name, kept in one file as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def results(self) -> dict[str, Result]:
        kept: dict[str, Result] = json.loads(self._path.read_text()) if self._path.exists() else {}
        return kept

    def once(self, name: str, measure: Callable[[], Result]) -> Result:
        """The result of that name; measured only if there is none."""
        if name not in self.results:
            result = measure()
            write_over(self._path, json.dumps(self.results | {name: result}, indent=1).encode())
        return self.results[name]


def run_engine(settings: Settings, engine: str) -> Result:
    """One engine's share, in this process."""
    from tests.tools import engines

    out = settings.latents(engine)
    if engine == "hanga":
        return engines.run_hanga(settings.request, Home(settings.folder / "home"), out)
    return engines.run_diffusers(settings.request, settings.model("base"), settings.model("refiner"), out)


def measure_engines(settings: Settings, book: Book, arguments: Sequence[str]) -> str:
    """Both shares, each in a process of its own, and the table."""
    for engine in ENGINES:
        if settings.key(engine) not in book.results:
            command = [sys.executable, "-m", "tests.tools.full_size", *arguments, "--engine", engine]
            subprocess.run(command, cwd=ROOT, check=True)
    rows = {engine: book.results[settings.key(engine)] for engine in ENGINES}
    return f"{table(rows)}\n\n{_differences(settings)}"


def _differences(settings: Settings) -> str:
    from numpy.linalg import norm
    from safetensors.numpy import load_file

    ours, theirs = (load_file(settings.latents(engine)) for engine in ENGINES)
    errors = {name: norm(ours[name] - theirs[name]) / norm(theirs[name]) for name in ("handoff", "final")}
    return "\n".join(f"Relative error of the latents, {name}: {error:.2e}" for name, error in errors.items())


def measure_unets(settings: Settings, book: Book) -> str:
    import torch

    from tests.tools import engines

    rows = {}
    for role in ROLES:
        dtype = getattr(torch, settings.dtype)
        measure = partial(engines.compare_unets, settings.model(role), settings.size, settings.rounds, dtype)
        rows[role] = book.once(f"unet-{role}-{settings.size}-{settings.dtype}", measure)
    return table({role: {**row, "ratio": row["hanga s"] / row["diffusers s"]} for role, row in rows.items()})


def table(rows: Mapping[str, Result]) -> str:
    """A table in Markdown: a row for every name, a column for every value."""
    columns = list(next(iter(rows.values())))
    lines = [["", *columns], ["---"] * (len(columns) + 1)]
    lines += [[name, *(f"{row[column]:.3g}" for column in columns)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str]) -> None:
    options = _parser().parse_args(arguments)
    folder = options.folder.resolve()
    settings = Settings(folder, options.size, options.steps, options.dtype, options.rounds, options.tiny)
    book = Book(folder / "results.json")
    write_models(settings)
    if options.unet_only:
        print(measure_unets(settings, book))
    elif options.engine:
        book.once(settings.key(options.engine), partial(run_engine, settings, options.engine))
    else:
        print(measure_engines(settings, book, [*arguments, "--folder", str(folder)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.full_size", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where models and results lie: 13 GB")
    parser.add_argument("--size", type=int, default=512, help="side of the picture in pixels")
    parser.add_argument("--steps", type=_steps, default=(3, 1), metavar="3+1", help="of base and refiner")
    parser.add_argument("--dtype", choices=SHORT_NAMES, default="float32")
    parser.add_argument("--engine", choices=ENGINES, help="only this one, in this process")
    parser.add_argument("--unet-only", action="store_true", help="single passes in turns")
    parser.add_argument("--rounds", type=int, default=3, help="passes that count, with --unet-only")
    parser.add_argument("--tiny", action="store_true", help="small networks, to try it all in seconds")
    return parser


def _steps(text: str) -> tuple[int, int]:
    base, refiner = (int(part) for part in text.split("+"))
    return base, refiner


if __name__ == "__main__":
    main(sys.argv[1:])
