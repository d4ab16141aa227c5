"""Saving on disks that fail: `python -m tests.tools.save_faults --folder F [--scene keeper|run] [--quick]`.

Every call that saving makes of the disk fails in turn (each error; once, and lastingly), and the process is killed
before and after each. Afterwards nothing half-written may bear a final name, no temporary file may stay, and a second
attempt must end with the very pictures and latents of a run that nothing disturbed. Prints a table; POSIX only.

`--storm` makes many pictures of one name at once, in threads of two processes; `--full` uses a small disk of its own
that really fills up (needs the rights to mount one).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from core import events
from core.durable import PARTIAL, sweep
from core.errors import HangaError
from core.library.keeper import Keeper
from core.library.picture import read_record
from core.paths import Home
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.plan import Plan
from core.record import ImageRecord, record_of
from core.request import Request
from tests.library.conftest import CREATED, plan_for
from tests.library.faults import AFTER, BEFORE, ERRORS, ONCE, SCOPES, Disk, Fault, failing
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import write_base, write_refiner

DISK_CODES: Final = ("disk.full", "disk.unwritable")
PAGE: Final = 4096


class Scene(Protocol):
    """Saves pictures under a home, but for those that are `done`. The code of what stopped it, None if nothing did."""

    def attempt(self, home: Home, done: Collection[int]) -> str | None: ...


@dataclass(frozen=True)
class Keeping:
    """The keeper alone: latents at the hand-over, final latents and the picture, for each of `count` pictures."""

    count: int = 2

    def attempt(self, home: Home, done: Collection[int]) -> str | None:
        try:
            for index in set(range(self.count)) - set(done):
                self._keep(Keeper(home), self.record(index))
        except HangaError as refusal:
            return refusal.code
        return None

    def record(self, index: int) -> ImageRecord:
        plan = plan_for(Request(prompt="a boat"), tuple(range(self.count)))
        return record_of(plan, index, CREATED, "test", job="job")

    def _keep(self, keeper: Keeper, record: ImageRecord) -> None:
        latents = {
            name: np.full((4, 8, 8), record.index + value, np.float32)
            for name, value in (("handoff", 10), ("final", 20))
        }
        keeper.keep_latents(record, {"handoff": latents["handoff"]})
        keeper.keep_latents(record, latents)
        keeper.keep_picture(pixels_of(record.index), record)


@dataclass(frozen=True)
class Running:
    """A whole small run of the pipeline, which goes on from what it finds."""

    plan: Plan
    networks: Networks

    def attempt(self, home: Home, done: Collection[int]) -> str | None:
        *_, last = run(self.plan, Keeper(home), self.networks, "job", done=done, resume=True)
        return last.code if isinstance(last, events.Failed) else None


def running(folder: Path, count: int = 1) -> Running:
    """With small models, made in `folder` if they are not there."""
    studio = Studio(Home(folder))
    if not studio.home.models.exists():
        studio.home.models.mkdir(parents=True)
        write_base(studio.home.models / "base.safetensors")
        write_refiner(studio.home.models / "refiner.safetensors")
    request = replace(REQUEST, steps=2, handoff=0.5, width=64, height=64, count=count)
    return Running(replace(studio.plan(request), keep_resident=True), studio.networks)


def pixels_of(number: int) -> np.ndarray:
    return np.full((4, 4, 3), [number % 256, number // 256 % 256, 7], np.uint8)


@dataclass(frozen=True)
class Found:
    """What lies in a home: pictures by the index in their record, latents by key and name, as hashes; and what is
    wrong with it."""

    pictures: tuple[tuple[int, str], ...]
    latents: tuple[tuple[str, str], ...]
    wrong: tuple[str, ...]


def look(home: Home) -> Found:
    pictures, latents, wrong = [], [], []
    for path in sorted(path for path in home.root.rglob("*") if path.is_file()):
        try:
            if path.suffix == ".png":
                pictures.append((read_record(path).index, digest(np.asarray(Image.open(path)))))
            elif path.suffix == ".safetensors":
                latents += [(f"{path.stem}/{name}", digest(value)) for name, value in sorted(load_file(path).items())]
            else:
                wrong.append(f"{'temporary' if path.suffix == PARTIAL else 'stray'} {path.name}")
        except Exception as error:  # noqa: BLE001  # whatever is wrong with a file is what is looked for
            wrong.append(f"half-written {path.name}: {error}")
    return Found(tuple(sorted(pictures)), tuple(latents), tuple(wrong))


def digest(value: np.ndarray) -> str:
    return hashlib.sha256(value.tobytes() + str(value.shape).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Verdict:
    """What became of one fault: the kind of call that it hit, and all that was not as it should be."""

    fault: Fault
    kind: str
    wrong: tuple[str, ...]


def calls_of(scene: Scene, home: Home) -> tuple[list[str], Found]:
    """What an undisturbed attempt asks of the disk, and what it leaves."""
    with failing(Disk(home.root)) as disk:
        code = scene.attempt(home, ())
    assert code is None, code
    return disk.calls, look(home)


def faults_of(
    calls: int, errors: Collection[int], scopes: Collection[str], moments: Collection[str]
) -> Iterator[Fault]:
    for number in range(1, calls + 1):
        yield from (Fault(number, error, scope) for error in errors for scope in scopes)
        yield from (Fault(number, moment=moment) for moment in moments)


def suffer(scene: Scene, home: Home, fault: Fault, kind: str, expected: Found) -> Verdict:
    """One attempt on a failing disk, a sweep as at a start, one more attempt."""
    wrong = list(_first(scene, home, fault, kind))
    if fault.error is not None and fault.scope == ONCE and kind != "unlink":
        wrong += look(home).wrong
    for folder in [home.root, *(path for path in home.root.rglob("*") if path.is_dir())]:
        sweep(folder, idle=0)
    after = look(home)
    wrong += after.wrong
    code = scene.attempt(home, {index for index, _ in after.pictures})
    if code is not None:
        wrong.append(f"second attempt: {code}")
    if look(home) != expected:
        wrong.append("other pictures or latents than undisturbed")
    return Verdict(fault, kind, tuple(wrong))


def _first(scene: Scene, home: Home, fault: Fault, kind: str) -> Iterator[str]:
    if fault.error is None:
        if _killed(scene, home, fault) != signal.SIGKILL:
            yield "not killed"
        return
    with failing(Disk(home.root, fault)):
        code = scene.attempt(home, ())
    if code is None and kind != "unlink":
        yield "a failure went unnoticed"
    if code is not None and code not in DISK_CODES:
        yield f"told as {code}"


def _killed(scene: Scene, home: Home, fault: Fault) -> int:
    """The signal that ended a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            with failing(Disk(home.root, fault)):
                scene.attempt(home, ())
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def campaign(scene: Scene, folder: Path, faults: Callable[[int], Iterator[Fault]]) -> list[Verdict]:
    calls, expected = calls_of(scene, Home(folder / "undisturbed"))
    return [
        _suffer_in(scene, folder / "home", fault, calls[fault.number - 1], expected) for fault in faults(len(calls))
    ]


def _suffer_in(scene: Scene, folder: Path, fault: Fault, kind: str, expected: Found) -> Verdict:
    shutil.rmtree(folder, ignore_errors=True)
    return suffer(scene, Home(folder), fault, kind, expected)


def storm(folder: Path, threads: int, each: int, first: int = 0) -> list[Path]:
    """Pictures of one and the same name at once, told apart by their pixels, which count from `first`."""
    keeper, record, places = Keeper(Home(folder)), Keeping().record(0), []

    def save(thread: int) -> None:
        for number in range(thread * each, (thread + 1) * each):
            places.append(keeper.keep_picture(pixels_of(first + number), record))

    running = [threading.Thread(target=save, args=(thread,)) for thread in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return places


def two_storms(folder: Path, threads: int, each: int) -> int:
    """The same in two processes; how many different pictures lie there afterwards."""
    child = os.fork()
    if child == 0:
        try:
            storm(folder, threads, each, first=threads * each)
        finally:
            os._exit(0)
    storm(folder, threads, each)
    os.waitpid(child, 0)
    return len({digest(np.asarray(Image.open(path))) for path in folder.rglob("*.png")})


def fill_up(scene: Scene, folder: Path, pages: range) -> list[str]:
    """What goes wrong on a real disk of ever so many pages, which then gets room for everything."""
    _, expected = calls_of(scene, Home(folder / "undisturbed"))
    disk = folder / "disk"
    disk.mkdir()
    wrong = []
    for count in pages:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={count * PAGE}", "tmpfs", str(disk)], check=True)
        try:
            wrong += [f"{count} pages: {each}" for each in _fill(scene, Home(disk / "home"), disk, expected)]
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    return wrong


def _fill(scene: Scene, home: Home, disk: Path, expected: Found) -> Iterator[str]:
    code = scene.attempt(home, ())
    if code not in (None, "disk.full"):
        yield f"told as {code}"
    after = look(home)
    yield from after.wrong
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    if (code := scene.attempt(home, {index for index, _ in after.pictures})) is not None:
        yield f"second attempt: {code}"
    if look(home) != expected:
        yield "other pictures or latents than undisturbed"


def table(verdicts: list[Verdict]) -> str:
    def of(verdict: Verdict) -> tuple[str, str]:
        fault = verdict.fault
        return verdict.kind, f"killed {fault.moment}" if fault.error is None else f"fails {fault.scope}"

    counts, wrong = Counter(map(of, verdicts)), Counter(of(each) for each in verdicts if each.wrong)
    lines = [f"| {kind} | {what} | {count} | {wrong[kind, what]} |" for (kind, what), count in sorted(counts.items())]
    total = f"| all | | {len(verdicts)} | {sum(wrong.values())} |"
    return "\n".join(["| call | what happens | points | wrong |", "|---|---|---|---|", *lines, total])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--scene", choices=("keeper", "run"), default="keeper")
    parser.add_argument("--count", type=int, default=1, help="pictures of one attempt")
    parser.add_argument("--quick", action="store_true", help="one error, once; killed after each call")
    parser.add_argument(
        "--storm", type=int, default=0, metavar="N", help="eight threads of two processes, N pictures each"
    )
    parser.add_argument("--full", type=int, default=0, metavar="PAGES", help="disks of 1 to PAGES pages")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.storm:
        print(f"{two_storms(chosen.folder / 'storm', 8, chosen.storm)} of {16 * chosen.storm} pictures of one name")
        return
    scene: Scene = Keeping(chosen.count) if chosen.scene == "keeper" else running(chosen.folder, chosen.count)
    if chosen.full:
        wrong = fill_up(scene, chosen.folder, range(1, chosen.full + 1))
        print("\n".join([*wrong, f"{len(wrong)} wrong on {chosen.full} full disks"]))
        return
    some = (ERRORS[:1], (ONCE,), (AFTER,)) if chosen.quick else (ERRORS, SCOPES, (BEFORE, AFTER))
    verdicts = campaign(scene, chosen.folder, lambda calls: faults_of(calls, *some))
    for verdict in verdicts:
        if verdict.wrong:
            print(verdict, file=sys.stderr)
    print(table(verdicts))


if __name__ == "__main__":
    main()
