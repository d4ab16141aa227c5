"""The front door: `Engine` takes requests, keeps the queue and the library, and tells listeners what happens.

`engine` is what window, command line and tests call; `performing` carries out one job after another on a backend;
`notices` are what listeners hear besides events; `exchange` reads and writes pictures for elsewhere; `prompting` counts
tokens. Nothing here computes, so nothing heavy is imported. What the window needs of the rooms below is named here, and
fetched from there when somebody first asks for it: a window is seen before the database and pictures are thought of.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from core.drafting.bundle import Bundle
    from core.drafting.desk import Brought, Desk
    from core.drafting.preset import Preset, preset_of
    from core.drafting.sketch import Sketch, varies
    from core.drafting.style import Style, dressed, kept_out
    from core.engine.blind import MOST_PAIRS, write_table
    from core.engine.engine import Engine
    from core.engine.exchange import export, read_settings
    from core.engine.notices import (
        Adopting,
        EngineChanged,
        JobChanged,
        ModelRead,
        Notice,
        PicturesChanged,
        QueueChanged,
    )
    from core.engine.opening import Opening
    from core.engine.prompting import PromptCount, count_tokens
    from core.jobs.glance import Glance as JobGlance
    from core.jobs.glance import glance as job_glance
    from core.jobs.job import Job
    from core.library.catalogue import Picture
    from core.library.foreign.imported import Imported, Unmatched
    from core.library.formats import Export
    from core.library.importing import copy_in as copy_model
    from core.library.importing import discard as discard_model
    from core.library.importing import kind_of as kind_of_model
    from core.library.labels import Label
    from core.library.lineage import Lineage, ModelSeen
    from core.library.marks import Change
    from core.library.model_entries import ModelEntry
    from core.library.model_entries import entries as model_entries
    from core.library.preference import Preference
    from core.library.query import BEST, NAME, NEWEST, OLDEST, Glance, Page, Query
    from core.library.trash import Emptied, Trashed
    from core.library.trials import TIE, A, B, Pair, Trial, TrialGlance
    from core.method_labels import SAMPLER_LABELS, SCHEDULE_LABELS
    from core.planning.changes import Changes
    from core.planning.choices import SAMPLERS, SCHEDULE_NAMES, best_schedule, stage_steps

__all__ = [
    "BEST",
    "MOST_PAIRS",
    "NAME",
    "NEWEST",
    "OLDEST",
    "SAMPLERS",
    "SAMPLER_LABELS",
    "SCHEDULE_LABELS",
    "SCHEDULE_NAMES",
    "TIE",
    "A",
    "Adopting",
    "B",
    "Brought",
    "Bundle",
    "Change",
    "Changes",
    "Desk",
    "Emptied",
    "Engine",
    "EngineChanged",
    "Export",
    "Glance",
    "Imported",
    "Job",
    "JobChanged",
    "JobGlance",
    "Label",
    "Lineage",
    "ModelEntry",
    "ModelRead",
    "ModelSeen",
    "Notice",
    "Opening",
    "Page",
    "Pair",
    "Picture",
    "PicturesChanged",
    "Preference",
    "Preset",
    "PromptCount",
    "Query",
    "QueueChanged",
    "Sketch",
    "Style",
    "Trashed",
    "Trial",
    "TrialGlance",
    "Unmatched",
    "best_schedule",
    "copy_model",
    "count_tokens",
    "discard_model",
    "dressed",
    "export",
    "job_glance",
    "kept_out",
    "kind_of_model",
    "model_entries",
    "preset_of",
    "read_settings",
    "stage_steps",
    "varies",
    "write_table",
]

ROOMS: Final = {
    "core.drafting.bundle": "Bundle",
    "core.drafting.desk": "Brought Desk",
    "core.drafting.preset": "Preset preset_of",
    "core.drafting.sketch": "Sketch varies",
    "core.drafting.style": "Style dressed kept_out",
    "core.engine.blind": "MOST_PAIRS write_table",
    "core.engine.engine": "Engine",
    "core.engine.exchange": "export read_settings",
    "core.engine.notices": "Adopting EngineChanged JobChanged ModelRead Notice PicturesChanged QueueChanged",
    "core.engine.opening": "Opening",
    "core.engine.prompting": "PromptCount count_tokens",
    "core.jobs.glance": "JobGlance=Glance job_glance=glance",
    "core.jobs.job": "Job",
    "core.library.catalogue": "Picture",
    "core.library.foreign.imported": "Imported Unmatched",
    "core.library.formats": "Export",
    "core.library.importing": "copy_model=copy_in discard_model=discard kind_of_model=kind_of",
    "core.library.labels": "Label",
    "core.library.lineage": "Lineage ModelSeen",
    "core.library.marks": "Change",
    "core.library.model_entries": "ModelEntry model_entries=entries",
    "core.library.preference": "Preference",
    "core.library.query": "BEST Glance NAME NEWEST OLDEST Page Query",
    "core.library.trash": "Emptied Trashed",
    "core.library.trials": "A B Pair TIE Trial TrialGlance",
    "core.method_labels": "SAMPLER_LABELS SCHEDULE_LABELS",
    "core.planning.choices": "SAMPLERS SCHEDULE_NAMES best_schedule stage_steps",
    "core.planning.changes": "Changes",
}
"""Where the names live, and what they are called there if it is something else."""

HOMES: Final = {
    name: (room, called or name)
    for room, names in ROOMS.items()
    for name, _, called in (each.partition("=") for each in names.split())
}

if not TYPE_CHECKING:  # to those who check types, this would promise whatever anybody asks for

    def __getattr__(name: str) -> Any:
        """A name that was not asked for before (PEP 562)."""
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        room, called = HOMES[name]
        globals()[name] = found = getattr(import_module(room), called)
        return found
