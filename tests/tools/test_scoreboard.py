"""The scoreboard goes through all of its rows, those of a card included, with networks too small to mean anything."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.architecture import BASE_UNET, REFINER_UNET, SDXL_VAE, UNetConfig
from core.memory.flops import decoder_flops, unet_flops
from core.models.unet import UNet
from core.models.vae import VAE
from tests.tools.scoreboard import __main__ as scoreboard
from tests.tools.scoreboard.bench import SHALLOW, TINY, Bench, bench_here
from tests.tools.scoreboard.row import CARD, NO_CARD, Figures, Goal, Row, Score
from tests.tools.scoreboard.rows import ROWS
from tests.tools.scoreboard.table import markdown, plain

CHILDREN = {"load ready", "own memory", "host peak", "first preview", "cold preview", "imports"}
"""Rows that start processes, which takes seconds."""
LIKE_OTHERS = {"cap of 2 GB", "cap of 6 GB", "cap of 8 GB", "cap of 12 GB", "preview, card", "cancel, card"} | {
    "same bits, card",
    "decoder ÷ step, card",
    "lossy: step cache 2",
    "lossy: step cache 3",
    "lossy: merged cells 0.4",
}
"""Rows that measure as another one does."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    torch.set_num_threads(1)
    return bench_here(TINY, tmp_path_factory.mktemp("scoreboard"))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name not in CHILDREN | LIKE_OTHERS], ids=lambda row: row.name
)
def test_every_row_is_measured(row: Row, bench: Bench) -> None:
    figures = row.measure(bench)
    assert math.isfinite(figures.value)
    assert figures.value >= 0
    assert figures.unit


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name in ("own memory", "cold preview")], ids=lambda row: row.name
)
def test_a_row_in_a_process_of_its_own(row: Row, bench: Bench) -> None:
    assert row.measure(bench).beside > 0


@pytest.mark.parametrize("name", ["same bits", "streamed bytes"])
def test_what_is_exact_is_so_on_any_machine(name: str, bench: Bench) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    assert Score(row, row.measure(bench)).verdict == "met"


def test_names_are_told_apart() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_rows_of_a_card_stay_empty_without_one(bench: Bench) -> None:
    on_card = [row for row in ROWS if row.where == CARD]
    scores = list(scoreboard.measured(on_card, bench, None))
    assert {score.verdict for score in scores} == {NO_CARD}
    assert len(markdown(scores).splitlines()) == len(on_card) + 2


def test_a_row_that_fails_does_not_stop_the_others(bench: Bench) -> None:
    def fail(bench: Bench) -> Figures:
        raise RuntimeError("no")

    good = Row("good", "", Goal(most=1.0), "", "processor", lambda bench: Figures(1, 2, "s"))
    bad = Row("bad", "", None, "", "processor", fail)
    scores = list(scoreboard.measured([bad, good], bench, None))
    assert [score.verdict for score in scores] == ["failed: RuntimeError", "met"]
    assert json.loads(json.dumps(plain(scores)))["rows"][1]["ratio"] == 0.5


def test_the_command_writes_table_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scores.json"
    scoreboard.main(
        ["--scale", "tiny", "--only", "preview, card", "streamed", "--json", str(out), "--folder", str(tmp_path)]
    )
    assert "streamed bytes" in capsys.readouterr().out
    assert {"date", "torch", "load"} <= json.loads(out.read_text())["conditions"].keys()


@pytest.mark.parametrize("config", [BASE_UNET, REFINER_UNET, SHALLOW], ids=["base", "refiner", "shallow"])
def test_operations_of_a_pass_are_counted_rightly(config: UNetConfig) -> None:
    with torch.device("meta"):
        unet = UNet(config).eval()
        given = torch.empty(1, 4, 32, 48), torch.empty(1), torch.empty(1, 77, config.context_dim)
        with FlopCounterMode(display=False) as counter:
            unet(*given, torch.empty(1, config.vector_dim))
    assert unet_flops(config, 32, 48) == pytest.approx(counter.get_total_flops(), rel=2e-3)


def test_operations_of_decoding_are_counted_rightly() -> None:
    with torch.device("meta"):
        vae = VAE(SDXL_VAE).eval()
        with FlopCounterMode(display=False) as counter:
            vae.decode(torch.empty(1, 4, 32, 48))
    assert decoder_flops(SDXL_VAE, 32, 48) == pytest.approx(counter.get_total_flops(), rel=2e-3)
