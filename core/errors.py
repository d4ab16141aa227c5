"""What can go wrong, as codes and data. The sentences live in `resources/i18n`, in every language.

A code is `area.what`; its area decides the exit code of the command line, so that a script can tell a wrong
request from a wrong file without reading the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Datum = str | int | float

EXIT_CODES: Final[Mapping[str, int]] = {
    "request": 2,
    "file": 3,
    "memory": 4,
    "engine": 5,
    "disk": 6,
}

EXIT_CANCELLED: Final = 130


class HangaError(Exception):
    """Something an artist has to know: `code` names the sentence, `data` fills its blanks."""

    def __init__(self, code: str, **data: Datum) -> None:
        super().__init__(code, data)
        self.code = code
        self.data: dict[str, Datum] = data

    @property
    def area(self) -> str:
        return self.code.partition(".")[0]

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.area]

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.code}({details})"
