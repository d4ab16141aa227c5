"""What is printed: events as JSON lines on standard output for programs, progress on standard error for people."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Protocol

from core import events
from core.errors import EXIT_CANCELLED, Datum, HangaError
from core.events import Event, event_to_plain


class Sentences(Protocol):
    """The words of the reader's language."""

    def say(self, code: str, **data: Datum) -> str: ...


@dataclass
class Reporter:
    """Shows a run as it happens; `exit_code` says afterwards how it ended."""

    sentences: Sentences
    as_json: bool
    exit_code: int = 0
    _job: str = ""
    """Of the run that is shown."""
    _line_is_open: bool = False

    def show(self, event: Event) -> None:
        if self.as_json:
            # In ASCII, which every system's standard output takes.
            print(json.dumps(event_to_plain(event)), flush=True)
        if isinstance(event, events.Started):
            self._job = event.job
        elif isinstance(event, events.StageStarted):
            self.say(f"stage.{event.stage}")
            if event.note:
                self.say(event.note, **event.data)
        elif isinstance(event, events.Stepped):
            self._progress(event)
        elif isinstance(event, events.Saved):
            self.say("cli.saved", path=event.path, seed=event.seed)
        elif isinstance(event, events.Finished):
            self.say("cli.finished", seconds=round(event.seconds, 1))
        elif isinstance(event, events.Cancelled):
            self.say("cli.cancelled")
            self.exit_code = EXIT_CANCELLED
        elif isinstance(event, events.Failed):
            error = HangaError(event.code, **event.data)
            self.say(error.code, **error.data)
            self.exit_code = error.exit_code

    def fail(self, error: HangaError) -> None:
        """An error that no run told of; it is an event all the same."""
        self.show(events.Failed(job=self._job, code=error.code, data=error.data))

    def cancel(self) -> None:
        """An interruption that no run told of."""
        self.show(events.Cancelled(job=self._job))

    def say(self, code: str, **data: Datum) -> None:
        if self._line_is_open:
            print(file=sys.stderr)
            self._line_is_open = False
        print(self.sentences.say(code, **data), file=sys.stderr, flush=True)

    def _progress(self, event: events.Stepped) -> None:
        """One line that grows where a terminal shows it, a line every step where a file collects them."""
        text = self.sentences.say("cli.step", step=event.step, steps=event.steps, seconds=f"{event.seconds:.1f}")
        self._line_is_open = sys.stderr.isatty()
        print(text, end="\r" if self._line_is_open else "\n", file=sys.stderr, flush=True)
