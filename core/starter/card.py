"""The model card of the starter: what it is, how it was made, and the measured answers, good or poor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

INTRODUCTION: Final = """# The starter model

`base.safetensors` and `refiner.safetensors` are a small model of the SDXL family in the published single-file layout,
half precision, loaded by the same code as any other checkpoint. It makes flat poster pictures of about 256² pixels
(multiples of 32 on both sides) from English prompts such as *a red sailboat on a calm sea at sunset*.

**What it knows.** Twelve subjects (sailboat, lighthouse, mountain, house, tree, cactus, hot air balloon, bird, fish,
flower, mushroom, torii gate), eight colours, four times of day, four kinds of weather, three ways of printing
(woodblock, linocut, screenprint), left, centre and right, one to three, small and large. It learned no other words.

**What it learned from.** Only pictures that this project draws itself (`core/starter/posters.py`) and captions that it
writes itself (`core/starter/captions.py`): no photograph, no artwork, no text of anybody else. It shows no people.
Licence: that of the project.

**How it was made.** `python -m core.starter.dataset`, `train_vae`, `latents`, `train_unet base`, `train_unet
refiner`, `train_decoder`, `export`, `measure`. The recipe is that of the SDXL paper (arXiv 2307.01952) in miniature,
and it was run twice. First from nothing, in float32, on two busy cores of a server processor without AVX-512 or
bfloat16: first stage 30 minutes, decoder alone 20, base 171, refiner 45. Then on from those files (`begin`), in
bfloat16, on two cores with matrix units that had other work to do, at half to three quarters of the usual rates, with
20,000 posters of 128², 8,000 of 256² and 1,600 of each other frame, half of the last two encoded. In minutes of one
core: first stage 18 (1,386 steps); decoder alone, against a critic, 8 (952 steps); base 3 at 128², on the latents of
the former first stage, which the new ones resemble (correlations 0.92 to 0.99), and 37 in buckets around 256², in
four goes (1,420 steps of 16); refiner 6 (248 steps of 16). That is little, and the pictures show it: shapes are
uneven, subjects come twice, some prompts fail. The states of the runs are not kept in the repository; each run can be
stopped and resumed.

`examples.png` was made by `hanga generate` from *a red sailboat on a calm sea at sunset*, *a green cactus in the desert
by day*, *a red torii gate at dawn* and *a blue lighthouse at night*, with the seeds 7, 7, 8 and 8: but for the first,
the best of three.

## Measured

By `python -m core.starter.measure` on the shipped files, 2026-11-28: 25 Euler steps, guidance 4, hand-over at 0.8. What
follows prompts, what is sharp and what is fine in texture was measured with half as many pictures (`--share 0.5`). The
judge of subjects, colours and times is a small network trained on rendered posters only, of all combinations.
"""


def write_card(folder: Path, results: Mapping[str, Any]) -> None:
    """Write `README.md` into `folder` from the results of `measure`; questions without an answer are left out."""
    parts = [INTRODUCTION]
    for name, section in SECTIONS.items():
        if name in results:
            parts.append(section(results[name]))
    (folder / "README.md").write_text("\n".join(parts), encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _first_stage(result: Mapping[str, float]) -> str:
    return f"### First stage\n\nPosters encoded and decoded again: {result['psnr']:.1f} dB (peak signal to noise).\n"


def _following(result: Mapping[str, Any]) -> str:
    names = {
        "learned": "painted, combinations it was trained on",
        "held_out": "painted, combinations it never saw",
        "learned_rendered": "the judge itself, on rendered posters",
        "held_out_rendered": "the judge itself, on rendered held-out posters",
    }
    columns = ("subject", "colour", "time", "all")
    rows = [[text, *(_percent(result[name][column]) for column in columns)] for name, text in names.items()]
    head = ("", "subject", "colour", "time of day", "all three")
    text = (
        f"Prompts of subject, colour and time of day; {result['pictures']} pictures a painted row, 400 a rendered one."
        " The goal, in combinations never seen, is 85 % of subjects, 85 % of colours and 90 % of times of day."
    )
    return f"### Following a prompt\n\n{text}\n\n{table(head, rows)}"


def _sharpness(result: Mapping[str, float]) -> str:
    rows = [[side, f"{value:.1f}"] for side, value in result.items()]
    first, *_, last = result.values()
    text = (
        "Median squared Laplacian of 256² pictures, by the original size they are told. Same prompts and seeds. It"
        f" should rise; from the smallest to the largest it changes by {100 * (last / first - 1):+.1f} %."
    )
    return f"### Original size and sharpness\n\n{text}\n\n{table(('original', 'sharpness'), rows)}"


def _shift(result: Mapping[str, float]) -> str:
    rows = [[left, f"{value:.3f}"] for left, value in result.items()]
    first, *_, last = result.values()
    text = (
        "Mean horizontal place of the subject (0 left edge, 1 right edge), by the left crop it is told, in pixels. It"
        " should move left; from the smallest to the largest crop it moves by"
        f" {100 * (last - first):+.1f} % of the width."
    )
    return f"### Crop and place\n\n{text}\n\n{table(('crop left', 'place'), rows)}"


def _proportions(result: Mapping[str, Mapping[str, float]]) -> str:
    rows = [[frame, f"{found['painted']:.2f}", f"{found['rendered']:.2f}"] for frame, found in result.items()]
    text = "Width over height of a hot air balloon in every bucket; the shape must not follow the frame."
    return f"### Buckets and proportions\n\n{text}\n\n{table(('frame', 'painted', 'rendered'), rows)}"


def _texture(result: Mapping[str, Sequence[float]]) -> str:
    rows = [[name, *(f"{value:.1f}" for value in result[name])] for name in ("rendered", "base", "refined")]
    change = abs(result["refined"][-1] - result["rendered"][-1]) - abs(result["base"][-1] - result["rendered"][-1])
    text = (
        "Energy in decibels by octave of spatial frequency, broad to fine; nearer to the rendered row is better. In the"
        f" finest octave the refiner changes the distance by {change:+.1f} dB; less than nothing would be nearer."
    )
    return f"### Refiner and fine texture\n\n{text}\n\n{table(('', '1/16–1/8', '1/8–1/4', '1/4–1/2'), rows)}"


SECTIONS: Final = {
    "first_stage": _first_stage,
    "following": _following,
    "sharpness_by_original": _sharpness,
    "shift_by_crop": _shift,
    "proportions_by_bucket": _proportions,
    "texture_by_refiner": _texture,
}
