"""What becomes of an error that nobody foresaw: a sentence for the artist, a file for those who mend it."""

from __future__ import annotations

import contextlib
import secrets
import traceback
from datetime import datetime
from pathlib import Path
from typing import Final

from core import VERSION
from core.durable import remove, write_new
from core.errors import HangaError
from core.paths import Home

KEPT_LOGS: Final = 50
OURS: Final = "????-??-??-??????-????.log"


def unexpected(error: Exception, home: Home) -> HangaError:
    """The error to show in place of `error`, whose traceback lies in a new file of the home's logs from now on; the
    error of the disk if it takes no such file."""
    try:
        path = keep_log(home, "".join(traceback.format_exception(error)))
    except HangaError as disk:
        return disk
    return HangaError("engine.unexpected", error=type(error).__name__, log=str(path))


def keep_log(home: Home, text: str) -> Path:
    """`text` in a new file of the home's logs, under a few words about this program; the oldest make way for it. Raises
    disk.full, disk.unwritable."""
    import platform  # Here, not above: what is rarely needed is not waited for at every start.

    path = home.logs / f"{datetime.now():%Y-%m-%d-%H%M%S}-{secrets.token_hex(2)}.log"
    head = f"Hanga {VERSION}, Python {platform.python_version()}, {platform.platform()}\n\n"
    write_new(path, (head + text).encode("utf-8", "backslashreplace"))
    with contextlib.suppress(HangaError):
        for old in sorted(home.logs.glob(OURS))[:-KEPT_LOGS]:
            remove(old)
    return path
