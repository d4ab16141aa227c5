"""LoRAs written into prompts: `<lora:name:weight>`, taken out of the text as the programs do that know them."""

from __future__ import annotations

import re
from typing import Final

from core.library.foreign.imported import Found
from core.library.foreign.values import real
from core.request import PROMPT_LIMIT

_TAG: Final = re.compile(r"<(lora|lyco|hypernet):([^<>]{1,500})>", re.IGNORECASE)


def taken(prompt: object, found: Found) -> object:
    """The prompt without its tags; what they name goes to `found`."""
    if not isinstance(prompt, str):
        return prompt
    # One character more than there may be, so that it still shows that there was more.
    text = prompt[: 4 * PROMPT_LIMIT]
    for kind, content in _TAG.findall(text):
        _take(kind.lower(), content, found)
    return _TAG.sub("", text)


def _take(kind: str, content: str, found: Found) -> None:
    name, *arguments = content.split(":")
    if kind == "hypernet":
        found.note("foreign.hypernetwork", value=name)
        return
    plain = [argument for argument in arguments if "=" not in argument]
    named = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    weight = plain[0] if plain else named.get("unet", named.get("te", 1))
    found.loras.append((name, weight))
    others = {real(value) for value in (*plain[1:2], named.get("te", weight), named.get("unet", weight))}
    if others - {real(weight)} or named.keys() - {"te", "unet"} or len(plain) > 2:
        found.note("foreign.lora_parts", name=name, used=weight)
