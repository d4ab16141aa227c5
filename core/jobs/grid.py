"""Many requests from one: repeats with consecutive seeds, and every combination of values along axes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_type_hints

from core.errors import HangaError
from core.jobs.job import seeded
from core.plain import Plain, from_plain, to_plain
from core.request import Request

MOST_REQUESTS: Final = 10_000

Axes = Mapping[str, Sequence[Plain]]
"""Values, by the member of a request that takes them. Dots lead further in: "guidance.scale", "loras.0.weight"."""


def expand(request: Request, repeat: int = 1, axes: Axes | None = None) -> list[Request]:
    """Every combination of the values of `axes`, the last axis running fastest, each `repeat` times; all combinations
    start from one seed, so that they can be compared, and repeats go on where the pictures before them ended.

    Raises HangaError request.repeat, request.grid_size, request.unknown_axis, request.axis_value.
    """
    axes = axes or {}
    _check_size(repeat, axes)
    combined = [seeded(request)]
    for axis, values in axes.items():
        combined = [_with(each, axis, value) for each, value in itertools.product(combined, values)]
    return [_later(each, turn) for each in combined for turn in range(repeat)]


def _check_size(repeat: int, axes: Axes) -> None:
    if not 1 <= repeat <= MOST_REQUESTS:
        raise HangaError("request.repeat", value=repeat, least=1, most=MOST_REQUESTS)
    size = repeat
    for axis, values in axes.items():
        if not values:
            raise HangaError("request.axis_value", axis=axis, value="")
        size *= len(values)
    if size > MOST_REQUESTS:
        raise HangaError("request.grid_size", value=size, most=MOST_REQUESTS)


def _later(request: Request, turn: int) -> Request:
    return dataclasses.replace(request, seed=(request.seed or 0) + turn * request.count)


def _with(request: Request, axis: str, value: Plain) -> Request:
    try:
        changed: Request = _replaced(request, axis.split("."), value)
    except LookupError as error:
        raise HangaError("request.unknown_axis", name=axis) from error
    except (TypeError, ValueError) as error:
        raise HangaError("request.axis_value", axis=axis, value=str(value)) from error
    return seeded(changed)


def _replaced(whole: Any, path: Sequence[str], value: Plain) -> Any:
    """`whole`, a dataclass or a tuple of them, with the member at `path` changed."""
    name, rest = path[0], path[1:]
    if isinstance(whole, tuple):
        place = int(name) if name.isdecimal() else len(whole)
        return (*whole[:place], _replaced(whole[place], rest, value), *whole[place + 1 :])
    kinds = get_type_hints(type(whole)) if dataclasses.is_dataclass(whole) else {}
    if rest:
        member = _replaced(getattr(whole, name) if name in kinds else kinds[name], rest, value)
    else:
        member = from_plain(kinds[name], to_plain(value))
    return dataclasses.replace(whole, **{name: member})
