"""Broken and hostile pictures, read as the program reads them: `python -m tests.tools.hostile_pictures --count 30000`.

Pictures of all formats and programs are changed at random (half of the PNGs get their checksums repaired afterwards, so
that the damage goes deep), then a child process reads each in every way there is. It has a limit of memory, and a clock
that kills it; whatever kills it, the next child goes on behind that picture. `--crafted` reads `hostile_set` instead.

Prints a table. A picture that did harm is made again from `--seed` and its number: `--first NUMBER --count 1`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.errors import HangaError
from core.library import formats
from core.library.foreign.reading import read
from core.library.picture import encode
from core.library.picture_text import read_texts
from core.library.pixels import decode
from core.library.png_text import SIGNATURE
from core.request import Request
from tests.house import ROOT
from tests.library.conftest import record_for
from tests.library.foreign import samples
from tests.library.foreign.pictures import png, with_comment, with_exif
from tests.tools.hostile_set import CRAFTED

MOST_MEMORY: Final = 2 << 30
"""Address space of a child, most of it the libraries'."""
MOST_SECONDS: Final = 10
"""Of the processor, for one picture; a machine that is busy otherwise may take longer."""
LENGTHS: Final = (0, 1, 2, 4, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
TOKENS: Final = (
    "null", "NaN", "-1", "1e999", "9" * 400, '"', "[", "{", "}", "]", "\\", "\0", "\u202e", "<lora:", "BREAK", "::",
    '["7", 0]', "true", '"file:///etc/passwd"', "Negative prompt:", "Steps: ", "Size: 1x", ", ", ": ",
)  # fmt: skip

Reader = Callable[[Path], object]
READERS: Final[tuple[Reader, ...]] = (read, formats.read_record, decode)


@dataclass
class Tally:
    """What came of some pictures."""

    count: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    """By the name of the picture."""
    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_name: str = ""
    base: float = 0.0
    peak: float = 0.0

    def add(self, name: str, outcome: str, seconds: float) -> None:
        self.count += 1
        self.outcomes[name] = outcome
        if seconds > self.slowest:
            self.slowest, self.slowest_name = seconds, name

    def table(self, seed: int) -> str:
        lines = [f"{count:8,}  {outcome}" for outcome, count in sorted(Counter(self.outcomes.values()).items())]
        rows = {
            "pictures": f"{self.count:,}",
            "crashes": f"{len(self.crashes)} {self.crashes[:5] or ''}",
            "hangs": f"{len(self.hangs)} {self.hangs[:5] or ''}",
            "slowest": f"{1000 * self.slowest:.0f} ms ({self.slowest_name})",
            "peak": f"{self.peak:.0f} MB, of which {self.base:.0f} before the first picture",
            "seed": str(seed),
        }
        return "\n".join([*lines, *(f"{name:10} {value}" for name, value in rows.items())])


@cache
def originals() -> tuple[bytes, ...]:
    """Whole pictures to begin with, of every format and program."""
    ours = encode(np.arange(32 * 32 * 3, dtype=np.uint8).reshape(32, 32, 3), record_for(Request(prompt="a fox")))
    texts = {"hanga": "", "parameters": samples.A1111_RICH}
    own, grey = _texts_of(ours), Image.new("RGB", (32, 32))
    copies = [formats.encoded(grey, own, formats.Export(format=kind)) for kind in ("jpeg", "webp")]
    return (
        ours,
        *copies,
        png(texts),
        png({"prompt": json.dumps(samples.comfy()), "workflow": json.dumps(samples.WORKFLOW)}),
        png({"prompt": json.dumps(samples.comfy_custom())}),
        png({"workflow": json.dumps(samples.WORKFLOW)}),
        png({"invokeai_metadata": json.dumps(samples.INVOKE)}),
        png({"parameters": json.dumps(samples.FOOOCUS), "fooocus_scheme": "fooocus"}),
        png({"parameters": json.dumps(samples.SWARM)}),
        png(samples.NOVELAI),
        png({"XML:com.adobe.xmp": samples.draw_things(samples.DRAW_THINGS_JSON)}),
        with_comment("JPEG", samples.A1111),
        with_comment("WEBP", samples.A1111, "utf-16-le"),
        with_exif("WEBP", {0x0110: "prompt:" + json.dumps(samples.comfy())}),
        with_exif("JPEG", {}, samples.draw_things(samples.DRAW_THINGS_JSON).encode()),
    )


def _texts_of(picture: bytes) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(picture)
        return read_texts(path)


def mutated(seed: int, number: int) -> bytes:
    """Picture `number` of a campaign."""
    dice = random.Random(f"{seed}/{number}")
    data = bytearray(dice.choice(originals()))
    for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
        dice.choice((_flip, _flip, _cut, _repeat, _length, _token))(dice, data)
    if dice.random() < 0.1:
        del data[dice.randrange(len(data) + 1) :]
    return repaired(bytes(data)) if dice.random() < 0.5 else bytes(data)


def _flip(dice: random.Random, data: bytearray) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _cut(dice: random.Random, data: bytearray) -> None:
    start = dice.randrange(len(data) + 1)
    del data[start : start + dice.choice((1, 2, 8, 64, 512))]


def _repeat(dice: random.Random, data: bytearray) -> None:
    start = dice.randrange(len(data) + 1)
    data[start:start] = data[start : start + dice.choice((1, 8, 64, 512))] * dice.choice((1, 2, 50))


def _length(dice: random.Random, data: bytearray) -> None:
    """A number that lengths and sizes may be, big- or little-endian, short or long."""
    form = dice.choice((">I", "<I", ">H", "<H"))
    size = struct.calcsize(form)
    start = dice.randrange(max(len(data) - 4, 1))
    data[start : start + size] = struct.pack(form, dice.choice(LENGTHS) % 256**size)


def _token(dice: random.Random, data: bytearray) -> None:
    """Something that means something to readers of texts, in place of something else."""
    start = dice.randrange(len(data) + 1)
    data[start : start + dice.choice((0, 1, 4))] = dice.choice(TOKENS).encode()


def repaired(data: bytes) -> bytes:
    """A PNG whose chunks have the checksums that they should, a WebP whose length is right; anything else as it is."""
    if data[:4] == b"RIFF":
        return data[:4] + struct.pack("<I", max(len(data) - 8, 0)) + data[8:]
    if not data.startswith(SIGNATURE):
        return data
    whole, place = bytearray(data), len(SIGNATURE)
    while place + 12 <= len(whole):
        (length,) = struct.unpack_from(">I", whole, place)
        end = place + 8 + length
        if end + 4 > len(whole):
            break
        whole[end : end + 4] = struct.pack(">I", zlib.crc32(whole[place + 4 : end]))
        place = end + 4
    return bytes(whole)


def judged(path: Path) -> str:
    """What reading comes to: the program, or the code of the refusal. Anything but HangaError escapes."""
    outcomes = []
    for reader in READERS:
        try:
            found = reader(path)
            outcomes.append(getattr(found, "program", "read"))
        except HangaError as error:
            outcomes.append(error.code)
    return str(outcomes[0])


def pictures(settings: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """(name, file) of those that are to be read."""
    if settings.crafted:
        for name, (_, make) in list(CRAFTED.items())[settings.first :]:
            yield name, make()
        return
    for number in range(settings.first, settings.first + settings.count):
        yield str(number), mutated(settings.seed, number)


def child(settings: argparse.Namespace) -> None:
    """Read pictures, one line of JSON before and one after each."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    originals()
    _say(base=_megabytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        for name, data in pictures(settings):
            path.write_bytes(data)
            _say(name=name)
            signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
            start = time.process_time()
            outcome = _outcome(path)
            seconds = time.process_time() - start
            signal.setitimer(signal.ITIMER_PROF, 0)
            _say(outcome=outcome, seconds=seconds, peak=_megabytes())


def _outcome(path: Path) -> str:
    try:
        return judged(path)
    except Exception as error:  # noqa: BLE001  # every exception but ours is what is being looked for
        return f"crash: {type(error).__name__}: {error}"[:200]


def _say(**data: object) -> None:
    print(json.dumps(data), flush=True)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def campaign(settings: argparse.Namespace) -> Tally:
    """Children after one another, until every picture has been read."""
    tally, first = Tally(), settings.first
    total = len(CRAFTED) if settings.crafted else settings.count
    while tally.count < total:
        done = tally.count
        command = [sys.executable, "-m", "tests.tools.hostile_pictures", "--child", "--seed", str(settings.seed)]
        command += ["--first", str(first), "--count", str(total - tally.count)]
        _follow([*command, *(["--crafted"] if settings.crafted else [])], tally)
        first += tally.count - done
        if tally.count == done:
            raise RuntimeError("a child ended before its first picture")
    return tally


def _follow(command: Sequence[str], tally: Tally) -> None:
    """One child, to its end, whatever that is."""
    name: str | None = None
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            if "base" in said:
                tally.base = max(tally.base, said["base"])
            elif "name" in said:
                name = said["name"]
            else:
                tally.peak = max(tally.peak, said["peak"])
                _count(tally, str(name), said["outcome"], said["seconds"])
                name = None
    if name is not None:
        hung = process.returncode == -signal.SIGPROF
        (tally.hangs if hung else tally.crashes).append(name)
        tally.add(name, "hang" if hung else f"killed by signal {-process.returncode}", MOST_SECONDS if hung else 0.0)


def _count(tally: Tally, name: str, outcome: str, seconds: float) -> None:
    if outcome.startswith("crash"):
        tally.crashes.append(f"{name}: {outcome}")
    tally.add(name, outcome, seconds)


def settings_from(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--crafted", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main() -> None:
    settings = settings_from(sys.argv[1:])
    if settings.child:
        child(settings)
        return
    tally = campaign(settings)
    print(tally.table(settings.seed))
    sys.exit(1 if tally.crashes or tally.hangs else 0)


if __name__ == "__main__":
    main()
