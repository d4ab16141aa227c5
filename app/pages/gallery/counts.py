"""Counts: how many pictures there are of what, for the filters."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine import Engine, Label, ModelSeen, Query


@dataclass(frozen=True, kw_only=True)
class Counts:
    all: int = 0
    rated: int = 0
    rejected: int = 0
    missing: int = 0
    collections: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    models: tuple[ModelSeen, ...] = ()
    trashed: int = 0


def count(engine: Engine) -> Counts:
    """To be called in the engine's thread."""
    library = engine.library
    return Counts(
        all=library.count(Query()),
        rated=library.count(Query(rating=1)),
        rejected=library.count(Query(rejected=True)),
        missing=library.count(Query(missing=True)),
        collections=tuple(library.collections()),
        tags=tuple(library.tags()),
        models=tuple(model for model in library.models_seen() if model.kind != "vae"),
        trashed=sum(len(lot.names) for lot in library.trashed()),
    )
