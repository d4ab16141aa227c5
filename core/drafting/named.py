"""Named: what lies on a shelf has a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Named:
    """`names`: what one that comes with the program is called in other languages than English."""

    name: str
    names: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The name for people who speak `language`."""
        return self.names.get(language, self.name)
