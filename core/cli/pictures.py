"""`hanga pictures …`: the library without a window."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.cli.home import own_library, read_library
from core.cli.parsing import Command, Commands, Options, no_options
from core.cli.reporter import Reporter
from core.cli.telling import tell
from core.cli.values import SIZE, WHOLE_NUMBER
from core.errors import HangaError
from core.library.catalogue import Picture
from core.library.formats import Export, write
from core.library.library import Library
from core.library.query import NEWEST, Query
from core.library.selecting import ORDERS
from core.paths import Home
from core.plain import to_plain

PAGE: Final = 200


def _list_options(options: Options) -> None:
    options.add("--search", metavar="WORDS", default="")
    options.add_value("--rating", WHOLE_NUMBER, default=0)
    options.add("--tag", metavar="NAME", action="append", default=[])
    options.add("--collection", metavar="NAME")
    options.add("--model", metavar="NAME")
    options.add_value("--seed", WHOLE_NUMBER)
    options.add("--order", choices=tuple(ORDERS), default=NEWEST)
    options.add_value("--limit", WHOLE_NUMBER, default=50)


def _list(options: Namespace, reporter: Reporter) -> None:
    query = Query(
        text=options.search,
        rating=options.rating,
        tags=tuple(options.tag),
        collection=options.collection,
        model=options.model,
        seed=options.seed,
        order=options.order,
    )
    left, after = options.limit, None
    with read_library(Home.default()) as library:
        while left > 0:
            page = library.page(query, min(left, PAGE), after)
            _print_pictures(page.pictures, options.json)
            left, after = left - len(page.pictures), page.after
            if after is None:
                return


def _print_pictures(pictures: Sequence[Picture], as_json: bool) -> None:
    for picture in pictures:
        print(json.dumps(_facts(picture)) if as_json else _line(picture))


def _facts(picture: Picture) -> dict[str, Any]:
    request = picture.request
    return {
        "id": picture.id,
        "path": str(picture.path),
        "created": picture.created.isoformat(),
        "width": picture.width,
        "height": picture.height,
        "seed": picture.seed,
        "model": picture.model,
        "rating": picture.rating,
        "rejected": picture.rejected,
        "missing": picture.missing,
        "tags": picture.tags,
        "collections": picture.collections,
        "key": picture.key,
        "parent": picture.parent,
        "job": picture.job,
        "request": None if request is None else to_plain(request),
    }


def _line(picture: Picture) -> str:
    stars = "★" * picture.rating + "·" * (5 - picture.rating)
    return f"{picture.id}  {stars}  {picture.width}×{picture.height}  {picture.path}{'  ✗' if picture.missing else ''}"


def _pictures_options(options: Options) -> None:
    options.add("pictures", metavar="PICTURE", nargs="+")


def _show(options: Namespace, reporter: Reporter) -> None:
    with read_library(Home.default()) as library:
        for picture in _chosen(library, options.pictures):
            family = library.lineage(picture.id)
            facts = _facts(picture) | {
                "ancestors": [one.id for one in family.ancestors],
                "children": [one.id for one in family.children],
            }
            print(json.dumps(facts) if options.json else tell(facts))


def _export_options(options: Options) -> None:
    _pictures_options(options)
    options.add("--out", type=Path, metavar="FOLDER", required=True)
    options.add("--format", choices=("png", "jpeg", "webp"), default="png")
    options.add("--no-metadata", action="store_true")
    options.add_value("--fit", SIZE)
    options.add_value("--quality", WHOLE_NUMBER, default=92)


def _export(options: Namespace, reporter: Reporter) -> None:
    export = Export(format=options.format, metadata=not options.no_metadata, fit=options.fit, quality=options.quality)
    options.out.mkdir(parents=True, exist_ok=True)
    with read_library(Home.default()) as library:
        for picture in _chosen(library, options.pictures):
            path = write(picture.path, options.out, export)
            print(json.dumps({"id": picture.id, "path": str(path)}) if options.json else path)


def _rebuild(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        drift = library.rebuild()
        found = {name: value for name, value in vars(drift).items() if value}
        counts = {name: value if isinstance(value, int) else len(value) for name, value in found.items()}
        print(json.dumps(found | {"pictures": library.count(Query())}) if options.json else _told(counts, reporter))
        reporter.say("cli.rebuilt", pictures=library.count(Query()))


def _told(counts: dict[str, int], reporter: Reporter) -> str:
    return "\n".join(f"{name}: {number}" for name, number in counts.items())


def _rate_options(options: Options) -> None:
    _pictures_options(options)
    options.add_value("--rating", WHOLE_NUMBER, default=0)


def _rate(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        library.rate(_numbers(library, options.pictures), options.rating)


def _tag_options(options: Options) -> None:
    _pictures_options(options)
    options.add("--tag", metavar="NAME", action="append", default=[])
    options.add("--untag", metavar="NAME", action="append", default=[])


def _tag(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        numbers = _numbers(library, options.pictures)
        for name in options.tag:
            library.tag(numbers, name)
        for name in options.untag:
            library.untag(numbers, name)


def _delete(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        ticket = library.trash(_numbers(library, options.pictures))
        print(json.dumps({"ticket": ticket}) if options.json else ticket)


def _restore_options(options: Options) -> None:
    options.add("ticket", metavar="TICKET")


def _restore(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        library.restore(options.ticket)


def _trash(options: Namespace, reporter: Reporter) -> None:
    with read_library(Home.default()) as library:
        for one in library.trashed():
            facts = {"ticket": one.ticket, "when": one.when.isoformat(), "names": one.names}
            print(json.dumps(facts) if options.json else f"{one.ticket}  {', '.join(one.names)}")


def _empty_trash(options: Namespace, reporter: Reporter) -> None:
    with own_library(Home.default()) as library:
        library.empty_trash()


PICTURES: Final[Commands] = {
    "list": Command(_list_options, _list),
    "show": Command(_pictures_options, _show),
    "export": Command(_export_options, _export),
    "rebuild": Command(no_options, _rebuild),
    "rate": Command(_rate_options, _rate),
    "tag": Command(_tag_options, _tag),
    "delete": Command(_pictures_options, _delete),
    "restore": Command(_restore_options, _restore),
    "trash": Command(no_options, _trash),
    "empty-trash": Command(no_options, _empty_trash),
}


def _numbers(library: Library, names: Sequence[str]) -> list[int]:
    return [picture.id for picture in _chosen(library, names)]


def _chosen(library: Library, names: Sequence[str]) -> list[Picture]:
    """Pictures by number or file. Raises HangaError file.unknown_picture."""
    return [library.picture(int(name)) if name.isdecimal() else _by_path(library, Path(name)) for name in names]


def _by_path(library: Library, path: Path) -> Picture:
    found = library.at(path)
    if found is None:
        raise HangaError("file.not_in_library", name=path.name)
    return found
