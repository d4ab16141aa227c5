"""`hanga models …`: which models there are, what each is, and bringing them in."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from send2trash import send2trash

from core import settings as settings_file
from core.cli.home import model_folder, owned
from core.cli.parsing import Command, Commands, Options, no_options
from core.cli.reporter import Reporter, Sentences
from core.library.importing import copy_in, discard, kind_of
from core.library.model_entries import ModelEntry, entries
from core.paths import Home

WORTH_TELLING: Final = 256_000_000
"""Bytes after which people are told again how far a copy is."""


def _list(options: Namespace, reporter: Reporter) -> None:
    for entry in entries(model_folder(Home.default())):
        print(json.dumps(_facts(entry)) if options.json else _line(entry, reporter.sentences))


def _facts(entry: ModelEntry) -> dict[str, Any]:
    known: dict[str, Any] = {"name": entry.name, "path": str(entry.path), "place": entry.place}
    if entry.code:
        return known | {"code": entry.code, "data": dict(entry.data)}
    return known | {"kind": entry.kind, "title": entry.title, "bytes": entry.bytes}


def _line(entry: ModelEntry, sentences: Sentences) -> str:
    if entry.code:
        return f"{entry.name}: {sentences.say(entry.code, **entry.data)}"
    return f"{entry.name}: {entry.kind}, {entry.bytes / 1e6:,.0f} MB"


def _import_options(options: Options) -> None:
    options.add("model_file", type=Path, metavar="FILE")
    options.add("--in-place", action="store_true")


def _import(options: Namespace, reporter: Reporter) -> None:
    """Prints where it lies from now on."""
    home, source = Home.default(), options.model_file.expanduser().absolute()
    with owned(home):
        place = _share(home, source) if options.in_place else _copy(home, source, reporter)
    print(json.dumps({"path": str(place)}) if options.json else place)


def _copy(home: Home, source: Path, reporter: Reporter) -> Path:
    told = 0
    with closing(copy_in(home, source)) as steps:
        while True:
            try:
                done = next(steps)
            except StopIteration as end:
                place: Path = end.value
                return place
            if done - told >= WORTH_TELLING:
                told = done
                reporter.say("cli.copied", done=f"{done / 1e6:,.0f}")


def _share(home: Home, source: Path) -> Path:
    """Have the settings name it."""
    kind_of(source)
    settings, _ = settings_file.load(home.settings)
    if str(source) not in settings.model_folders:
        changed = replace(settings, model_folders=(*settings.model_folders, str(source)))
        settings_file.save(changed, home.settings)
    return source


def _remove_options(options: Options) -> None:
    options.add("model_name", metavar="NAME")


def _remove(options: Namespace, reporter: Reporter) -> None:
    home = Home.default()
    with owned(home):
        gone = discard(model_folder(home), options.model_name, send2trash)
    print(json.dumps({"removed": str(gone)}) if options.json else gone)


MODELS: Final[Commands] = {
    "list": Command(no_options, _list),
    "import": Command(_import_options, _import),
    "remove": Command(_remove_options, _remove),
}
