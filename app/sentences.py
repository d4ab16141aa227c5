"""What Hanga says to people, in their language. Code and data travel through the program; words are chosen here."""

from __future__ import annotations

import json
import locale
import os
from collections.abc import Mapping
from pathlib import Path

RESOURCES = Path(__file__).parents[1] / "resources"

LANGUAGES = ("en", "ja")


class Sentences:
    """The sentences of one language, by code, as `resources/i18n/<language>/*.json` has them."""

    def __init__(self, templates: Mapping[str, str], language: str = LANGUAGES[0]) -> None:
        self._templates, self.language = templates, language

    @classmethod
    def for_locale(cls, lang: str | None = None) -> Sentences:
        """Sentences in `lang` ("ja", "ja_JP.UTF-8", …), or in the language of the system; English if in doubt."""
        language = _language(lang or _spoken_here())
        files = sorted((RESOURCES / "i18n" / language).glob("*.json"))
        sentences = {code: text for file in files for code, text in json.loads(file.read_text("utf-8")).items()}
        return cls(sentences, language)

    def say(self, code: str, **data: str | int | float) -> str:
        """The sentence for `code` with its blanks filled. A code without a sentence is a bug: KeyError."""
        return self._templates[code].format(**data)


def _language(lang: str) -> str:
    """`ja` for `ja-JP`, `ja_JP.UTF-8` or Windows' `Japanese_Japan`; English for all that Hanga does not speak."""
    return next((known for known in LANGUAGES if lang.lower().startswith(known)), "en")


def _spoken_here() -> str:
    """What the environment or the system says, in the order in which gettext asks; may be empty."""
    asked = (os.environ.get(name) for name in ("HANGA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return next((lang for lang in asked if lang), None) or locale.getlocale()[0] or ""
