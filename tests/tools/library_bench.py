"""How a large library feels: `python -m tests.tools.library_bench [--rows N] [--folder F] [--seed S]`.

Writes N real picture files, unless the folder has some, builds the library from them, and measures what an artist
waits for. Everything is printed as one table, in milliseconds unless said otherwise: first what a clock says, then, if
it was measured once, how long the processor was busy with it, or, if it was measured several times, the worst. The
folder is kept if it was named.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from core.database.database import Database
from core.library.library import Library
from core.library.query import BEST, NAME, Query
from core.paths import Home
from tests.tools.many_pictures import write_pictures

PAGE: Final = 100
ROUNDS: Final = 5

SEARCHES: Final = (
    *("f", "fo", "fox", "fox ", "m", "ma", "mas", "maste", "masterpiece", "masterpiece fox", "red moon", '"red moon"'),
    *("cafe", "best quality -blurry", "heron oil", "long_hair", "bad hands", "juggernaut", "style-7 ", "style", "kari"),
    *(
        "by torisel",
        "赤い",
        "赤い月",
        "月",
        "狐の嫁",
        "窓辺",
        "夜の街 水彩",
        "zzz",
        "a the",
        "fox heron cat",
        "12345",
        "s",
    ),
)
FILTERS: Final = {
    "everything, newest": Query(),
    "everything, by rating": Query(order=BEST),
    "everything, by name": Query(order=NAME),
    "rated 4 or more": Query(rating=4),
    "rated 5 or more, word": Query(text="fox", rating=5),
    "rated 5 or more, common word": Query(text="masterpiece", rating=5),
    "not rejected, by rating, word": Query(text="fox", rejected=False, order=BEST),
    "tag": Query(tags=("keep",)),
    "rare tag, common word": Query(text="masterpiece", tags=("cover",)),
    "collection": Query(collection="portfolio"),
    "model": Query(model="juggernaut-xl.safetensors"),
    "model, word": Query(text="harbour", model="juggernaut-xl.safetensors"),
    "size": Query(size=(832, 1216)),
    "seed": Query(seed=77),
    "missing": Query(missing=True),
}


@dataclass(frozen=True)
class Figure:
    what: str
    milliseconds: float
    beside: float | None = None

    def __str__(self) -> str:
        beside = "" if self.beside is None else f"{self.beside:12.1f}"
        return f"{self.what:44}{self.milliseconds:12.1f}{beside}"


def measure(folder: Path, rows: int, seed: int) -> Iterator[Figure]:
    """What is waited for in a library of `rows` pictures below `folder`; those that lie there already are taken."""
    home = Home(folder)
    if not home.pictures.exists():
        yield timed("writing the files (not ours)", lambda: write_pictures(home.pictures, rows, seed))
    with Database.open(home.database, home.snapshots) as database:
        library = Library(home, database)
        yield timed("library from the files alone", library.rebuild)
        yield timed("marks on a tenth", lambda: mark(library, random.Random(seed)))
        yield timed("rebuilding with all marks", library.rebuild)
        library.close()
    with Database.open(home.database, home.snapshots) as database:
        library = Library(home, database)
        yield timed("reconciling at start, nothing has changed", library.reconcile)
        yield timed("first page after that", lambda: library.page(Query(), PAGE))
        yield timed("again", lambda: library.page(Query(), PAGE))
        yield from searches(library)
        yield from pages(library)
        yield timed("models seen", library.models_seen)
        yield timed("a picture thrown away and restored", lambda: library.restore(library.trash(some(library, 1))))
        yield timed("1000 pictures tagged", lambda: library.tag(some(library, 1000), "many"))
        library.close()
    yield timed("opening the database (checked whole)", lambda: Database.open(home.database, home.snapshots).close())
    yield Figure("size of the database, MB", home.database.stat().st_size / 1e6)


def searches(library: Library) -> Iterator[Figure]:
    """Every search, its first page and its number, and what 95 of 100 take at most."""
    taken = {
        text: statistics.median(seconds(partial(library.page, Query(text=text), PAGE)) for _ in range(ROUNDS))
        for text in SEARCHES
    }
    ordered = sorted(taken.values())
    slowest = max(taken, key=lambda text: taken[text])
    yield Figure("search, first page: median, 95 of 100", 1e3 * ordered[len(ordered) // 2], 1e3 * quantile(ordered))
    yield Figure(f"slowest search: {slowest}", 1e3 * taken[slowest])
    counted = sorted(seconds(partial(library.count, Query(text=text))) for text in SEARCHES)
    yield Figure("search, number: median, 95 of 100", 1e3 * counted[len(counted) // 2], 1e3 * quantile(counted))


def pages(library: Library) -> Iterator[Figure]:
    for name, query in FILTERS.items():
        once = [seconds(partial(library.page, query, PAGE)) for _ in range(ROUNDS)]
        yield Figure(f"page: {name}", 1e3 * statistics.median(once), 1e3 * max(once))
    yield timed("all pages, one after the other", lambda: through(library))


def through(library: Library) -> None:
    after = None
    while (after := library.page(Query(), PAGE, after).after) is not None:
        pass


def mark(library: Library, drawn: random.Random) -> None:
    ids = library.ids(Query())
    for rating in range(1, 6):
        library.rate(drawn.sample(ids, len(ids) // 50), rating)
    library.tag(drawn.sample(ids, len(ids) // 10), "keep")
    library.tag(drawn.sample(ids, min(20, len(ids))), "cover")
    library.collect(drawn.sample(ids, len(ids) // 100), "portfolio")


def some(library: Library, count: int) -> list[int]:
    return library.ids(Query())[:count]


def quantile(ordered: Sequence[float]) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def timed(what: str, call: Callable[[], object]) -> Figure:
    busy = time.process_time()
    taken = seconds(call)
    return Figure(what, 1e3 * taken, 1e3 * (time.process_time() - busy))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(f"{given.rows} pictures, seed {given.seed}")
        for figure in measure(given.folder or Path(temporary), given.rows, given.seed):
            print(figure, flush=True)


if __name__ == "__main__":
    main()
