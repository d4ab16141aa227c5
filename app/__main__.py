"""`hanga`, and `python -m app`: with arguments a command, without any the window."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence

from app.sentences import Sentences
from core.errors import HangaError
from core.jobs.launch import WORKER_ARGUMENT


def main(argv: Sequence[str] | None = None) -> int:
    """Runs what `argv` (default: the command line's) asks for; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [WORKER_ARGUMENT]:
        return _work(arguments[1:])
    _write_whatever_it_is()
    sentences = Sentences.for_locale()
    if not arguments:
        return _open_window(sentences)
    try:
        from core.cli.main import main as run_command
    except KeyboardInterrupt:
        print(sentences.say("cli.cancelled"), file=sys.stderr)
        return 130
    return run_command(arguments, sentences)


def _work(arguments: Sequence[str]) -> int:
    """The frozen program as a worker: there is no other Python in it to ask."""
    from core.jobs.worker import main as work

    work(arguments)
    return 0


def _open_window(sentences: Sentences) -> int:
    if not _has_screen():
        print(sentences.say("app.no_screen"))
        return 0
    gc.disable()  # nothing of what a start makes is to be thrown away; from then on `app.tidying` looks after it
    # Here, not above: commands do without Qt.
    from app.window.start import open_window

    try:
        return open_window(())
    except HangaError as error:
        print(sentences.say(error.code, **error.data), file=sys.stderr)
        return error.exit_code


def _has_screen() -> bool:
    """Only Linux runs without one; what Qt was told to draw on instead counts."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)


def _write_whatever_it_is() -> None:
    """A name that the terminal's encoding cannot spell is spelt with escapes, rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
