"""The walls of the house, as data: which room may import which, and why. Arrows point down only."""

from __future__ import annotations

from dataclasses import dataclass

HEAVY = ("torch", "torchvision", "transformers", "open_clip", "safetensors.torch")
"""What takes seconds and hundreds of megabytes to import."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Modules (with all that lies in them) that obey one rule. The longest match decides where a module lives."""

    modules: tuple[str, ...]
    may_import: frozenset[str]
    why: str


def room(modules: str, may_import: str, why: str) -> Room:
    return Room(modules=tuple(modules.split()), may_import=frozenset(may_import.split()), why=why)


ROOMS = {
    "words": room(
        "core core.request core.plan core.events core.progress core.record core.plain"
        " core.errors core.architecture core.machine core.settings core.paths core.durable core.renaming"
        " core.unexpected core.residency core.method_labels core.torch_environment",
        "",
        "plain data that every room speaks, and what all need to keep it (paths, durable): so they know but each other",
    ),
    "entry": room(
        "app.__main__",
        "app cli jobs worker words",
        "the one door: arguments go to the command line, none opens the window, a hidden one makes a worker",
    ),
    "app": room(
        "app",
        "engine instance words",
        "the window survives whatever torch and drivers do, because it never meets them",
    ),
    "cli": room(
        "core.cli",
        "engine jobs worker planning pipeline library foreign keeping memory headers adapters database instance words",
        "parses, calls and prints; does in its own process what a window would ask of the worker",
    ),
    "engine": room(
        "core.engine",
        "jobs library foreign keeping planning database instance prompting drafting words",
        "the front door: it decides, queues and keeps, and leaves computing to the worker",
    ),
    "jobs": room(
        "core.jobs",
        "database schedules budget words",
        "queue, protocol and estimates carry plain data and count; the worker is started as a process, not imported",
    ),
    "worker": room(
        "core.jobs.worker core.jobs.in_process core.jobs.torch_workshop",
        "jobs pipeline keeping memory words",
        "the only part of jobs that computes, in a process of its own; it writes pictures, and knows no database",
    ),
    "pipeline": room(
        "core.pipeline",
        "models prompting conditioning sampling schedules patches adapters memory budget weights headers words",
        "tells the whole story, so it knows every part; no part knows it, and it never sees the database",
    ),
    "planning": room(
        "core.planning",
        "headers adapters schedules budget words",
        "decides from headers and arithmetic before anything heavy is loaded",
    ),
    "library": room(
        "core.library",
        "keeping headers database words",
        "keeps pictures and files; a gallery never sees a tensor",
    ),
    "keeping": room(
        "core.library.keeper core.library.picture core.library.latents core.library.png_text core.library.colour"
        " core.library.opening",
        "words",
        "how pictures and latents lie on disk, for whoever makes them; needs no database to be safe",
    ),
    "foreign": room(
        "core.library.foreign",
        "library keeping planning schedules words",
        "turns what other programs wrote into a request that planning accepts, so it knows its limits and names",
    ),
    "drafting": room(
        "core.drafting",
        "keeping words",
        "what an artist writes becomes requests here, before any model is thought of",
    ),
    "database": room(
        "core.database",
        "words",
        "hanga.db: one writer, migrations, snapshots; knows nothing of what its tables mean",
    ),
    "instance": room(
        "core.instance core.doorway",
        "words",
        "who owns a home folder: one program at a time",
    ),
    "patches": room(
        "core.patches",
        "adapters models headers weights words",
        "attach to models from outside; models do not know that they are patched",
    ),
    "adapters": room(
        "core.patches.places core.patches.spelling core.patches.matrices core.patches.adapter_file core.patches.fit",
        "headers words",
        "says what a LoRA is and whether it fits, so that planning can refuse it before anything is loaded",
    ),
    "memory": room(
        "core.memory",
        "budget models words",
        "moves the weights of models, through the one seam in models.ops",
    ),
    "budget": room(
        "core.memory.budget core.memory.residency core.memory.lodgings core.memory.lowering"
        " core.memory.form core.memory.anatomy core.memory.activations core.memory.flops core.memory.peaks",
        "headers words",
        "arithmetic on sizes, so that planning can ask without a device; shapes come from the blueprint",
    ),
    "headers": room(
        "core.checkpoint",
        "words",
        "says what a file is from its first bytes; used before torch is there",
    ),
    "weights": room(
        "core.checkpoint.reader core.checkpoint.limits core.checkpoint.filling core.checkpoint.source"
        " core.checkpoint.load core.checkpoint.save core.checkpoint.latents",
        "headers models conditioning words",
        "turns files into loaded networks and back, so it builds models and text towers",
    ),
    "models": room(
        "core.models",
        "embedding words",
        "networks only: a network knows neither prompts nor samplers",
    ),
    "conditioning": room(
        "core.conditioning",
        "prompting embedding words",
        "turns words and sizes into tensors, whoever consumes them",
    ),
    "prompting": room(
        "core.conditioning.syntax core.conditioning.tokens",
        "words",
        "how a prompt is read and cut, without torch: the window counts tokens while the artist types",
    ),
    "sampling": room(
        "core.sampling",
        "schedules words",
        "mathematics over a denoiser; knows no model and no prompt",
    ),
    "schedules": room(
        "core.sampling.schedules core.sampling.spacings core.sampling.noise_levels core.sampling.beta_quantile"
        " core.sampling.catalogue core.sampling.restarts",
        "words",
        "plain floats, so that a plan can hold them without torch",
    ),
    "embedding": room(
        "core.embedding",
        "words",
        "the sinusoid that times and sizes share, below both of its users",
    ),
    "starter": room(
        "core.starter",
        "pipeline planning library keeping patches memory budget weights headers"
        " models prompting conditioning sampling schedules embedding words",
        "makes the starter model with everything the engine has; nothing that ships needs it",
    ),
}

WITHOUT_TORCH = (
    *ROOMS["words"].modules,
    "core.planning",
    "core.checkpoint.header",
    "core.checkpoint.layout",
    "core.checkpoint.infer",
    "core.checkpoint.names",
    "core.checkpoint.describe",
    *ROOMS["adapters"].modules,
    *ROOMS["budget"].modules,
    *ROOMS["schedules"].modules,
    "core.engine",
    "core.drafting",
    "core.library",
    "core.jobs.queue",
    "core.jobs.task",
    "core.jobs.protocol",
    "core.jobs.backend",
    "core.jobs.connection",
    "core.jobs.worker_process",
    "core.jobs.watch",
    "core.database",
    *ROOMS["instance"].modules,
    "app",
)
"""Modules whose import must not import anything heavy, however indirectly: the window lives on them."""

WITHOUT_QT = ("core", "app.__main__", "app.sentences")
"""Modules that a headless command imports."""

GUESTS_OF_WORDS = {"core.paths": frozenset({"platformdirs"})}
"""The words import the standard library only, but for: where a data folder belongs is known to platformdirs."""
