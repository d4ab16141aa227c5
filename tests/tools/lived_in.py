"""A home that somebody has worked in: posters of every shape with marks on them, and, if wanted, very many of them."""

from __future__ import annotations

from typing import Final

from core.engine import Changes, Engine, Query
from core.paths import Home
from core.request import AUTO, Request
from tests.tools.drawn import Drawn

PROMPTS: Final = (
    "poster of a red lighthouse on the right at night, woodblock print",
    "a green cactus in the desert by day, linocut",
    "an orange sailboat on a calm sea at sunset, woodblock print, bold flat colours",
    "赤い鳥居、夜明け、木版画 (red gate at dawn)",
    "a white mountain at dawn, screenprint",
    "a pink flower on a rainy day",
    "a blue house in the snow at night, snowy, linocut",
    "two yellow balloons over the fields at dawn",
    "a purple fish in the evening sea, sunset",
    "a red mushroom on the left, cloudy",
)
SHAPES: Final = ((576, 448), (512, 512), (416, 608), (672, 384), (448, 576), (320, 704), (704, 320))
PICTURES: Final = 28

MULTIPLY: Final = (
    # Ids lie a second apart at least; a multiple of that keeps the order of the originals.
    "CREATE TEMP TABLE copies AS WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {times}) "
    "SELECT id AS original, id - k * 536870912 AS id, k FROM pictures, n",
    "INSERT INTO pictures SELECT c.id, c.k || '-' || p.path, p.missing, p.size, p.mtime_ns, p.digest, p.width,"
    " p.height, (c.k + p.id) % 6, 0, p.seed, NULL, NULL, NULL, NULL, p.place"
    " FROM copies c JOIN pictures p ON p.id = c.original",
    "INSERT INTO texts SELECT c.id, t.request, t.text FROM copies c JOIN texts t ON t.picture = c.original",
    "INSERT INTO words (rowid, prompt, negative, models, tags, other)"
    " SELECT c.id, w.prompt, w.negative, w.models, w.tags, w.other FROM copies c JOIN words w ON w.rowid = c.original",
    "DROP TABLE copies",
)


def live(home: Home, pictures: int = PICTURES) -> None:
    """Fill an empty home."""
    with Engine(home, Drawn(home)) as engine:
        engine.start()
        engine.submit([_request(number) for number in range(pictures)])
        engine.wait()
        _mark(engine)
        engine.wait()


def multiply(engine: Engine, times: int) -> None:
    """Rows for `times` copies of every picture in an open library; their files are not there, thumbnails are."""
    with engine.library._database.writing() as connection:
        for statement in MULTIPLY:
            connection.execute(statement.format(times=times))


def _request(number: int) -> Request:
    width, height = SHAPES[number % len(SHAPES)]
    return Request(
        prompt=PROMPTS[number % len(PROMPTS)],
        refiner=AUTO if number % 3 else None,
        width=width,
        height=height,
        seed=number,
        handoff=0.8,
    )


def _mark(engine: Engine) -> None:
    library = engine.library
    ids = library.ids(Query())
    for place, number in enumerate(ids):
        library.rate([number], (0, 4, 5, 0, 3)[place % 5])
    library.reject(ids[7:8])
    library.collect(ids[:12], "Harbour series")
    library.collect(ids[5:9], "Covers")
    for place, name in enumerate(("lighthouse", "night", "print", "sea", "for Mika", "夕暮れ")):
        library.tag(ids[place::5], name)
    refined = next(number for number in ids if engine.record(number).plan.request.refiner is not None)
    engine.refine(engine.record(refined), Changes(handoff=0.6))
