"""How much of a prompt the text encoders read at once, counted while the artist types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.errors import HangaError

if TYPE_CHECKING:
    from core.conditioning.tokens import Window

LONGEST_MARKED: Final = 3_000
"""Characters of a prompt whose windows are still looked for; beyond, only their number is told."""


@dataclass(frozen=True)
class PromptCount:
    """`tokens` in each window of 75; `boundaries`: where in the prompt, in characters, each window but the first
    begins."""

    tokens: tuple[int, ...] = (0,)
    boundaries: tuple[int, ...] = ()


def count_tokens(prompt: str) -> PromptCount:
    """Raises HangaError request.prompt_too_long."""
    tokens = tuple(len(window.ids) for window in _windows(prompt))
    if len(tokens) == 1 or len(prompt) > LONGEST_MARKED:
        return PromptCount(tokens)
    return PromptCount(tokens, tuple(_boundary(prompt, count) for count in range(1, len(tokens))))


def _boundary(prompt: str, windows: int) -> int:
    """The start of the word with which a prompt comes to need more than so many windows."""
    low, high = 0, len(prompt)
    while low < high:
        middle = (low + high) // 2
        if _number_of_windows(prompt[:middle]) > windows:
            high = middle
        else:
            low = middle + 1
    return max(prompt.rfind(" ", 0, max(low - 1, 0)) + 1, 0)


def _number_of_windows(prompt: str) -> int:
    try:
        return len(_windows(prompt))
    except HangaError:
        return 0


def _windows(prompt: str) -> tuple[Window, ...]:
    # Here, not above: before anything is counted a window is seen.
    from core.conditioning.tokens import tokenize

    return tokenize(prompt).windows
