"""Blind trials: pairs are made as ordinary jobs, votes outlive everything, and nothing is lost with a rebuild."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.engine import TIE, A, B, Engine, Query, Trial, write_table
from core.errors import HangaError
from core.paths import Home
from core.request import Request
from tests.jobs.fake import Fake

FAST = Request(prompt="", refiner=None, width=64, height=64, steps=3)
SLOW = replace(FAST, steps=5)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    with Engine(home, Fake(home)) as engine:
        engine.start()
        yield engine


def begun(
    engine: Engine, prompts: tuple[str, ...] = ("a heron", "鷺"), seeds: tuple[int, ...] = (1, 2**63 - 1)
) -> Trial:
    trial = engine.trials.begin("Steps, blind", FAST, SLOW, prompts, seeds)
    assert engine.wait(60)
    return engine.trials.trial(trial.id)


def test_every_prompt_is_made_with_every_seed_under_both(engine: Engine) -> None:
    trial = begun(engine)
    assert [(pair.prompt, pair.seed) for pair in trial.pairs] == [
        ("a heron", 1),
        ("a heron", 2**63 - 1),
        ("鷺", 1),
        ("鷺", 2**63 - 1),
    ]
    for pair in trial.pairs:
        made = [engine.library.picture(number or 0) for number in pair.pictures]
        asked = [picture.request for picture in made]
        assert [(each.prompt, each.seed, each.steps) for each in asked if each] == [
            (pair.prompt, pair.seed, 3),
            (pair.prompt, pair.seed, 5),
        ]
        assert all(picture.tags == ("Steps, blind",) for picture in made)
    assert engine.trials.unfinished(trial) == 0
    assert engine.library.count(Query(tags=("Steps, blind",))) == 8


def test_votes_are_counted_and_taken_back_in_turn(engine: Engine) -> None:
    trial = begun(engine)
    for place, choice in ((2, B), (0, A), (1, TIE)):
        trial = engine.trials.vote(trial.id, place, choice)
    assert [pair.vote for pair in trial.pairs] == [A, TIE, B, None]
    assert (trial.preference.votes, trial.preference.rate) == (3, 0.5)
    assert [engine.trials.take_back(trial.id)[0] for _ in range(4)] == [1, 0, 2, None]
    assert engine.trials.trial(trial.id).preference.votes == 0


def test_what_is_known_is_not_voted_on(engine: Engine) -> None:
    trial = begun(engine)
    engine.trials.vote(trial.id, 0, B)
    engine.trials.reveal(trial.id)
    engine.trials.vote(trial.id, 1, A)
    place, trial = engine.trials.take_back(trial.id)
    assert (place, trial.revealed) == (None, True)
    assert [pair.vote for pair in trial.pairs] == [B, None, None, None]


def test_sides_are_drawn_and_stay(engine: Engine) -> None:
    trial = engine.trials.begin("many", FAST, SLOW, [f"{number}" for number in range(100)], [1])
    sides = [pair.b_is_left for pair in trial.pairs]
    assert 20 < sum(sides) < 80
    assert [pair.b_is_left for pair in engine.trials.trial(trial.id).pairs] == sides
    assert [(pair.on(left=True), pair.on(left=False)) for pair in trial.pairs] == [
        (B, A) if left else (A, B) for left in sides
    ]
    engine.clear()


def test_it_goes_on_after_a_restart_and_a_rebuild(home: Home) -> None:
    with Engine(home, Fake(home)) as engine:
        engine.start()
        trial = begun(engine)
        engine.trials.vote(trial.id, 1, B)
        before = engine.trials.trial(trial.id)
    with Engine(home, Fake(home)) as engine:
        engine.start()
        engine.library.rebuild()
        assert engine.trials.trial(trial.id) == before
        assert [(each.votes, each.pairs) for each in engine.trials.all()] == [(1, 4)]


def test_votes_come_back_with_the_snapshot(home: Home) -> None:
    with Engine(home, Fake(home)) as engine:
        engine.start()
        trial = begun(engine)
        engine.trials.vote(trial.id, 1, B)
        before = engine.trials.trial(trial.id)
    home.database.write_bytes(b"x" * 5000)
    with Engine(home, Fake(home)) as engine:
        engine.start()
        assert engine.trials.trial(trial.id) == before


def test_two_models_take_turns_in_lots(engine: Engine) -> None:
    engine.pause()
    other = replace(FAST, refiner="starter-refiner")
    engine.trials.begin("models", FAST, other, [f"{number}" for number in range(6)], [1])
    refined = [job.order.request.refiner is not None for job in engine.queue.waiting()]
    assert refined == [False] * 4 + [True] * 4 + [False] * 2 + [True] * 2
    engine.clear()


@pytest.mark.parametrize(("prompts", "seeds"), [([], [1]), (["a"], []), (["a"] * 101, range(5))])
def test_no_pairs_and_too_many_are_refused(engine: Engine, prompts: list[str], seeds: list[int]) -> None:
    with pytest.raises(HangaError) as refusal:
        engine.trials.begin("x", FAST, SLOW, prompts, seeds)
    assert refusal.value.code == "request.trial_pairs"
    assert engine.queue.waiting() == []


def test_put_away_it_is_not_listed(engine: Engine) -> None:
    trial = begun(engine, ("a",), (1,))
    engine.trials.put_away(trial.id)
    assert engine.trials.all() == []
    engine.trials.put_away(trial.id, away=False)
    assert [each.id for each in engine.trials.all()] == [trial.id]


def test_a_thrown_away_picture_leaves_its_pair_incomplete(engine: Engine) -> None:
    trial = begun(engine, ("a",), (1,))
    engine.library.trash([trial.pairs[0].pictures[0] or 0])
    trial = engine.trials.trial(trial.id)
    assert not trial.pairs[0].is_there
    assert engine.trials.unfinished(trial) == 0


def test_unknown_trials_are_told(engine: Engine) -> None:
    with pytest.raises(HangaError) as refusal:
        engine.trials.trial("none")
    assert refusal.value.code == "file.unknown_trial"


def test_the_table_has_a_row_for_each_pair(engine: Engine, tmp_path: Path) -> None:
    trial = begun(engine, ('a "red", boat\nat sea', "鷺"), (7,))
    trial = engine.trials.vote(trial.id, 0, TIE)
    write_table(trial, tmp_path / "votes.csv")
    with (tmp_path / "votes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["prompt"], row["seed"], row["vote"]) for row in rows] == [
        ('a "red", boat\nat sea', "7", "tie"),
        ("鷺", "7", ""),
    ]
    assert {row["left"] for row in rows} | {row["right"] for row in rows} == {"a", "b"}
