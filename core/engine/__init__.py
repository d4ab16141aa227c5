"""The front door: `Engine` takes requests, keeps the queue and the library, and tells listeners what happens.

`engine` is what window, command line and tests call; `performing` carries out one job after another on a backend;
`notices` are what listeners hear besides events; `exchange` reads and writes pictures for elsewhere; `prompting` counts
tokens. Nothing here computes, so nothing heavy is imported. What the window needs of the rooms below is named here.
"""

from core.drafting.bundle import Bundle
from core.drafting.desk import Brought, Desk
from core.drafting.preset import Preset, preset_of
from core.drafting.sketch import Sketch, varies
from core.drafting.style import Style, dressed, kept_out
from core.engine.blind import MOST_PAIRS, write_table
from core.engine.engine import Engine
from core.engine.exchange import export, read_settings
from core.engine.notices import Adopting, EngineChanged, JobChanged, ModelRead, Notice, PicturesChanged, QueueChanged
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
from core.planning.choices import SAMPLERS, SCHEDULE_NAMES, best_schedule, stage_steps
from core.planning.refining import Changes

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
