"""Which ways of being faster a request asks for that change the picture, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.language import Language
from core.request import Request

EXACT: Final = Request(prompt="")


def lossy_words(language: Language, request: Request) -> str:
    """ "2 steps share · 40 % merged"; empty where everything is exact."""
    return " · ".join(_told(language, request))


def _told(language: Language, request: Request) -> Iterator[str]:
    if request.step_cache != EXACT.step_cache:
        yield language.say("window.lossy.step_cache", steps=request.step_cache)
    if request.merge_tokens != EXACT.merge_tokens:
        yield language.say("window.lossy.merge_tokens", percent=100 * request.merge_tokens)
    if request.guidance.interval != EXACT.guidance.interval:
        first, last = (100 * share for share in request.guidance.interval)
        yield language.say("window.lossy.interval", first=first, last=last)
    if request.weights != EXACT.weights:
        yield language.say("window.lossy.weights")
