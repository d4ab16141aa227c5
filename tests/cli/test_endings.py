"""However a command ends, it ends with one sentence and the right exit code: cancelled, out of memory, or by a bug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from app.__main__ import main
from tests.cli.conftest import Hanga, Models, assert_failed, assert_refused, files
from tests.house import ROOT

CANCELLED = 130
ENGINE = 5
MEMORY = 4

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows delivers Ctrl+C to a whole console")


WITH_LAST_WORD = (
    "import sys\n"
    "from app.__main__ import main\n"
    "code = 0\n"
    "try:\n    code = main(sys.argv[1:])\n"
    "finally:\n    print(*{name.partition('.')[0] for name in sys.modules})\n"
    "sys.exit(code)"
)
"""`hanga …`, which says last which packages it has imported."""


def command(*arguments: object, program: tuple[str, ...] = ("-m", "app")) -> subprocess.Popen[str]:
    """`hanga …` in a process of its own, in English."""
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "HANGA_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def raising(error: BaseException) -> object:
    def fail(*_: object) -> object:
        raise error

    return fail


class TestCancelled:
    @posix_only
    def test_at_work(self, models: Models, tmp_path: Path) -> None:
        """Ctrl+C between two steps: nobody sees a traceback, and no file is left. And nobody has met Qt."""
        request = ("generate", "a fox", "--json", "--checkpoint", models.base, "--width", 64, "--steps", 999)
        with command(*request, program=("-c", WITH_LAST_WORD)) as process:
            assert process.stdout is not None
            lines = iter(process.stdout)
            told = [next(line for line in lines if '"Stepped"' in line)]
            process.send_signal(signal.SIGINT)
            told += lines
            error = process.communicate()[1]
        *_, last, packages = told
        assert process.returncode == CANCELLED, error
        assert last.startswith('{"event": "Cancelled"')
        assert {"torch", "transformers", "PySide6"} & set(packages.split()) == {"torch", "transformers"}
        assert error.splitlines()[-1] == "Cancelled."
        assert "Traceback" not in error
        assert files(tmp_path) == set()

    def test_while_planning(self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.cli.main.make_plan", raising(KeyboardInterrupt()))
        result = generate()
        assert (result.code, result.err) == (CANCELLED, "Cancelled.\n")
        assert result.events == [{"event": "Cancelled", "job": ""}]
        assert files(tmp_path) == set()

    def test_while_the_picture_is_written(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.durable.rename_new", raising(KeyboardInterrupt()))
        result = generate("--out", tmp_path / "fox.png")
        assert (result.code, result.events[-1]["event"]) == (CANCELLED, "Cancelled")
        (latents,) = files(tmp_path)
        assert latents.startswith("home/latents/")

    @posix_only
    def test_when_the_reader_goes_away(self, models: Models) -> None:
        """As `hanga inspect … | head -0` does."""
        with command("inspect", models.base, "--json") as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            error = process.stderr.read()
        assert (process.returncode, error) == (CANCELLED, "")


class TestBugs:
    def test_are_told_in_a_sentence_and_kept_in_a_file(
        self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.cli.main.make_plan", raising(RuntimeError("the moon is \udc80 cheese")))
        said = assert_refused(generate(), ENGINE, "engine.unexpected")
        (log,) = (tmp_path / "home" / "logs").iterdir()
        assert said == {"error": "RuntimeError", "log": str(log)}
        assert "RuntimeError: the moon is \\udc80 cheese" in log.read_text("utf-8")
        assert "Traceback" in log.read_text("utf-8")

    def test_at_work_too(self, generate: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.library.keeper.encode", raising(ZeroDivisionError()))
        result = generate("--out", tmp_path / "fox.png")
        assert (result.code, result.events[-1]["code"]) == (ENGINE, "engine.unexpected")
        assert len({event["job"] for event in result.events}) == 1
        assert "Traceback" not in result.err
        assert not (tmp_path / "fox.png").exists()

    def test_when_they_cannot_be_kept(self, hanga: Hanga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("HANGA_HOME", str(tmp_path / "file"))
        monkeypatch.setattr("core.cli.main.inspect", raising(RuntimeError()))
        assert_refused(hanga("inspect", "x.png", "--json"), 6, "disk.unwritable")


class TestNoMemory:
    def test_while_planning(self, generate: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.cli.main.make_plan", raising(MemoryError()))
        assert_refused(generate(), MEMORY, "memory.exhausted")

    @pytest.mark.parametrize("error", [torch.OutOfMemoryError("of a device"), RuntimeError("not enough memory")])
    def test_at_work(self, generate: Hanga, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.pipeline.denoise.steps", raising(error))
        assert_failed(generate(), MEMORY, "memory.exhausted")


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["generate", "x", "--cfg", "nan"]])
def test_words_come_without_torch(arguments: list[str]) -> None:
    with command(*arguments, program=("-c", WITH_LAST_WORD)) as process:
        packages = process.communicate()[0].splitlines()[-1].split()
    assert not {"torch", "PySide6", "transformers", "open_clip"} & set(packages)


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["inspect", "--help"]])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_help(
    arguments: list[str], language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANGA_LANG", language)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: hanga")
