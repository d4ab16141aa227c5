"""The engine: one object to ask for pictures, to arrange them, and to hear what becomes of them.

    engine = Engine.with_worker(home)
    engine.listen(print)
    engine.start()
    engine.submit([Request(prompt="a red sailboat")])
    engine.wait(60)
    engine.close()

Every method may be called from any thread and returns after at most a database transaction, but for `start`, `wait` and
`close`. What artists can change has a way back: `cancel` and `clear` here, ratings, tags and the trash in `library`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Self

from core import settings as settings_file
from core.database.database import Database
from core.drafting.desk import Desk
from core.durable import sweep
from core.engine.blind import BlindTrials
from core.engine.exchange import understood
from core.engine.notices import (
    CLOSED,
    READY,
    RESTARTING,
    STARTING,
    WAITING_FOR_DISK,
    EngineChanged,
    JobChanged,
    Listener,
    ModelRead,
    Notice,
    PicturesChanged,
    QueueChanged,
)
from core.engine.opening import Opener, Opening
from core.engine.performing import Performer
from core.errors import HangaError
from core.jobs.backend import Backend
from core.jobs.estimates import Estimator
from core.jobs.job import Job, Order
from core.jobs.queue import Queue
from core.jobs.worker_process import WorkerProcess
from core.library.keeper import Keeper
from core.library.library import Library
from core.library.looking import Digests, Interrupted, Looking
from core.library.models import ModelFolder
from core.library.picture import read_record
from core.library.session import Session
from core.machine import GIGABYTE, Machine
from core.paths import Home
from core.plan import Plan
from core.planning.placement import usable_bytes
from core.planning.planner import make_plan
from core.planning.refining import Changes, changed, start_of
from core.progress import Progress
from core.record import ImageRecord
from core.request import AUTO, Request
from core.settings import Settings
from core.unexpected import unexpected

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 2.0
"""How often to look whether a disk that took nothing more takes something again."""

MANY: Final = 100
"""Jobs that come at once and are better read together than heard of one by one."""


class Engine:
    """`start` it once; it works until it is closed. `library`, `queue`, `trials`, `session`, `models` and `desk` may be
    used directly for reading and for what no other method here does."""

    def __init__(self, home: Home, backend: Backend) -> None:
        """Opens the home. Raises HangaError disk.* where it cannot be written, file.newer_database."""
        Keeper(home).check(1)
        self.home = home
        self.backend = backend
        self._database = Database.open(home.database, home.snapshots)
        self.library = Library(home, self._database, understand=understood)
        self.queue = Queue(self._database)
        self.trials = BlindTrials(self._database, self.queue, self._placed, self._announce)
        self.session = Session(self._database)
        self.desk = Desk(home)
        self.settings, _ = settings_file.load(home.settings)
        self._looking = Looking(home.hashes, self._tell_read, lambda: self._say(EngineChanged(state=READY)))
        self.models = self._models(self._looking.patient(lambda: False))
        self._estimator = Estimator(home.timings)
        self._performer = Performer(
            queue=self.queue,
            library=self.library,
            models=lambda stopped: self._models(self._looking.patient(stopped)),
            backend=backend,
            say=self._say,
            welcome=self.trials.welcome,
            stopping=self._is_stopping,
            estimator=self._estimator,
            memory_limit=self._memory_limit,
            previews=lambda: self.settings.previews,
        )
        self._listeners: list[Listener] = []
        self._changed = threading.Condition()
        self._running: str | None = None
        self._stopping: set[str] = set()
        self._obstructed: str | None = None
        """The job that met a disk that takes nothing more."""
        self._closing = False
        self._opener = Opener(self._database, self.library, self.queue, self._say, lambda: self._closing)
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    @classmethod
    def with_worker(cls, home: Home) -> Self:
        """The engine of a window: it computes in a process of its own."""
        return cls(home, WorkerProcess(home))

    # Life

    def start(self) -> Opening:
        """Wake the backend, adopt what is new on disk, take up what was broken off; the queue runs from now on."""
        self.start_soon()
        return self._opener.result()

    def start_soon(self) -> None:
        """As `start`, without waiting: everything can be asked at once. Listeners hear of what is adopted; until all
        is, the queue rests."""
        self._say(EngineChanged(state=STARTING))
        self.backend.start()
        self._thread.start()

    def close(self) -> None:
        """Stop what runs, keeping what it had kept, and put everything down. The job goes on at the next start."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._looking.close()
        self.backend.close()
        if self._thread.is_alive():
            self._thread.join()
        self.library.close()
        self._database.close()
        self._say(EngineChanged(state=CLOSED))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, timeout: float | None = None) -> bool:
        """Until nothing runs and nothing can (the queue is empty or paused); False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with every notice from now on; call what is returned to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Pictures to be made

    def submit(self, requests: Sequence[Request]) -> list[Job]:
        """Queue requests, in their order, at the end. Planning happens when their turn comes."""
        return self._add([Order(request=self._placed(request)) for request in requests])

    def refine(self, record: ImageRecord, changes: Changes) -> Job:
        """Queue the refinement of a picture from its kept latents. Raises HangaError request.no_refiner,
        file.model_gone."""
        request = changed(record, changes, self.models)
        if request.refiner is None:
            raise HangaError("request.no_refiner")
        return self._add([Order(request=request, start=start_of(record), parent=record.key)])[0]

    def plan(self, request: Request) -> Plan:
        """What would be done for `request` on this machine. Raises HangaError request.*, file.*; waits for the backend
        if that is only starting. Files that were never read have a stand-in for their hash: they are read in the
        background, which listeners hear of, and a plan to be carried out waits for it."""
        return make_plan(self._placed(request), self._models(self._looking.hasty), self._performer.machine())

    def machine(self) -> Machine:
        """What there is to compute with; waits as `plan` does. Raises HangaError engine.*."""
        return self._performer.machine()

    def expected_seconds(self, plan: Plan) -> float | None:
        """How long `plan` would take; None as long as nothing like it has been done on this machine."""
        return self._estimator.expected(plan)

    def expected_stages(self, plan: Plan) -> dict[str, float]:
        """Seconds that each stage of `plan` takes for a picture, in their order; empty as long as nobody knows."""
        return self._estimator.stages(plan)

    def room(self, plan: Plan) -> int:
        """Bytes of memory that a run may count on where `plan` computes; waits as `plan` does."""
        return usable_bytes(plan.device, self._performer.machine())

    def record(self, picture: int) -> ImageRecord:
        """What made a picture. Raises HangaError file.unknown_picture, file.missing, file.no_record, …"""
        return read_record(self.library.picture(picture).path)

    def progress(self) -> Progress | None:
        """How far the running job is, and how long it still takes; None when nothing runs. Ask as often as a bar is
        drawn: time passes between events, too."""
        return self._estimator.progress() if self._running is not None else None

    def change_settings(self, settings: Settings) -> None:
        """What holds from the next job on. Raises HangaError disk.*; then nothing has changed."""
        settings_file.save(settings, self.home.settings)
        self.settings = settings

    # The queue

    def cancel(self, job: str) -> None:
        """Take a job out of the queue; one that runs stops between two evaluations of its network."""
        with self._changed:
            runs = job == self._running
            if runs:
                self._stopping.add(job)
                self.backend.cancel()
        self._say(JobChanged(job=self.queue.cancel(job), stopping=runs))
        self._wake()

    def retry(self, job: str) -> None:
        """Queue a job again that failed, was cancelled or set aside."""
        self._say(JobChanged(job=self.queue.retry(job)))
        self._wake()

    def pause(self) -> None:
        """Begin no further job; the one that runs goes on to its end."""
        self.queue.pause()
        self._arranged()

    def resume(self) -> None:
        self.queue.resume()
        self._arranged()

    def move(self, job: str, before: str | None) -> None:
        """Have `job` come before another one, or last."""
        self.queue.move(job, before)
        self._arranged()

    def to_front(self, job: str) -> None:
        self.queue.to_front(job)
        self._arranged()

    def clear(self) -> str:
        """Take all waiting jobs out; returns what `undo_clear` brings them back with."""
        token = self.queue.clear()
        self._arranged()
        return token

    def undo_clear(self, token: str) -> None:
        self.queue.undo_clear(token)
        self._arranged()

    # Inside

    def _add(self, orders: Sequence[Order]) -> list[Job]:
        jobs = self.queue.add(orders)
        self._announce(jobs)
        return jobs

    def _announce(self, jobs: Sequence[Job]) -> None:
        if len(jobs) > MANY:
            self._say(QueueChanged())
        else:
            for job in jobs:
                self._say(JobChanged(job=job))
        self._wake()

    def _placed(self, request: Request) -> Request:
        """On the device that the artist has chosen for all that name none."""
        return request if request.device != AUTO else replace(request, device=self.settings.device)

    def _models(self, digests: Digests) -> ModelFolder:
        return ModelFolder(self.home, lambda: self.settings.model_folders, digests)

    def _tell_read(self, name: str, share: float) -> None:
        self._say(ModelRead(name=name, share=share))

    def _arranged(self) -> None:
        self._say(QueueChanged())
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _say(self, notice: Notice) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(notice)
            except Exception:  # a listener's mistake must not stop the queue
                logger.exception("a listener failed")

    def _is_stopping(self, job: str) -> bool:
        return job in self._stopping or self._closing

    def _is_idle(self) -> bool:
        return self._running is None and (self._closing or self._next() is None)

    def _next(self) -> Job | None:
        try:
            return None if self._obstructed is not None else self.queue.next()
        except HangaError as error:
            logger.warning("the queue cannot be read: %s", error)
            return None

    def _work(self) -> None:
        """The engine's thread: one job after another until the engine is closed."""
        if not self._opener.run():
            return
        self._greet()
        while (job := self._await()) is not None:
            try:
                self._performer.perform(job)
            except Interrupted:
                logger.info("job %s was stopped before it began", job.id)
            except HangaError as obstacle:
                self._obstruct(job, obstacle)
            except Exception as error:  # noqa: BLE001  # what nobody foresaw costs one job, not the queue
                self._performer.give_up(job, unexpected(error, self.home))
            finally:
                self._rest(job)

    def _greet(self) -> None:
        """What the worker says of the machine, or why it cannot work; imports take it seconds."""
        try:
            self._performer.machine()
        except HangaError as error:
            self._say(EngineChanged(state=RESTARTING, code=error.code, data=error.data))
        else:
            self._say(EngineChanged(state=READY))
            self._tidy()

    def _tidy(self) -> None:
        """Keep no more latents than the artist has room for; those that a waiting job starts from stay. What is left of
        models that were being copied when the program ended goes."""
        for folder in (self.home.models, self.home.loras):
            sweep(folder)
        starts = (job.order.start for job in self.queue.waiting())
        needed = {start.key for start in starts if start is not None and start.key is not None}
        cleaned = self.library.clean_latents(int(self.settings.latents_limit * GIGABYTE), needed)
        logger.info("%d latents removed, %d bytes left", cleaned.count, cleaned.left)

    def _memory_limit(self) -> int | None:
        limit = self.settings.vram_limit
        return None if limit is None else int(limit * GIGABYTE)

    def _await(self) -> Job | None:
        """The next job, as soon as there is one; None when the engine is closing."""
        with self._changed:
            while not self._closing:
                job = self._next()
                if job is not None:
                    self._running = job.id
                    return job
                self._changed.notify_all()
                self._changed.wait(RETRY_SECONDS)
                self._try_disk()
            return None

    def _rest(self, job: Job) -> None:
        with self._changed:
            self._running = None
            self._stopping.discard(job.id)
            self._changed.notify_all()

    def _obstruct(self, job: Job, error: HangaError) -> None:
        self._obstructed = job.id
        self._say(EngineChanged(state=WAITING_FOR_DISK, code=error.code, data=error.data))

    def _try_disk(self) -> None:
        """Where the disk takes things again, adopt what had been written meanwhile, and let the job go on."""
        if self._obstructed is None:
            return
        try:
            Keeper(self.home).check(1)
            job = self.queue.put_back(self._obstructed)
            self.library.reconcile()
        except HangaError as error:
            logger.info("the disk still refuses: %s", error)
            return
        self._obstructed = None
        self._say(EngineChanged(state=READY))
        self._say(JobChanged(job=job))
        self._say(PicturesChanged())
