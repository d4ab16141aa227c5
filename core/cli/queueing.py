"""`hanga queue …`: many pictures without a window; what is queued outlasts whatever ends this program."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from core import events
from core.cli.home import owned
from core.cli.interrupting import interrupt
from core.cli.options import picture_options, request_from
from core.cli.parsing import Command, Commands, Options, no_options
from core.cli.reporter import Reporter
from core.cli.values import WHOLE_NUMBER
from core.database.database import Database
from core.engine import Engine
from core.engine.notices import EngineChanged, Notice
from core.errors import HangaError
from core.jobs import grid
from core.jobs.job import Job, Order
from core.jobs.queue import Queue
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.plain import Plain

LOOK_SECONDS: Final = 0.2
"""How often to look whether somebody wants to stop."""


def _add_options(options: Options) -> None:
    picture_options(options)
    options.add_value("--repeat", WHOLE_NUMBER, default=1)
    options.add("--vary", metavar="NAME=V1,V2,…", action="append", default=[])


def _add(options: Namespace, reporter: Reporter) -> None:
    requests = grid.expand(request_from(options), options.repeat, _axes(options.vary))
    with _own_queue() as queue:
        _print(queue.add(Order(request=request) for request in requests), options.json)


def _axes(given: Sequence[str]) -> dict[str, list[Plain]]:
    """Values by the name of what they vary: `steps=10,20`. Raises HangaError request.option."""
    axes: dict[str, list[Plain]] = {}
    for text in given:
        name, sign, values = text.partition("=")
        if not sign:
            raise HangaError("request.option", option="--vary", value=text[:40], example="steps=10,20")
        axes[name] = [_value(value) for value in values.split(",")]
    return axes


def _value(text: str) -> Plain:
    """A number where it is one, else a word."""
    if re.fullmatch(r"[+-]?\d{1,20}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?\d{1,20}\.\d{1,20}", text) else text


def _list(options: Namespace, reporter: Reporter) -> None:
    with Database.open(Home.default().database, Home.default().snapshots) as database:
        _print(Queue(database).all(), options.json)


def _print(jobs: Sequence[Job], as_json: bool) -> None:
    for job in jobs:
        request = job.order.request
        facts = {
            "job": job.id,
            "state": job.state,
            "seed": request.seed,
            "count": request.count,
            "saved": job.saved,
            "code": job.code,
            "prompt": request.prompt,
        }
        text = f"{job.id}  {job.state:<9}  {job.saved}/{request.count}  {request.prompt}"
        print(json.dumps(facts) if as_json else text)


def _job_options(options: Options) -> None:
    options.add("job", metavar="JOB")


def _cancel(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        _known(queue, options.job)
        queue.cancel(options.job)


def _front(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        _known(queue, options.job)
        queue.to_front(options.job)


def _retry(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        _known(queue, options.job)
        queue.retry(options.job)


def _known(queue: Queue, job: str) -> None:
    """Raises HangaError request.unknown_job."""
    try:
        queue.job(job)
    except KeyError as error:
        raise HangaError("request.unknown_job", job=job[:40]) from error


def _clear(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        token = queue.clear()
        print(json.dumps({"undo": token}) if options.json else token)


def _undo_options(options: Options) -> None:
    options.add("token", metavar="TOKEN")


def _undo_clear(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        queue.undo_clear(options.token)


def _pause(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        queue.pause()


def _resume(options: Namespace, reporter: Reporter) -> None:
    with _own_queue() as queue:
        queue.resume()


def _run(options: Namespace, reporter: Reporter) -> None:
    """Until the queue is empty or paused. Interrupted, it puts the running job back."""
    home = Home.default()

    def show(notice: Notice) -> None:
        if isinstance(notice, events.Event):
            reporter.show(notice)
        elif isinstance(notice, EngineChanged) and notice.code:
            reporter.say(notice.code, **notice.data)

    with owned(home), interrupt() as interrupted, Engine(home, WorkerProcess(home)) as engine:
        engine.listen(show)
        engine.start()
        while not interrupted.is_set() and not engine.wait(LOOK_SECONDS):
            pass
    if interrupted.is_set():
        reporter.cancel()


@contextmanager
def _own_queue() -> Iterator[Queue]:
    """The queue to be changed: engine.home_in_use while a window or another command works on it."""
    home = Home.default()
    with owned(home), Database.open(home.database, home.snapshots) as database:
        yield Queue(database)


QUEUE: Final[Commands] = {
    "add": Command(_add_options, _add),
    "list": Command(no_options, _list),
    "run": Command(no_options, _run),
    "cancel": Command(_job_options, _cancel),
    "front": Command(_job_options, _front),
    "retry": Command(_job_options, _retry),
    "clear": Command(no_options, _clear),
    "undo-clear": Command(_undo_options, _undo_clear),
    "pause": Command(no_options, _pause),
    "resume": Command(no_options, _resume),
}
