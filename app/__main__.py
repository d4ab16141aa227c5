"""`hanga`, and `python -m app`: with arguments a command, without any the window."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from app.sentences import Sentences


def main(argv: Sequence[str] | None = None) -> int:
    """Runs what `argv` (default: the command line's) asks for; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _write_whatever_it_is()
    sentences = Sentences.for_locale()
    if not arguments:
        print(sentences.say("app.no_window_yet"))
        return 0
    try:
        from core.cli.main import main as run_command
    except KeyboardInterrupt:
        print(sentences.say("cli.cancelled"), file=sys.stderr)
        return 130
    return run_command(arguments, sentences)


def _write_whatever_it_is() -> None:
    """A name that the terminal's encoding cannot spell is spelt with escapes, rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
