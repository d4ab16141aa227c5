"""Names that requests use, checked: an unknown one is answered with the nearest that exists."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import HangaError


def known(name: str, names: Iterable[str], code: str) -> str:
    """`name` if it is one of `names`. Raises HangaError `code` (name, nearest) otherwise."""
    choices = sorted(names)
    if name in choices:
        return name
    import difflib  # Here, not above: names are nearly always right.

    nearest = difflib.get_close_matches(name.lower(), choices, n=1, cutoff=0.0)[0]
    raise HangaError(code, name=name, nearest=nearest)
