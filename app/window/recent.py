"""Recent: what was used last, for the menu: prompts, files that were opened, models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from app.atelier import Atelier
from app.window.remembering import Remembering

PROMPTS: Final = 8
LONGEST: Final = 60

Entry = tuple[str, Callable[[], object]]


class Recent:
    """`prompts` tells those that were used, the latest first; the others take one that was chosen."""

    def __init__(
        self,
        atelier: Atelier,
        remembering: Remembering,
        prompts: Callable[[], list[str]],
        use_prompt: Callable[[str], object],
        open_file: Callable[[Path], object],
        use_model: Callable[[str], object],
    ) -> None:
        self._atelier, self._remembering, self._prompts = atelier, remembering, prompts
        self._use_prompt, self._open_file, self._use_model = use_prompt, open_file, use_model

    def entries(self) -> list[Entry]:
        files, models = (map(Path, names) for names in (self._remembering.files, self._remembering.models))
        return [
            *((self._said("prompt", each), partial(self._use_prompt, each)) for each in self._prompts()[:PROMPTS]),
            *((self._said("file", each.name), partial(self._open_file, each)) for each in files),
            *((self._said("model", each.name), partial(self._use_model, str(each))) for each in models),
        ]

    def _said(self, kind: str, words: str) -> str:
        line = " ".join(words.split())
        short = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
        return self._atelier.language.say(f"window_menu.recent_{kind}", words=short)
