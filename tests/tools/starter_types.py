"""What the starter model loses in bfloat16 on a processor, and what it gains: the same pictures beside float32.

`python -m tests.tools.starter_types [--size 256] [--steps 25] [--other 8bit]` tells, for every prompt, how far the
final latents and the picture are off in decibels, and the processor seconds of the run as a share. `--other`: float32
with weights in 8 bits instead, or `both`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from core.library.models import ModelFolder
from core.memory.machine import this_machine
from core.paths import Home
from core.pipeline.networks import Networks
from core.pipeline.warm import import_libraries
from core.planning.planner import make_plan
from core.request import Request
from tests.tools.scoreboard.stories import Told, decibels, told

PROMPTS: Final = (
    "a red sailboat on a calm sea",
    "two green pine trees under a yellow moon",
    "a white cat on a blue hill",
    "an orange balloon above mountains",
)


OTHERS: Final[Mapping[str, Mapping[str, str]]] = {
    "bf16": {"dtype": "bf16"},
    "8bit": {"dtype": "fp32", "weights": "8bit"},
    "both": {"dtype": "bf16", "weights": "8bit"},
}


def made(request: Request, home: Home) -> tuple[Told, float]:
    """The run, and the processor seconds that it took, loading included."""
    plan = make_plan(request, ModelFolder(home), this_machine())
    began = time.process_time()
    run = told(plan, Networks())
    return run, time.process_time() - began


def compared(request: Request, other: Mapping[str, Any], home: Home) -> str:
    (wide, wide_seconds), (narrow, narrow_seconds) = (made(one, home) for one in (request, replace(request, **other)))
    latents = decibels(wide.kept.latents["final"], narrow.kept.latents["final"])
    picture = decibels(wide.kept.pixels[0] / 255, narrow.kept.pixels[0] / 255, peak=1.0)
    share = narrow_seconds / wide_seconds
    return f"{request.prompt:42} latents {latents:5.1f} dB  picture {picture:5.1f} dB  {share:5.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--other", choices=OTHERS, default="bf16")
    options = parser.parse_args()
    size = options.size
    plain = Request(prompt="", width=size, height=size, steps=options.steps, device="cpu", dtype="fp32")
    import_libraries()
    with TemporaryDirectory() as folder:
        for seed, prompt in enumerate(PROMPTS, 11):
            request = replace(plain, prompt=prompt, seed=seed)
            print(compared(request, OTHERS[options.other], Home(Path(folder))), flush=True)


if __name__ == "__main__":
    main()
