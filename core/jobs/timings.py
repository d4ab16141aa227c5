"""How long this machine takes for what: durations of past runs, and what they let expect.

`timings.json`: {"schema": 2, "durations": [{"kind": {…}, "samples": [[work, seconds], …]}, …]}, newest last. It only
saves guessing: a file that cannot be read is kept aside and begun anew, one that cannot be written is done without.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median_low
from typing import Final

from core.durable import keep_aside, write_over
from core.errors import HangaError
from core.plain import from_plain, to_plain

logger = logging.getLogger(__name__)

SCHEMA: Final = 2
MOST_BYTES: Final = 1 << 20
MOST_KINDS: Final = 500
REMEMBERED: Final = 7
"""Samples of a kind: enough for a median that one slow run does not move."""

NEAREST: Final = 5
"""Samples, of the most similar work, that an expectation is made from."""

MOST_WORK: Final = 1e15
MOST_SECONDS: Final = 1e6

Sample = tuple[float, float]
"""Work (in a unit of the kind's own, at least 1) and the seconds that it took."""


@dataclass(frozen=True)
class Kind:
    """What is done, with what. Durations of one kind are alike but for how much work there is."""

    stage: str
    device: str
    cold: bool = False
    """Whether networks have to be read from disk for it."""
    dtype: str = ""
    model: str = ""
    detail: str = ""

    def wider(self) -> Iterator[Kind]:
        """This kind, then what is less and less like it; an empty member stands for all."""
        yield self
        yield replace(self, detail="")
        yield replace(self, model="")
        yield replace(self, model="", detail="")
        yield replace(self, model="", detail="", dtype="")

    def covers(self, other: Kind) -> bool:
        mine, theirs = (self.dtype, self.model, self.detail), (other.dtype, other.model, other.detail)
        alike = (self.stage, self.device, self.cold) == (other.stage, other.device, other.cold)
        return alike and all(one in ("", another) for one, another in zip(mine, theirs, strict=True))


@dataclass(frozen=True)
class Duration:
    kind: Kind
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Written:
    """The file."""

    schema: int
    durations: tuple[Duration, ...]


@dataclass
class Timings:
    samples: dict[Kind, tuple[Sample, ...]] = field(default_factory=dict)
    _expected: dict[tuple[Kind, float], float | None] = field(default_factory=dict, compare=False)
    """Answers given since something was learned last."""

    def learn(self, kind: Kind, work: float, seconds: float) -> None:
        """That `work` of `kind` took `seconds`."""
        if not _is_sound((work, seconds)):
            return
        self._expected.clear()
        known = self.samples.pop(kind, ())
        self.samples[kind] = (*known, (work, seconds))[-REMEMBERED:]
        while len(self.samples) > MOST_KINDS:
            del self.samples[next(iter(self.samples))]

    def seconds(self, kind: Kind, work: float) -> float | None:
        """What `work` of `kind` is expected to take; None where nothing like it has been done."""
        if (kind, work) not in self._expected:
            self._expected[kind, work] = self._find(kind, work)
        return self._expected[kind, work]

    def _find(self, kind: Kind, work: float) -> float | None:
        for wider in kind.wider():
            found = [sample for known, samples in self.samples.items() if wider.covers(known) for sample in samples]
            if found:
                return work * _rate(found, work)
        return None

    def save(self, path: Path) -> None:
        durations = tuple(Duration(kind, samples) for kind, samples in self.samples.items())
        try:
            write_over(path, json.dumps(to_plain(Written(SCHEMA, durations))).encode())
        except HangaError as error:
            logger.warning("timings are not kept: %s", error)


def load(path: Path) -> Timings:
    """What earlier runs have taught; nothing where the file is absent, or was damaged and is now kept aside."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Timings()
    except OSError as error:
        logger.warning("timings cannot be read: %s", error)
        return Timings()
    try:
        return _read(data)
    except (TypeError, ValueError, RecursionError) as error:
        logger.warning("timings are damaged: %s", error)
    try:
        keep_aside(path)
    except HangaError as error:
        logger.warning("damaged timings could not be kept aside: %s", error)
    return Timings()


def _read(data: bytes) -> Timings:
    """Raises TypeError or ValueError for what is none."""
    written = from_plain(Written, json.loads(data))
    samples = [sample for duration in written.durations for sample in duration.samples]
    if len(data) > MOST_BYTES or written.schema != SCHEMA or not all(map(_is_sound, samples)):
        raise ValueError("not the timings of this version")
    return Timings({duration.kind: duration.samples for duration in written.durations if duration.samples})


def _is_sound(sample: Sample) -> bool:
    work, seconds = sample
    return 1 <= work <= MOST_WORK and 0 <= seconds <= MOST_SECONDS


def _rate(samples: list[Sample], work: float) -> float:
    """Seconds per work, as with the work most like it: cost does not grow evenly with size. Of two in the middle the
    faster: what makes a run slow is an accident, or its being the first."""
    newest_first = samples[::-1]
    nearest = sorted(newest_first, key=lambda sample: abs(math.log(sample[0] / work)))[:NEAREST]
    return median_low(seconds / known for known, seconds in nearest)
