"""The values that options take: how each kind is written, and read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from core.errors import HangaError
from core.request import Lora, Size

Value = TypeVar("Value")
MOST_CHARACTERS: Final = 40
"""Of a number, and of what is repeated of a wrong one."""


@dataclass(frozen=True)
class Kind(Generic[Value]):
    """How a value is read (ValueError if it cannot be), how help calls it, and an example."""

    read: Callable[[str], Value]
    metavar: str
    example: str

    def reader(self, option: str) -> Callable[[str], Value]:
        """`read` for one option; it raises HangaError request.option."""

        def value(text: str) -> Value:
            try:
                return self.read(text)
            except ValueError as error:
                wrong = text[:MOST_CHARACTERS]
                raise HangaError("request.option", option=option, value=wrong, example=self.example) from error

        return value


def _whole_number(text: str) -> int:
    if len(text) > MOST_CHARACTERS:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,6})[x×,](\d{1,6})", text)
    if match is None:
        raise ValueError(text)
    return int(match[1]), int(match[2])


def _lora(text: str) -> Lora:
    """NAME or NAME:WEIGHT. A colon that no number follows belongs to the name, as in C:\\a.safetensors."""
    name, _, number = text.rpartition(":")
    try:
        weight = _number(number)
    except ValueError:
        name, weight = text, 1.0
    if not name or name.endswith(":"):
        raise ValueError(text)
    return Lora(name=name, weight=weight)


def _pair(read: Callable[[str], Value]) -> Callable[[str], tuple[Value, Value]]:
    def pair(text: str) -> tuple[Value, Value]:
        first, _, second = text.partition(",")
        return read(first), read(second)

    return pair


WHOLE_NUMBER: Final = Kind(_whole_number, "N", "25")
NUMBER: Final = Kind(_number, "F", "0.8")
GIGABYTES: Final = Kind(_number, "GB", "8")
LORA: Final = Kind(_lora, "FILE|NAME:WEIGHT", "watercolour:0.8")
SIZE: Final = Kind(_size, "WxH", "1024x1024")
CORNER: Final = Kind(_pair(_whole_number), "TOP,LEFT", "0,0")
INTERVAL: Final = Kind(_pair(_number), "FROM,TO", "0,0.8")
