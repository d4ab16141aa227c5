"""Prompts, checked before anything is loaded."""

from __future__ import annotations

from core.errors import HangaError
from core.request import PROMPT_LIMIT, Request


def check_prompts(request: Request) -> None:
    """Raises HangaError request.prompt_too_long, or request.prompt_characters for what is no text (half a character,
    a NUL) and could be neither encoded nor saved."""
    for text in (request.prompt, request.negative, request.prompt_2 or "", request.negative_2 or ""):
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            raise HangaError("request.prompt_characters") from error
        if "\0" in text:
            raise HangaError("request.prompt_characters")
        if size > PROMPT_LIMIT:
            raise HangaError("request.prompt_too_long", size=size, limit=PROMPT_LIMIT)
