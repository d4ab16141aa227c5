"""Atelier: what every widget is given to work in, instead of finding it in a global place."""

from __future__ import annotations

from dataclasses import dataclass

from app.language import Language
from app.look.theme import Look


@dataclass(frozen=True)
class Atelier:
    look: Look
    language: Language
