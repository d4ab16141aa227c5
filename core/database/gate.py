"""Who may touch the file now: readers together, writers one after the other, and a commit alone.

SQLite would let them poll and give up; it promises nobody a turn. Here everyone waits in line within this program: a
commit waits for the readers inside and keeps new ones out, and those go in before the next commit.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator


class Gate:
    def __init__(self, patience: float) -> None:
        """`patience`: seconds after which a commit no longer waits for readers, so that one who never leaves becomes
        an error of the file instead of silence."""
        self._patience = patience
        self._changed = threading.Condition()
        self._writers: deque[object] = deque()
        self._inside: set[object] = set()
        self._outside: set[object] = set()
        self._closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        ticket = object()
        with self._changed:
            (self._outside if self._closed else self._inside).add(ticket)
        try:
            with self._changed:
                self._changed.wait_for(lambda: ticket in self._inside)
            yield
        finally:
            with self._changed:
                self._inside.discard(ticket)
                self._outside.discard(ticket)
                self._changed.notify_all()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """First come, first served."""
        ticket = object()
        with self._changed:
            self._writers.append(ticket)
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._writers[0] is ticket)
            yield
        finally:
            with self._changed:
                self._writers.remove(ticket)
                self._changed.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """For the writer, while it commits."""
        with self._changed:
            self._closed = True
        try:
            with self._changed:
                self._changed.wait_for(lambda: not self._inside, self._patience)
            yield
        finally:
            with self._changed:
                self._closed = False
                self._inside |= self._outside
                self._outside.clear()
                self._changed.notify_all()
