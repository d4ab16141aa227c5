"""`hanga COMMAND …`: from arguments to an exit code."""

from __future__ import annotations

import json
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.cli.computing import compute
from core.cli.doctor import diagnose
from core.cli.home import model_folder, registry
from core.cli.inspecting import inspect
from core.cli.interrupting import interrupt
from core.cli.model_files import MODELS
from core.cli.options import (
    generate_options,
    inspect_options,
    memory_limit,
    plan_options,
    refine_options,
    request_from,
)
from core.cli.parsing import Command, Commands, no_options, parser
from core.cli.pictures import PICTURES
from core.cli.plan_table import table, timed
from core.cli.queueing import QUEUE
from core.cli.reporter import Reporter, Sentences
from core.errors import EXIT_CANCELLED, HangaError
from core.events import Saved
from core.jobs.estimates import Estimator
from core.library.keeper import Keeper
from core.library.picture import read_record
from core.machine import GIGABYTE, Machine
from core.paths import Home
from core.plain import to_plain
from core.plan import Plan
from core.planning.planner import make_plan
from core.planning.refining import Changes, refining_plan
from core.torch_environment import for_torch
from core.unexpected import unexpected

LATENTS_SUFFIX: Final = ".safetensors"
OTHER_FORMATS: Final = frozenset({".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})


def main(arguments: Sequence[str], sentences: Sentences) -> int:
    """Carry out one command; returns its exit code (DESIGN: 0 done, 2 request, 3 file, 4 memory, 5 engine, 6 disk,
    130 cancelled)."""
    os.environ.update(for_torch(os.environ))
    reporter = Reporter(sentences, as_json="--json" in arguments)
    try:
        options = parser(COMMANDS, sentences.say).parse_args(arguments)
        options.carry_out(options, reporter)
        sys.stdout.flush()
    except HangaError as error:
        reporter.fail(error)
    except KeyboardInterrupt:
        reporter.cancel()
    except BrokenPipeError:
        _let_go_of_output()
        return EXIT_CANCELLED
    except MemoryError:
        reporter.fail(HangaError("memory.exhausted", device="cpu"))
    except Exception as error:  # noqa: BLE001  # the last door: what nobody foresaw is told too, and kept
        reporter.fail(unexpected(error, Home.default()))
    return reporter.exit_code


def _let_go_of_output() -> None:
    """Whoever read has gone, which is their way to say that it is enough; nothing is left to be said to them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _generate(options: Namespace, reporter: Reporter) -> None:
    keeper = _keeper(options)
    request = request_from(options)
    keeper.check(request.count)
    plan = make_plan(request, model_folder(keeper.home), _machine(options))
    _run(plan, keeper, reporter)


def _refine(options: Namespace, reporter: Reporter) -> None:
    keeper = _keeper(options)
    keeper.check(1)
    record = read_record(options.picture)
    changes = Changes(
        refiner=options.refiner, handoff=options.handoff, steps=options.steps, aesthetic=options.aesthetic
    )
    plan = refining_plan(record, changes, model_folder(keeper.home), _machine(options))
    _run(plan, keeper, reporter, parent=record.key)


def _plan(options: Namespace, reporter: Reporter) -> None:
    home = Home.default()
    machine = options.machine or _machine(options)
    limited = machine if options.machine is None else replace(machine, memory_limit=memory_limit(options))
    plan = make_plan(request_from(options), model_folder(home), limited)
    if options.machine is None:
        plan = timed(plan, Estimator(home.timings).stages(plan))
    if options.json:
        print(json.dumps(to_plain(plan)))
        return
    for note in plan.notes:
        reporter.say(note)
    print(_summary(plan, reporter.sentences))
    print(table(plan, reporter.sentences))


def _inspect(options: Namespace, reporter: Reporter) -> None:
    print(inspect(options.file, options.json, reporter.sentences))


def _doctor(options: Namespace, reporter: Reporter) -> None:
    found = diagnose(Home.default())
    print(found.to_json() if options.json else found.to_text(reporter.sentences))
    reporter.exit_code = found.exit_code


COMMANDS: Final[Commands] = {
    "generate": Command(generate_options, _generate),
    "refine": Command(refine_options, _refine),
    "plan": Command(plan_options, _plan),
    "inspect": Command(inspect_options, _inspect),
    "models": MODELS,
    "pictures": PICTURES,
    "queue": QUEUE,
    "doctor": Command(no_options, _doctor),
}


def _keeper(options: Namespace) -> Keeper:
    out: Path | None = options.out
    if out is not None and out.suffix.lower() in OTHER_FORMATS:
        raise HangaError("request.output_format", suffix=out.suffix)
    latents: Path | None = options.save_latents
    if latents is not None and latents.suffix.lower() != LATENTS_SUFFIX:
        raise HangaError("request.latents_format", name=latents.name)
    return Keeper(Home.default(), out, latents)


def _machine(options: Namespace) -> Machine:
    # Here, not above: asking torch takes seconds that a mistyped option should not cost.
    from core.memory.machine import this_machine

    return this_machine(memory_limit(options))


def _run(plan: Plan, keeper: Keeper, reporter: Reporter, parent: str | None = None) -> None:
    for note in plan.notes:
        reporter.say(note)
    models, job = model_folder(keeper.home), secrets.token_hex(8)
    with interrupt() as interrupted, registry(keeper) as register:
        for event in compute(plan, keeper, models, job, interrupted.is_set, parent):
            if isinstance(event, Saved):
                register(Path(event.path))
            reporter.show(event)


def _summary(plan: Plan, sentences: Sentences) -> str:
    steps = " + ".join(f"{len(stage.timesteps)} {stage.role}" for stage in plan.stages)
    return sentences.say(
        "cli.plan_summary",
        width=plan.width,
        height=plan.height,
        steps=steps,
        device=plan.device,
        dtype=plan.dtype,
        gigabytes=f"{plan.peak_bytes / GIGABYTE:.1f}",
        pictures=len(plan.seeds),
    )
