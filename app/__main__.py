"""`hanga`, and `python -m app`: with arguments a command, without any the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.sentences import Sentences


def main(argv: Sequence[str] | None = None) -> int:
    """Runs what `argv` (default: the command line's) asks for; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    sentences = Sentences.for_locale()
    if arguments:
        from core.cli.main import main as run_command

        return run_command(arguments, sentences)
    print(sentences.say("app.no_window_yet"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
