"""Which file a name means, what planning says of it, and how the command line spells it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.sentences import Sentences
from core.cli.inspecting import inspect
from core.cli.values import LORA
from core.errors import HangaError
from core.library.models import ModelFolder
from core.paths import Home
from core.request import Lora
from tests.patches.loras import Maker, unet_matrices, written
from tests.pipeline.studio import REQUEST, Studio

PLAIN = replace(REQUEST, refiner=None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.loras.mkdir(parents=True)
    return made


def lora(path: Path, seed: int = 1, **metadata: str) -> Path:
    return written(path, Maker(seed).low_rank(unet_matrices(("attn1",)))[0], metadata or None)


# ---------------------------------------------------------------------------------------------------------------- names


def test_names_with_and_without_suffix_in_both_folders(home: Home) -> None:
    folder = ModelFolder(home)
    first, second = lora(home.loras / "add-detail v1.0.safetensors"), lora(home.models / "ink.safetensors")
    for name in ("add-detail v1.0", "add-detail v1.0.safetensors", str(first)):
        assert folder.find_lora(name) == first
    assert folder.find_lora("ink") == second


@pytest.mark.parametrize(
    ("name", "code"), [("inc", "file.unknown_lora"), ("twin", "file.ambiguous_lora"), ("NUL", "file.unknown_lora")]
)
def test_names_that_mean_none_or_two(home: Home, name: str, code: str) -> None:
    for path in (home.loras / "ink", home.loras / "twin", home.models / "twin"):
        lora(path.with_suffix(".safetensors"))
    with pytest.raises(HangaError) as refusal:
        ModelFolder(home).find_lora(name)
    assert refusal.value.code == code
    assert refusal.value.data.get("nearest", "ink") in ("ink", "twin")


def test_a_home_without_loras_says_so(home: Home) -> None:
    with pytest.raises(HangaError) as refusal:
        ModelFolder(home).find_lora("ink")
    assert refusal.value.code == "file.no_loras"


def test_the_folder_of_loras_is_no_model(home: Home) -> None:
    assert home.loras.name not in ModelFolder(home).names()


# ------------------------------------------------------------------------------------------------------------- planning


@pytest.fixture(scope="module")
def stocked(studio: Studio) -> Studio:
    lora(studio.home.loras / "ink.safetensors")
    lora(studio.home.loras / "copy.safetensors")
    lora(studio.home.loras / "told.safetensors", sshs_model_hash="ab" * 32)
    tensors, _ = Maker(2).low_rank(unet_matrices(("attn1",)))
    written(studio.home.loras / "bundle.safetensors", tensors | {"bundle_emb.a.clip_l": torch.zeros(2, 768)})
    return studio


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -10.5, 1e9])
def test_weights_out_of_range(stocked: Studio, weight: float) -> None:
    with pytest.raises(HangaError) as refusal:
        stocked.plan(PLAIN, loras=(Lora(name="ink", weight=weight),))
    assert refusal.value.code == "request.lora_weight"


@pytest.mark.parametrize(
    ("names", "note"),
    [(("ink", "ink"), "note.lora_twice"), (("ink", "copy"), "note.lora_twice"), (("bundle",), "note.lora_partly")],
)
def test_what_is_worth_saying(stocked: Studio, names: tuple[str, ...], note: str) -> None:
    plan = stocked.plan(PLAIN, loras=tuple(Lora(name=name) for name in names))
    assert plan.notes == (note,)
    assert [adapter.model.name for adapter in plan.adapters] == [f"{name}.safetensors" for name in names]


def test_the_hash_is_that_of_other_programs(stocked: Studio) -> None:
    plan = stocked.plan(PLAIN, loras=(Lora(name="ink"), Lora(name="told")))
    content = (stocked.home.loras / "ink.safetensors").read_bytes()
    payload = content[8 + int.from_bytes(content[:8], "little") :]
    assert [one.hash for one in plan.adapters] == [hashlib.sha256(payload).hexdigest()[:12], "ab" * 6]
    assert plan.adapters[0].model.sha256 == hashlib.sha256(content).hexdigest()


def test_memory_counts_them(stocked: Studio) -> None:
    plan, bare = stocked.plan(PLAIN, loras=(Lora(name="ink"),)), stocked.plan(PLAIN)
    assert plan.peak_bytes > bare.peak_bytes
    assert (plan.keep_patched, bare.keep_patched) == (True, False)


# --------------------------------------------------------------------------------------------------------- command line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ink", ("ink", 1.0)),
        ("ink:0.8", ("ink", 0.8)),
        ("ink:-1", ("ink", -1.0)),
        (r"C:\loras\ink.safetensors", (r"C:\loras\ink.safetensors", 1.0)),
        (r"C:\loras\ink.safetensors:.5", (r"C:\loras\ink.safetensors", 0.5)),
        ("C:/loras/ink:2", ("C:/loras/ink", 2.0)),
        ("a:b", ("a:b", 1.0)),
    ],
)
def test_option(text: str, expected: tuple[str, float]) -> None:
    assert LORA.reader("--lora")(text) == Lora(name=expected[0], weight=expected[1])


@pytest.mark.parametrize("text", ["", ":", ":0.5", "ink:", "ink::1"])
def test_option_without_sense(text: str) -> None:
    with pytest.raises(HangaError) as refusal:
        LORA.reader("--lora")(text)
    assert refusal.value.code == "request.option"


@given(st.text(st.characters(exclude_characters=":"), min_size=1), st.floats(-10, 10))
def test_option_reads_what_it_would_write(name: str, weight: float) -> None:
    assert LORA.reader("--lora")(f"{name}:{weight}") == Lora(name=name, weight=weight)


def test_inspecting_tells_how_it_fits(tmp_path: Path) -> None:
    stem = "lora_unet_input_blocks_4_1_proj_in"
    tensors = {f"{stem}.lora_down.weight": torch.zeros(4, 640), f"{stem}.lora_up.weight": torch.zeros(640, 4)}
    tensors[f"{stem}.alpha"] = torch.tensor(2.0)
    path = written(tmp_path / "a.safetensors", tensors, {"ss_output_name": "ink"})
    sentences = Sentences.for_locale("en")
    facts = json.loads(inspect(path, True, sentences))
    assert (facts["kind"], facts["title"], facts["fits_sdxl"]) == ("lora", "ink", True)
    assert (facts["networks"], facts["forms"], facts["scales"]) == (["unet"], ["low_rank"], [0.5])
    other = json.loads(inspect(lora(tmp_path / "b.safetensors"), True, sentences))
    assert (other["fits_sdxl"], other["code"]) == (False, "file.lora_misfit")
