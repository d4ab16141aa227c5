"""A reader of A1111's infotext, by its grammar: prompt lines, negative lines, a last line of three or more fields."""

from __future__ import annotations

import json
import re

FIELD = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
NEGATIVE = "Negative prompt:"


def read_infotext(text: str) -> tuple[str, str, dict[str, str]]:
    """(prompt, negative prompt, fields)."""
    *lines, last = text.strip().split("\n")
    if len(FIELD.findall(last)) < 3:
        lines, last = [*lines, last], ""
    start = next((number for number, line in enumerate(lines) if line.strip().startswith(NEGATIVE)), len(lines))
    negative = [line.strip().removeprefix(NEGATIVE).strip() for line in lines[start:]]
    fields = {key: json.loads(value) if value.startswith('"') else value for key, value in FIELD.findall(last)}
    return "\n".join(line.strip() for line in lines[:start]), "\n".join(negative), fields
