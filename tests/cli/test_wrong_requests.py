"""What cannot be asked for is refused before any work, in one sentence, with exit code 2 and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Hanga, Models, assert_refused, files

REQUEST = 2

WRONG = [
    ("--width 1000", "request.size", {"side": "width", "nearest": 992}),
    ("--width 0", "request.size", {"nearest": 64}),
    ("--height 0", "request.size", {"side": "height", "nearest": 64}),
    ("--width -64", "request.size", {"nearest": 64}),
    ("--width 1000000", "request.size", {"nearest": 8192}),
    ("--width 8192 --height 8192", "request.too_large", {}),
    ("--width " + "9" * 39, "request.size", {"nearest": 8192}),
    ("--width " + "9" * 5000, "request.option", {"option": "--width"}),
    ("--width 64.5", "request.option", {"value": "64.5"}),
    ("--steps 0", "request.steps", {"steps": 0}),
    ("--steps -1", "request.steps", {}),
    ("--steps 1000000", "request.steps", {}),
    ("--steps many", "request.option", {"option": "--steps", "value": "many"}),
    ("--seed -1", "request.seed", {"value": -1}),
    (f"--seed {2**70}", "request.seed", {"value": 2**70}),
    (f"--seed {2**63 - 1} --count 2", "request.seed", {}),
    ("--count 0", "request.count", {}),
    ("--count 1000000", "request.count", {}),
    ("--sampler eular", "request.unknown_sampler", {"nearest": "euler"}),
    ("--schedule karas", "request.unknown_schedule", {"nearest": "karras"}),
    ("--device gpu", "request.unknown_device", {"name": "gpu"}),
    ("--device cuda:99", "request.unknown_device", {}),
    ("--dtype fp23", "request.unknown_dtype", {"nearest": "fp32"}),
    ("--empty-negative nought", "request.unknown_empty_negative", {}),
    ("--weights 4bit", "request.unknown_weights", {"nearest": "8bit"}),
    ("--cfg nan", "request.option", {"option": "--cfg", "value": "nan"}),
    ("--cfg inf", "request.option", {}),
    ("--cfg 1e400", "request.option", {}),
    ("--cfg -1", "request.guidance", {"value": -1.0}),
    ("--cfg 1e30", "request.guidance", {}),
    ("--cfg-rescale 2", "request.rescale", {}),
    ("--cfg-interval 0,nan", "request.option", {}),
    ("--cfg-interval 0.5", "request.option", {}),
    ("--cfg-interval 0.8,0.2", "request.interval", {}),
    ("--handoff nan", "request.option", {}),
    ("--handoff 1.5", "request.handoff", {"value": 1.5}),
    ("--aesthetic inf", "request.option", {}),
    ("--aesthetic 1e39", "request.aesthetic", {}),
    ("--vram-limit nan", "request.option", {}),
    ("--vram-limit inf", "request.option", {}),
    ("--vram-limit 0", "request.vram_limit", {}),
    ("--vram-limit -2", "request.vram_limit", {}),
    ("--original-size nonsense", "request.option", {"option": "--original-size", "example": "1024x1024"}),
    ("--original-size 1024", "request.option", {}),
    ("--crop 1", "request.option", {"option": "--crop"}),
    ("--crop 0,nan", "request.option", {}),
    ("--target-size 1e3x1e3", "request.option", {}),
    ("--out fox.jpg", "request.output_format", {"suffix": ".jpg"}),
    ("--out fox.WEBP", "request.output_format", {}),
    ("--save-latents fox.png", "request.latents_format", {"name": "fox.png"}),
    ("--frobnicate", "request.arguments", {}),
    ("--sam euler", "request.arguments", {}),
    ("--seed", "request.arguments", {}),
]


def short(value: object) -> str | None:
    return value[:40] if isinstance(value, str) else ""


@pytest.mark.parametrize(("options", "code", "data"), WRONG, ids=short)
def test_wrong_options(
    generate: Hanga, tmp_path: Path, options: str, code: str, data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = assert_refused(generate(*options.split()), REQUEST, code)
    assert data.items() <= said.items()
    assert files(tmp_path) == set()


@pytest.mark.parametrize("aspect", ["0:0", "0:1", "1:0", "1:99", "wide", "3:2:1", "-3:2", "nan:1", "", "1e1:1"])
def test_shapes_that_are_none(hanga: Hanga, models: Models, tmp_path: Path, aspect: str) -> None:
    result = hanga("generate", "a fox", "--json", "--checkpoint", models.base, f"--aspect={aspect}")
    assert_refused(result, REQUEST, "request.aspect")
    assert files(tmp_path) == set()


@pytest.mark.parametrize("option", ["prompt", "--negative", "--prompt-2", "--negative-2"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fox " * (1 << 18), "request.prompt_too_long"),
        ("a \udc80 fox", "request.prompt_characters"),
        ("a \0 fox", "request.prompt_characters"),
    ],
    ids=["a megabyte", "half a character", "NUL"],
)
def test_prompts_that_are_none(hanga: Hanga, models: Models, tmp_path: Path, option: str, text: str, code: str) -> None:
    words = [text] if option == "prompt" else ["a fox", f"{option}={text}"]
    assert_refused(hanga("generate", *words, "--json", "--checkpoint", models.base), REQUEST, code)
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    "arguments", [["--json"], ["generate", "--json"], ["paint", "--json"], ["refine", "--json"], ["inspect", "--json"]]
)
def test_commands_that_say_nothing(hanga: Hanga, arguments: list[str]) -> None:
    assert_refused(hanga(*arguments), REQUEST, "request.arguments")


def test_plan_refuses_the_same(hanga: Hanga, models: Models) -> None:
    result = hanga("plan", "a fox", "--json", "--checkpoint", models.base, "--width", 1000)
    assert assert_refused(result, REQUEST, "request.size")["nearest"] == 992


def test_without_json_there_is_the_sentence_alone(hanga: Hanga, models: Models) -> None:
    result = hanga("generate", "a fox", "--checkpoint", models.base, "--width", 1000)
    assert (result.code, result.out) == (REQUEST, "")
    assert result.err == (
        "A width of 1000 is not possible with this model, whose sides are multiples of 16. "
        "The nearest that is allowed is 992.\n"
    )


def test_in_japanese_too(hanga: Hanga, models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANGA_LANG", "ja")
    result = hanga("generate", "狐", "--json", "--checkpoint", models.base, "--cfg", "nan")
    assert_refused(result, REQUEST, "request.option")
    assert "--cfg に nan は指定できません" in result.err
    assert result.out.isascii()
