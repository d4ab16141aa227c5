"""LoRA tags in a prompt, as artists know them from other programs: `<lora:name>`, `<lora:name:0.8>`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from core.errors import HangaError
from core.request import Lora

_TAG: Final = re.compile(
    r"(?P<comma>,)?[ \t]*(?P<tag><lora:(?P<name>[^<>:\n]{1,200})(?P<weights>(?::[^<>:\n]{0,20}){0,3})>)"
    r"(?P<after>[ \t]*,)?"
)


def without_tags(text: str) -> tuple[str, list[Lora]]:
    """The prompt without its tags, and what they ask for; of several weights the first counts. A prompt without tags
    stays as it is. Raises HangaError request.lora_tag."""
    loras: list[Lora] = []

    def take(match: re.Match[str]) -> str:
        loras.append(Lora(name=match["name"].strip(), weight=_weight(match)))
        between = match["comma"] or match["after"]
        return "," if between and match.start() else ""

    rest = _TAG.sub(take, text)
    return (rest.strip(" ,\t"), loras) if loras else (text, [])


def merged(listed: Iterable[Lora], tagged: Iterable[Lora]) -> tuple[Lora, ...]:
    """Each name once: a tag, which was written for this prompt, counts over what is listed."""
    return tuple({lora.name: lora for lora in (*listed, *tagged)}.values())


def _weight(match: re.Match[str]) -> float:
    told = match["weights"].split(":")[1:2]
    try:
        weight = float(told[0]) if told else 1.0
    except ValueError as error:
        raise HangaError("request.lora_tag", tag=match["tag"]) from error
    if not math.isfinite(weight):
        raise HangaError("request.lora_tag", tag=match["tag"])
    return weight
