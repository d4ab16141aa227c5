"""The workshop that computes: the pipeline, the networks that it has loaded, and the folder where pictures go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.errors import HangaError
from core.events import Event, Failed
from core.jobs.task import Task
from core.library.keeper import Keeper
from core.machine import Machine
from core.memory.machine import this_machine
from core.paths import Home
from core.pipeline.cancel import CancelledError
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.pipeline.warm import import_libraries, warm
from core.plan import Plan
from core.unexpected import unexpected

logger = logging.getLogger(__name__)


@dataclass
class TorchWorkshop:
    """Networks stay from task to task, as plans allow."""

    home: Home
    networks: Networks = field(default_factory=Networks)

    def machine(self) -> Machine:
        return this_machine()

    def prepare(self) -> None:
        import_libraries()

    def run(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """The events of a task; an error that nobody foresaw is told as Failed, too."""
        try:
            for event in self._story(task, cancelled):
                yield event
                if isinstance(event, Failed) and HangaError(event.code).area == "memory":
                    self.networks.release()
        except Exception as error:  # noqa: BLE001  # the last door: what nobody foresaw is told too, and kept
            told = unexpected(error, self.home)
            self.networks.release()
            yield Failed(job=task.job, code=told.code, data=told.data)

    def warm(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        try:
            warm(plan, self.networks, cancelled)
        except CancelledError:
            logger.info("warming up was broken off")
        except Exception:
            logger.exception("warming up failed")
            self.networks.release()

    def _story(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        keeper = Keeper(self.home)
        return run(
            task.plan,
            keeper,
            self.networks,
            task.job,
            cancelled,
            task.parent,
            task.done,
            task.resume,
            previews=task.previews,
        )
