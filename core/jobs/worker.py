"""The worker process: carries out one task at a time, and says so on its standard output.

    python -m core.jobs.worker --home FOLDER

Commands are read in a thread of their own, so that a cancellation is heard while the main thread computes; another one
says every second that the process is alive. When the pipe of commands closes, the worker leaves at once, whatever it
does: what it had kept is safe, and the next worker, which may be on its way, goes on from there and must not find that
this one saves the same picture.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Final

from core import VERSION
from core.jobs.backend import Workshop
from core.jobs.protocol import Beat, Cancel, Found, Hello, Message, ProtocolError, Run, Told, Warm, framed, received
from core.paths import Home

logger = logging.getLogger(__name__)

BEAT_SECONDS: Final = 1.0
DEAF_SECONDS: Final = 900.0
"""After which a worker ends that cannot even say that it is alive: there may be nobody left to end it."""


class Pipes:
    """Both directions of the talk with the window. Messages may be sent from any thread."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._sending = threading.Lock()

    @classmethod
    def of_this_process(cls) -> Pipes:
        """Standard input and output, which from now on are nothing and standard error for everybody else: no print of
        a library can get between frames."""
        incoming, outgoing = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return cls(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb"))

    def send(self, message: Message) -> None:
        """Raises BrokenPipeError when nobody listens any more."""
        frame = framed(message)
        try:
            with self._sending:
                self._outgoing.write(frame)
                self._outgoing.flush()
        except OSError as error:
            raise BrokenPipeError(*error.args) from error

    def receive(self) -> Message | None:
        """Waits; None when the window has closed. Raises ProtocolError."""
        return received(self._incoming)


@dataclass(frozen=True)
class Order:
    """A command that waits for its turn, and whether it has been dropped meanwhile."""

    command: Run | Warm
    dropped: threading.Event = field(default_factory=threading.Event)


class Worker:
    def __init__(self, pipes: Pipes, open_workshop: Callable[[], Workshop]) -> None:
        self._pipes = pipes
        self._open_workshop = open_workshop
        self._waiting: SimpleQueue[Order | None] = SimpleQueue()
        self._newest: dict[type, Order] = {}
        """The newest task, the newest warming up."""

    def serve(self) -> None:
        """Until the window closes. The workshop is opened while it says hello: imports take seconds."""
        with contextlib.suppress(BrokenPipeError):
            self._pipes.send(Hello(version=VERSION, pid=os.getpid()))
            for duty in (self._beat, self._listen):
                threading.Thread(target=duty, name=duty.__name__, daemon=True).start()
            workshop = self._open_workshop()
            self._pipes.send(Found(machine=workshop.machine()))
            workshop.prepare()
            while (order := self._waiting.get()) is not None:
                self._carry_out(order, workshop)

    def _carry_out(self, order: Order, workshop: Workshop) -> None:
        command = order.command
        if isinstance(command, Warm):
            workshop.warm(command.plan, order.dropped.is_set)
            return
        for event in workshop.run(command.task, order.dropped.is_set):
            self._pipes.send(Told(number=command.number, event=event))

    def _beat(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            while True:
                # Counts down without the interpreter, which native code may hold for ever.
                faulthandler.dump_traceback_later(DEAF_SECONDS, exit=True)
                self._pipes.send(Beat())
                time.sleep(BEAT_SECONDS)

    def _listen(self) -> None:
        try:
            while (command := self._pipes.receive()) is not None:
                self._obey(command)
        except ProtocolError as error:
            logger.error("the window is not understood: %s", error)
        # To take torch and drivers down in good order takes seconds and may hang.
        os._exit(0)

    def _obey(self, command: Message) -> None:
        """A task ends what came before it; warming up waits for it to end."""
        if isinstance(command, Run | Cancel):
            self._drop(Run)
        if isinstance(command, Run | Warm):
            self._drop(Warm)
            order = self._newest[type(command)] = Order(command)
            self._waiting.put(order)

    def _drop(self, kind: type) -> None:
        if kind in self._newest:
            self._newest[kind].dropped.set()


def torch_workshop(home: Home) -> Workshop:
    # Here, not above: the worker says hello before it imports torch.
    from core.jobs.torch_workshop import TorchWorkshop

    return TorchWorkshop(home)


def main(arguments: Sequence[str], workshop: Callable[[Home], Workshop] = torch_workshop) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, required=True)
    home = Home(parser.parse_args(arguments).home)
    pipes = Pipes.of_this_process()
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Ctrl+C in a terminal is meant for the window, which decides what becomes of its worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Worker(pipes, lambda: workshop(home)).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
