"""One job from the queue to the library: plan it, have a backend carry it out, register what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from core import events
from core.engine.notices import RESTARTING, EngineChanged, JobChanged, Notice, PicturesChanged
from core.engine.setbacks import Setbacks
from core.errors import HangaError
from core.events import Event
from core.jobs import job as states
from core.jobs.backend import DEVICE_LOST, EXHAUSTED, KILLED, Backend, WorkerDied
from core.jobs.estimates import Estimator
from core.jobs.job import Job
from core.jobs.queue import Queue
from core.jobs.task import Task
from core.library.library import Library
from core.library.models import ModelFolder
from core.machine import CPU, Machine
from core.plan import Plan
from core.planning.planner import FROM_NOISE, make_plan
from core.request import AUTO

MACHINE_SECONDS: Final = 300.0
"""How long a worker may take to say what machine it is on: imports from a cold disk are slow."""

NOTE_ELSEWHERE: Final = "note.memory_elsewhere"

OBSTACLES: Final = ("disk.full", "disk.unwritable", "disk.database_busy", "disk.database_damaged")
"""What stands in the way of every job alike: the queue waits for it to go, instead of failing one job after another."""


@dataclass
class Performer:
    """Carries out jobs. `say` takes notices; `stopping` tells whether the job of an id is asked to stop."""

    queue: Queue
    library: Library
    models: Callable[[Callable[[], bool]], ModelFolder]
    """Where models are found, given what tells that nobody waits for them any more."""
    backend: Backend
    say: Callable[[Notice], None]
    welcome: Callable[[int], None]
    """Is told the number of every picture that is new in the library."""
    stopping: Callable[[str], bool]
    estimator: Estimator
    memory_limit: Callable[[], int | None]
    """Bytes of device memory that the artist lets us use."""
    previews: Callable[[], bool]
    """Whether the artist wants to see pictures while they come."""
    setbacks: Setbacks = field(default_factory=Setbacks)

    def perform(self, job: Job) -> None:
        """Bring `job` to one of its ends, or back into the queue. Raises HangaError of `OBSTACLES` when the disk takes
        nothing more; the job then still counts as running. Raises Interrupted if it was stopped before it began."""
        begun_before = job.plan is not None
        try:
            plan = self._plan(job)
            job = self.queue.begin(job.id, plan)
            if job.state == states.RUNNING:
                self.say(JobChanged(job=job))
                self._follow(job, plan, begun_before)
        except WorkerDied as death:
            self._died(job, death)
        except HangaError as error:
            if error.code in OBSTACLES:
                raise
            self._failed(job, error)

    def machine(self) -> Machine:
        """Waits for the backend to say. Raises WorkerDied."""
        machine = replace(self.backend.machine(MACHINE_SECONDS), memory_limit=self.memory_limit())
        return self.setbacks.left(machine)

    def _plan(self, job: Job) -> Plan:
        machine = self.machine()
        request = self.setbacks.possible(job.id, job.order.request, machine)
        models = self.models(lambda: self.stopping(job.id))
        plan = make_plan(request, models, machine, job.order.start or FROM_NOISE)
        return self.setbacks.humbler(job.id, plan)

    def _follow(self, job: Job, plan: Plan, resume: bool) -> None:
        done = tuple(sorted({picture.index for picture in self.library.of_job(job.id)}))
        seen = self.previews()
        task = Task(plan=plan, job=job.id, parent=job.order.parent, done=done, resume=resume, previews=seen)
        self.estimator.begin(plan, done)
        for event in self._run(task):
            self.estimator.follow(event)
            if isinstance(event, events.Saved):
                self._register(job, event)
            if isinstance(event, events.Failed):
                raise HangaError(event.code, **event.data)
            if isinstance(event, events.Finished):
                self.setbacks.finished(job.id, plan.device)
                self.say(JobChanged(job=self.queue.end(job.id, states.DONE)))
            if isinstance(event, events.Cancelled):
                self.say(JobChanged(job=self._cancelled(job)))
            if not isinstance(event, events.Previewed) or self.previews():
                self.say(event)

    def _cancelled(self, job: Job) -> Job:
        """Nobody wants it any more; or the engine is being closed, and it goes on at the next start."""
        wanted = self.queue.job(job.id).state == states.RUNNING
        return self.queue.put_back(job.id) if wanted else self.queue.end(job.id, states.CANCELLED)

    def _run(self, task: Task) -> Iterator[Event]:
        """The events of a task. A wish to stop that came before the backend had begun is passed on."""
        for event in self.backend.run(task):
            if isinstance(event, events.Started) and self.stopping(task.job):
                self.backend.cancel()
            yield event

    def _register(self, job: Job, event: events.Saved) -> None:
        """The picture is in the library before anybody hears of it."""
        try:
            picture = self.library.add(Path(event.path))
            self.queue.saved(job.id, event.index)
            self.welcome(picture.id)
        except HangaError:
            self.backend.cancel()
            raise
        self.say(PicturesChanged(pictures=(picture.id,)))

    def _died(self, job: Job, death: WorkerDied) -> None:
        """Once more, then aside: one bad job must not keep the others from their turn."""
        if death.reason == KILLED:
            self.setbacks.killed(job.id)
        self.estimator.worker_lost()
        self.say(EngineChanged(state=RESTARTING, code=death.code, data=death.data))
        after = self.queue.crashed(job.id)
        self.say(JobChanged(job=after))
        if after.state == states.SET_ASIDE:
            self.say(events.Failed(job=job.id, code=after.code, data=after.data))

    def _failed(self, job: Job, error: HangaError) -> None:
        device = str(error.data.get("device", CPU))
        if error.code == DEVICE_LOST:
            self._lost(job, error)
        elif error.code == EXHAUSTED and device != CPU and job.order.request.device == AUTO:
            self.setbacks.exhausted(job.id)
            self.say(events.StageStarted(job=job.id, stage=events.LOAD, note=NOTE_ELSEWHERE, data=error.data))
            self.say(JobChanged(job=self.queue.put_back(job.id)))
        else:
            self.give_up(job, error)

    def _lost(self, job: Job, error: HangaError) -> None:
        """Once more with a fresh worker, and without the device where it does not come back."""
        self.setbacks.lost(str(error.data["device"]))
        self.estimator.worker_lost()
        self.say(EngineChanged(state=RESTARTING, code=error.code, data=error.data))
        self.say(JobChanged(job=self.queue.put_back(job.id)))

    def give_up(self, job: Job, error: HangaError) -> None:
        """The job has failed; those after it have their turn."""
        self.say(JobChanged(job=self.queue.end(job.id, states.FAILED, error.code, error.data)))
        self.say(events.Failed(job=job.id, code=error.code, data=error.data))
