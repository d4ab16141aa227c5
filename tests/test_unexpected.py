"""Logs of what nobody foresaw: each tells enough, and they do not pile up."""

from __future__ import annotations

from pathlib import Path

from core import VERSION
from core.paths import Home
from core.unexpected import KEPT_LOGS, keep_log, unexpected


def test_an_error_is_told_and_kept(home: Path) -> None:
    error = unexpected(ZeroDivisionError("a \udc80 name"), Home(home))
    assert (error.code, error.data["error"]) == ("engine.unexpected", "ZeroDivisionError")
    text = Path(str(error.data["log"])).read_text("utf-8")
    assert text.startswith(f"Hanga {VERSION}, Python ")
    assert "ZeroDivisionError: a \\udc80 name" in text


def test_where_the_disk_takes_nothing_that_is_the_error(home: Path) -> None:
    home.touch()
    assert unexpected(ValueError(), Home(home)).code == "disk.unwritable"


def test_old_logs_make_way_and_strangers_stay(home: Path) -> None:
    logs = Home(home).logs
    logs.mkdir(parents=True)
    (logs / "notes.log").touch()
    old = [logs / f"2020-01-01-{number:06}-abcd.log" for number in range(KEPT_LOGS)]
    for path in old:
        path.touch()
    newest = keep_log(Home(home), "text")
    assert set(logs.iterdir()) == {logs / "notes.log", newest, *old[1:]}
