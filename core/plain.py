"""Frozen dataclasses to JSON and back, driven by their fields: the one codec of every word of the sentence.

Fields may be str, int, float, bool, None, tuples, mappings with string keys, other dataclasses, and unions with None.
Infinite and missing numbers have no JSON; none is ever written. Binary fields (`bytes`) travel beside the JSON.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

Plain = None | bool | int | float | str | list[Any] | dict[str, Any]
Word = TypeVar("Word")
LEAVES: typing.Final = frozenset({str, int, float, bool})


def to_plain(value: Any, defaults: bool = True) -> Plain:
    """What `json.dumps` takes, from a dataclass or any value one may hold. Binary fields are left out, and, without
    `defaults`, those that have their default value."""
    if value is None or isinstance(value, str | float | int):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        told = ((field.name, member) for field, member in fields if defaults or member != field.default)
        return {name: to_plain(member, defaults) for name, member in told if not isinstance(member, bytes)}
    if isinstance(value, Mapping):
        return {str(name): to_plain(member, defaults) for name, member in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(member, defaults) for member in value]
    raise TypeError(f"{type(value).__name__} is not plain data")


def from_plain(kind: type[Word], data: Plain) -> Word:
    """The inverse of `to_plain`. Unknown members are ignored (a newer version wrote them), absent ones take their
    default. Raises TypeError or ValueError on data of another shape."""
    return typing.cast(Word, _read(kind, data))


def _read(kind: Any, data: Any) -> Any:
    if kind in LEAVES:  # First, because a record holds hundreds of numbers.
        return float(data) if kind is float and type(data) is int else _expect(kind, data)
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(typing.cast(type, kind), data)
    if origin in (typing.Union, types.UnionType):
        return _read_union(typing.get_args(kind), data)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), data)
    if origin is not None and issubclass(origin, Mapping):
        return {name: _read(typing.get_args(kind)[1], member) for name, member in _expect(dict, data).items()}
    return _expect(kind, data)


def _read_dataclass(kind: type, data: Any) -> Any:
    members = _expect(dict, data)
    hints = _hints(kind)
    known = (field.name for field in dataclasses.fields(kind) if field.init and field.name in members)
    return kind(**{name: _read(hints[name], members[name]) for name in known})


def _read_union(options: tuple[Any, ...], data: Any) -> Any:
    if data is None and type(None) in options:
        return None
    failures = []
    for option in options:
        try:
            return _read(option, data)
        except (TypeError, ValueError) as failure:
            failures.append(failure)
    raise TypeError(f"{data!r} is none of {options}") from failures[-1]


def _read_tuple(members: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    values = _expect(list, data)
    if len(members) == 2 and members[1] is Ellipsis:
        return tuple(_read(members[0], value) for value in values)
    if len(values) != len(members):
        raise ValueError(f"{len(values)} values where {len(members)} belong")
    return tuple(_read(member, value) for member, value in zip(members, values, strict=True))


def _expect(kind: Any, data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{data!r} is not {kind}")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
