"""Which ways of being faster a request asks for that change the picture, in words."""

from __future__ import annotations

from collections.abc import Iterator

from app.language import Language
from core.request import Request, given_up


def lossy_words(language: Language, request: Request) -> str:
    """ "2 steps share · 40 % merged"; empty where everything is exact."""
    return " · ".join(_told(language, request))


def _told(language: Language, request: Request) -> Iterator[str]:
    lossy = given_up(request)
    if "step_cache" in lossy:
        yield language.say("window.lossy.step_cache", steps=request.step_cache)
    if "merge_tokens" in lossy:
        yield language.say("window.lossy.merge_tokens", percent=100 * request.merge_tokens)
    if "guidance_interval" in lossy:
        first, last = (100 * share for share in request.guidance.interval)
        yield language.say("window.lossy.interval", first=first, last=last)
    if "weights" in lossy:
        yield language.say("window.lossy.weights")
