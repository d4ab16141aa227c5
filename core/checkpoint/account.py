"""The account that every description and every load ends with: what was used, and what was not and why."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import HangaError


@dataclass(frozen=True)
class Account:
    """Names of tensors. `loaded`, `missing` and `misshaped` are canonical names; `unexpected` and `ignored` are names
    as the file has them, the ignored ones with the reason."""

    loaded: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    misshaped: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Account) -> Account:
        return Account(
            self.loaded + other.loaded,
            self.missing + other.missing,
            self.misshaped + other.misshaped,
            self.unexpected + other.unexpected,
            self.ignored + other.ignored,
        )

    def require_complete(self, file: str) -> None:
        """Raise HangaError `file.incomplete` naming the first tensor that is missing or has another shape."""
        wrong = self.missing + self.misshaped
        if wrong:
            raise HangaError("file.incomplete", name=file, first=wrong[0], count=len(wrong))
