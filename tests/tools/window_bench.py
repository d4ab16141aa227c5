"""How quick the window is: `python -m tests.tools.window_bench [--rounds N] [--only start|watch] [--home FOLDER]`.

First, from starting a process to a window that one can type in, beside an empty window of PySide6, in turns. Then, how
long the window's thread is away from its events while it is used. Everything is printed as tables, in milliseconds;
"work" is what the processor did for that thread, whatever else the machine was busy with.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # Qt reads the environment when it is loaded
    from app.window.main_window import MainWindow
    from tests.tools.studio import Studio
    from tests.tools.watchdog import Stretches

ROUNDS: Final = 7
LIMIT: Final = 0.05
"""Seconds that the window's thread may be away."""
EMPTY, HANGA = "empty", "hanga"
BEGAN: Final = "HANGA_BENCH_BEGAN"
ALL_PAGES: Final = 7
CLOCK, WORK, WHOLE = (attrgetter(name) for name in ("clock", "work", "whole"))


@dataclass(frozen=True)
class Opened:
    """Of a start, in seconds: by the clock until the window was usable, of processor time of its thread until then, and
    by the clock until there was nothing left to come."""

    clock: float
    work: float
    whole: float
    heavy: tuple[str, ...]


def main(argv: Sequence[str]) -> int:
    asked = _parse(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if asked.child:
        _open(asked.child)
        return 0
    if asked.only in (None, "start"):
        print("\n".join(starts(asked.rounds)), flush=True)
    if asked.only in (None, "watch"):
        with tempfile.TemporaryDirectory() as folder:
            for line in watches(asked.home or Path(folder), asked.copies, asked.starter):
                print(line, flush=True)
    return 0


# Starting


def starts(rounds: int) -> Iterator[str]:
    """In turns, so that what else the machine does meets both. The first of each compiles the modules, for which a
    program that is installed has not to wait, and is not counted."""
    found: dict[str, list[Opened]] = {EMPTY: [], HANGA: []}
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(rounds + 1):
            for kind, opened in found.items():
                opened.append(started(kind, compiled))
    empty, hanga = (opened[1:] for opened in found.values())
    yield f"{'start to usable, median of ' + str(rounds):44}{'clock':>10}{'work':>10}"
    yield _start_row("an empty window of PySide6", _median(empty, CLOCK), _median(empty, WORK))
    yield _start_row("Hanga, a key typed into the prompt", _median(hanga, CLOCK), _median(hanga, WORK))
    ratios = (_median(hanga, of) / _median(empty, of) for of in (CLOCK, WORK))
    yield f"{'times the empty one':44}" + "".join(f"{ratio:10.2f}" for ratio in ratios)
    yield f"{'Hanga, all pages made, engine open':44}{1e3 * _median(hanga, WHOLE):10.0f}"
    heavy = sorted({name for each in hanga for name in each.heavy})
    yield f"heavy modules in the window's process: {', '.join(heavy) or 'none'}"


def _median(opened: Sequence[Opened], of: Callable[[Opened], float]) -> float:
    return statistics.median(map(of, opened))


def _start_row(what: str, clock: float, work: float) -> str:
    return f"{what:44}{1e3 * clock:10.0f}{1e3 * work:10.0f}"


def started(kind: str, compiled: str) -> Opened:
    """One start in a process and a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HANGA_HOME": home, "PYTHONPYCACHEPREFIX": compiled, BEGAN: repr(time.time())}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "tests.tools.window_bench", "--child", kind]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        clock, work, whole, heavy = json.loads(told.splitlines()[-1])
    return Opened(clock, work, whole, tuple(heavy))


def _open(kind: str) -> None:
    """In the process that is measured: the clock has run since before it began."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    if kind == EMPTY:
        application, window = QApplication([]), QMainWindow()
        window.resize(1440, 900)
        window.show()
        while not window.windowHandle().isExposed():
            application.processEvents()
        window.repaint()
        _tell(*_passed())
        application.quit()
        return
    from app.__main__ import main as start

    # Everything as in a real start, but that the event loop ends when all is there.
    QApplication.exec = lambda *_: _use()  # type: ignore[method-assign]
    start(())


def _use() -> int:
    """Types a letter as soon as the window has been painted."""
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtWidgets import QApplication

    from app.window.main_window import MainWindow

    (window,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    opened, typed = list[object](), list[tuple[float, float]]()
    window.engine_thread.opened.connect(opened.append)
    window.meanwhile.seen.connect(lambda: typed.append(_typed(window)))
    while not (opened and typed) or len(window.pages.by_name) < ALL_PAGES:
        QCoreApplication.processEvents()
    heavy = sorted({"torch", "transformers", "open_clip"} & set(sys.modules))
    _tell(*typed[0], _passed()[0], heavy)
    window.close()
    return 0


def _typed(window: MainWindow) -> tuple[float, float]:
    from PySide6.QtCore import QCoreApplication, QEvent, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
    QCoreApplication.sendEvent(QApplication.focusWidget() or window, key)
    assert window.create_page.panel.prompts.prompt.text.endswith("x")
    return _passed()


def _passed() -> tuple[float, float]:
    return time.time() - float(os.environ[BEGAN]), time.thread_time()


def _tell(clock: float, work: float, whole: float = 0.0, heavy: Sequence[str] = ()) -> None:
    print(json.dumps((clock, work, whole, heavy)), flush=True)


# Watching


def watches(folder: Path, copies: int, starter: bool) -> Iterator[str]:
    from PySide6.QtWidgets import QApplication

    from core.jobs.backend import Backend
    from core.jobs.worker_process import WorkerProcess
    from core.paths import Home
    from tests.tools import lived_in
    from tests.tools.drawn import Drawn
    from tests.tools.studio import Studio

    application = QApplication([])
    yield f"{'window thread away from its events':44}{'longest':>10}{'of work':>10}{'> 50 ms':>10}{'ticks':>10}"
    backends: dict[str, Callable[[Home], Backend]] = {"drawn": Drawn}
    if starter:
        backends["starter"] = WorkerProcess
    for name, backend in backends.items():
        home = Home(folder / name)
        if name == "drawn" and not home.database.exists():
            lived_in.live(home)
        studio = Studio(application, home, backend)
        studio.window.show()
        application.processEvents()  # painted for the first time: that is how long the start took
        for what, act in (acts(copies) if name == "drawn" else STARTER_ACTS).items():
            yield from watched(studio, what, act)
        studio.close()


def watched(studio: Studio, what: str, act: Callable[[Studio], None]) -> Iterator[str]:
    from tests.tools.watchdog import Watchdog

    with Watchdog() as stretches:
        act(studio)
    yield _row(what, stretches)
    for place, times in stretches.places.most_common(3):
        yield f"    {times} × {place or 'inside Qt'}"


def _row(what: str, stretches: Stretches) -> str:
    clock, work = stretches.longest
    return f"{what:44}{1e3 * clock:10.0f}{1e3 * work:10.0f}{stretches.over(LIMIT):10}{len(stretches.clock):10}"


def acts(copies: int) -> dict[str, Callable[[Studio], None]]:
    """In this order, in a window over a backend that draws."""
    from tests.tools import window_acts

    return {
        OPENING: window_acts.open_up,
        "nothing (how crowded the machine is)": lambda studio: studio.rest(2.0),
        "a generation, a preview every 20 ms": window_acts.generate,
        "every page, there and back": window_acts.turn_pages,
        "an export of all pictures": window_acts.export,
        f"{copies * 29:,} pictures come in": lambda studio: window_acts.multiply(studio, copies),
        "scrolling through them": window_acts.scroll,
        "searching, key by key": window_acts.search,
        "selecting all and rating them": window_acts.rate_all,
        "taking that back": window_acts.take_back,
    }


def _generate_small(studio: Studio) -> None:
    from tests.tools import window_acts

    window_acts.generate_with_starter(studio)


def _open_up(studio: Studio) -> None:
    from tests.tools import window_acts

    window_acts.open_up(studio)


OPENING: Final = "engine opens, other pages are made"
STARTER_ACTS: Final[dict[str, Callable[[Studio], None]]] = {
    OPENING: _open_up,
    "a generation by the starter": _generate_small,
}


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="window_bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=("start", "watch"))
    parser.add_argument("--copies", type=int, default=3600, help="of every picture of the home")
    parser.add_argument("--home", type=Path, help="kept, and used again")
    parser.add_argument("--no-starter", dest="starter", action="store_false")
    parser.add_argument("--child", choices=(EMPTY, HANGA), help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
