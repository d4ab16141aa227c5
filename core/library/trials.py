"""Blind comparisons in the catalogue: which pairs there are, where each picture is shown, and what was voted."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.errors import HangaError
from core.library import labels, marks
from core.library.catalogue import THERE
from core.library.labels import TAG
from core.library.preference import Preference
from core.plain import from_plain, to_plain
from core.request import Request

A: Final = "a"
B: Final = "b"
TIE: Final = "tie"

PICTURE: Final = f"(SELECT min(id) FROM pictures WHERE job = trial_pair.{{}} AND missing = {THERE})"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two pictures of one prompt and seed. `jobs` and `pictures` (numbers; None as long as there is none) are those of
    A and of B. `vote`: A, B or TIE; None before."""

    prompt: str
    seed: int
    jobs: tuple[str, str]
    b_is_left: bool
    pictures: tuple[int | None, int | None] = (None, None)
    vote: str | None = None
    voted: str | None = None

    @property
    def is_there(self) -> bool:
        return None not in self.pictures

    def on(self, *, left: bool) -> str:
        """Which of the two, A or B, is shown on that side."""
        return B if left == self.b_is_left else A


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`a` and `b` are what the two set-ups asked for, but for prompt and seed. `revealed`: nobody votes any more."""

    id: str
    name: str
    created: str
    a: Request
    b: Request
    pairs: tuple[Pair, ...]
    revealed: bool = False

    @property
    def preference(self) -> Preference:
        votes = [pair.vote for pair in self.pairs]
        return Preference(a=votes.count(A), b=votes.count(B), ties=votes.count(TIE))


@dataclass(frozen=True, kw_only=True)
class TrialGlance:
    """What a list shows of a trial."""

    id: str
    name: str
    created: str
    pairs: int
    votes: int
    revealed: bool


def insert(connection: sqlite3.Connection, name: str, a: Request, b: Request, pairs: Sequence[Pair]) -> str:
    """The id of the new trial. Raises HangaError request.label for a name that cannot be a tag."""
    number, tag = secrets.token_hex(8), labels.tidy(name)
    row = (number, tag, _now(), _packed(a), _packed(b))
    connection.execute("INSERT INTO trial (id, name, created, a, b) VALUES (?, ?, ?, ?, ?)", row)
    connection.executemany(
        "INSERT INTO trial_pair (trial, place, prompt, seed, job_a, job_b, b_is_left) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(number, place, each.prompt, str(each.seed), *each.jobs, each.b_is_left) for place, each in enumerate(pairs)],
    )
    return number


def read(connection: sqlite3.Connection, trial: str) -> Trial:
    """Raises HangaError file.unknown_trial."""
    row = connection.execute("SELECT * FROM trial WHERE id = ?", (trial,)).fetchone()
    if row is None:
        raise HangaError("file.unknown_trial")
    pictures = f"{PICTURE.format('job_a')} AS picture_a, {PICTURE.format('job_b')} AS picture_b"
    query = f"SELECT *, {pictures} FROM trial_pair WHERE trial = ? ORDER BY place"
    return Trial(
        id=row["id"],
        name=row["name"],
        created=row["created"],
        a=_unpacked(row["a"]),
        b=_unpacked(row["b"]),
        pairs=tuple(_pair(pair) for pair in connection.execute(query, (trial,)).fetchall()),
        revealed=row["revealed"] is not None,
    )


def glances(connection: sqlite3.Connection) -> list[TrialGlance]:
    """The newest first; without those that were put away."""
    query = """
        SELECT id, name, created, revealed, count(place) AS pairs, count(vote) AS votes
        FROM trial LEFT JOIN trial_pair ON trial = id WHERE NOT away GROUP BY id ORDER BY created DESC, id
    """
    return [
        TrialGlance(**{**row, "revealed": row["revealed"] is not None})
        for row in map(dict, connection.execute(query).fetchall())
    ]


def vote(connection: sqlite3.Connection, trial: str, place: int, choice: str) -> None:
    """What is preferred of a pair: A, B or TIE. Nothing changes where it is known already which is which."""
    query = f"""
        UPDATE trial_pair SET vote = ?, voted = ?, turn = (SELECT coalesce(max(turn), 0) + 1 FROM trial_pair)
        WHERE trial = ? AND place = ? AND {_OPEN}
    """
    connection.execute(query, (choice, _now(), trial, place))


def take_back(connection: sqlite3.Connection, trial: str) -> int | None:
    """The last vote is none; of which pair it was, None if there was none to be taken back."""
    query = f"""
        UPDATE trial_pair SET vote = NULL, voted = NULL, turn = NULL WHERE trial = ? AND {_OPEN}
        AND turn = (SELECT max(turn) FROM trial_pair WHERE trial = ?) RETURNING place
    """
    row = connection.execute(query, (trial, trial)).fetchone()
    return None if row is None else row["place"]


_OPEN: Final = "EXISTS (SELECT 1 FROM trial WHERE id = trial AND revealed IS NULL)"


def reveal(connection: sqlite3.Connection, trial: str) -> None:
    connection.execute("UPDATE trial SET revealed = ? WHERE id = ? AND revealed IS NULL", (_now(), trial))


def put_away(connection: sqlite3.Connection, trial: str, away: bool) -> None:
    connection.execute("UPDATE trial SET away = ? WHERE id = ?", (away, trial))


def welcome(connection: sqlite3.Connection, picture: int) -> None:
    """A new picture gets the name of the trial that it was made for, if it was, as a tag."""
    query = """
        SELECT name FROM pictures JOIN trial_pair ON pictures.job IN (job_a, job_b) JOIN trial ON trial.id = trial
        WHERE pictures.id = ?
    """
    for row in connection.execute(query, (picture,)).fetchall():
        marks.label(connection, TAG, (picture,), row["name"])


def _pair(row: sqlite3.Row) -> Pair:
    return Pair(
        prompt=row["prompt"],
        seed=int(row["seed"]),
        jobs=(row["job_a"], row["job_b"]),
        b_is_left=bool(row["b_is_left"]),
        pictures=(row["picture_a"], row["picture_b"]),
        vote=row["vote"],
        voted=row["voted"],
    )


def _packed(request: Request) -> str:
    return json.dumps(to_plain(request, defaults=False), ensure_ascii=False, allow_nan=False)


def _unpacked(text: str) -> Request:
    """Raises HangaError file.unknown_trial for what a newer version wrote and this one cannot read."""
    try:
        return from_plain(Request, json.loads(text))
    except (TypeError, ValueError) as error:
        raise HangaError("file.unknown_trial") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
