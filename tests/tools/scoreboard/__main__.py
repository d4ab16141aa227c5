"""`python -m tests.tools.scoreboard [--scale S] [--only WORDS] [--folder F] [--dtype T] [--json F]`.

Measures what this machine can, and prints a table; rows that want a card say so where there is none. At the scale
"tiny" it goes through all of it with networks so small that their figures mean nothing; "full" are SDXL's own. With
OMP_NUM_THREADS=1, processor time is told instead of the clock's, for machines that others use, too.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch

from core.torch_environment import for_torch
from tests.tools.scoreboard.bench import FULL, MEDIUM, TINY, Bench, bench_here, bench_on_card
from tests.tools.scoreboard.row import CARD, Row, Score
from tests.tools.scoreboard.rows import ROWS
from tests.tools.scoreboard.table import conditions, markdown, plain

logger = logging.getLogger(__name__)
SCALES: Final = {"tiny": TINY, "medium": MEDIUM, "full": FULL}
DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def measured(chosen: Sequence[Row], here: Bench, on_card: Bench | None) -> Iterator[Score]:
    """One after the other; a row that fails says why and the others go on."""
    for row in chosen:
        bench = on_card if row.where == CARD else here
        if bench is None:
            yield Score(row, None)
            continue
        try:
            yield Score(row, row.measure(bench))
        except (RuntimeError, MemoryError, LookupError, OSError, subprocess.CalledProcessError) as error:
            logger.error("%s: %s", row.name, str(error).splitlines()[0] if str(error) else type(error).__name__)
            yield Score(row, None, f"failed: {type(error).__name__}")


def main(arguments: Sequence[str]) -> None:
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        scores = []
        for score in measured(_chosen(options), *_benches(options, folder)):
            scores.append(score)
            print(markdown([score]).splitlines()[-1], file=sys.stderr, flush=True)
    print(f"{json.dumps(conditions())}\n\n{markdown(scores)}")
    if options.json:
        options.json.write_text(json.dumps(plain(scores), indent=1))


def _chosen(options: argparse.Namespace) -> list[Row]:
    return [row for row in ROWS if not options.only or any(word in row.name for word in options.only)]


def _benches(options: argparse.Namespace, folder: Path) -> tuple[Bench, Bench | None]:
    here = SCALES[options.scale]
    if options.side is not None:
        here = replace(here, side=options.side)
    here = here if options.rounds is None else replace(here, rounds=options.rounds)
    card = bench_on_card(TINY if options.scale == "tiny" else FULL, folder / "full")
    return bench_here(here, folder / options.scale, DTYPES.get(options.dtype)), card


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.scoreboard", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="medium", help="of the networks, on the processor")
    parser.add_argument("--only", nargs="*", metavar="WORDS", help="rows whose names contain one of these")
    parser.add_argument("--folder", type=Path, help="where models are written, and found again: 2 GB, full 13")
    parser.add_argument("--json", type=Path, help="also write it all here")
    parser.add_argument("--side", type=int, help="of single passes, in pixels")
    parser.add_argument("--rounds", type=int, help="that count")
    parser.add_argument("--dtype", choices=DTYPES, help="of single passes on the processor")
    return parser


def as_a_worker(arguments: Sequence[str]) -> int:
    """The same in a process whose torch finds what a worker's does; returns its exit code."""
    command = [sys.executable, "-m", "tests.tools.scoreboard", *arguments]
    return subprocess.run(command, env=for_torch(os.environ)).returncode


if __name__ == "__main__":
    if os.environ.items() >= for_torch(os.environ).items():
        main(sys.argv[1:])
    else:
        sys.exit(as_a_worker(sys.argv[1:]))
