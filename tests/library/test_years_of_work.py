"""Whatever artists do, and whatever is done to their folders meanwhile: no picture and no mark is lost, and every
change can be undone. A model of what must be there lives beside the library, and both are compared at every step."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.library.catalogue import Picture
from core.library.marks import Change, Marks
from core.library.query import OLDEST, Query
from tests.library.shelf import shelf_in

NAMES = st.sampled_from(["sea", "sky", "Été"])
SOME = st.lists(st.integers(0, 9), min_size=1, max_size=3)
"""Places in the list of pictures, taken round."""


@dataclass
class Known:
    """A picture as it must be. `path`: None while its file is missing."""

    data: bytes
    path: Path | None
    marks: Marks = field(default_factory=Marks)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


Said = dict[int, Marks]


class YearsOfWork(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        root = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.shelf = self.stack.enter_context(shelf_in(root))
        self.pictures: dict[int, Known] = {}
        self.new: list[Path] = []
        self.away: dict[str, dict[int, Known]] = {}
        self.done: list[tuple[Change, Said]] = []
        self.count = 0
        self.looked = True

    def teardown(self) -> None:
        self.stack.close()

    @rule()
    def make(self) -> None:
        picture = self.shelf.picture(latents=True)
        self.pictures[picture.id] = Known(picture.path.read_bytes(), picture.path)

    @rule(prompt=st.sampled_from(["a heron", "鷺"]))
    def copy_from_elsewhere(self, prompt: str) -> None:
        self.new.append(self.shelf.foreign(self.fresh_name(), prompt))
        self.looked = False

    @rule(some=SOME, rating=st.integers(0, 5))
    def rate(self, some: list[int], rating: int) -> None:
        ids = self.pick(some)
        self.say(self.shelf.library.rate(ids, rating), ids, lambda marks: replace(marks, rating=rating))

    @rule(some=SOME, rejected=st.booleans())
    def reject(self, some: list[int], rejected: bool) -> None:
        ids = self.pick(some)
        self.say(self.shelf.library.reject(ids, rejected), ids, lambda marks: replace(marks, rejected=rejected))

    @rule(some=SOME, name=NAMES)
    def tag(self, some: list[int], name: str) -> None:
        ids = self.pick(some)
        change = self.shelf.library.tag(ids, name)
        self.say(change, ids, lambda marks: replace(marks, tags=(*marks.tags, name)))

    @rule(some=SOME, name=NAMES)
    def untag(self, some: list[int], name: str) -> None:
        ids = self.pick(some)
        change = self.shelf.library.untag(ids, name)
        self.say(change, ids, lambda marks: replace(marks, tags=tuple(set(marks.tags) - {name})))

    @rule(some=SOME, name=NAMES)
    def collect(self, some: list[int], name: str) -> None:
        ids = self.pick(some)
        change = self.shelf.library.collect(ids, name)
        self.say(change, ids, lambda marks: replace(marks, collections=(*marks.collections, name)))

    @rule(name=NAMES)
    def drop_collection(self, name: str) -> None:
        change = self.shelf.library.drop_collection(name)
        self.say(change, list(self.pictures), lambda marks: without(marks, name))

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        change, before = self.done.pop()
        self.shelf.library.undo(change)
        for made in (name for name, was in change.collections if was is None):
            for known in self.pictures.values():
                known.marks = without(known.marks, made)
        for number, marks in before.items():
            if number in self.pictures:
                self.pictures[number].marks = marks

    @precondition(lambda self: self.pictures)
    @rule(some=SOME)
    def throw_away(self, some: list[int]) -> None:
        ids = self.pick(some)
        ticket = self.shelf.library.trash(ids)
        self.away[ticket] = {number: self.pictures.pop(number) for number in ids}
        assert not any(known.path and known.path.exists() for known in self.away[ticket].values())

    @precondition(lambda self: self.away)
    @rule(place=st.integers(0, 9))
    def restore(self, place: int) -> None:
        ticket = sorted(self.away)[place % len(self.away)]
        lot = self.away.pop(ticket)
        for number, known in zip(self.shelf.library.restore(ticket), lot.values(), strict=True):
            self.pictures[number] = known
            if known.path:
                known.path = self.shelf.library.picture(number).path

    @rule(some=SOME)
    def move_files(self, some: list[int]) -> None:
        for number in self.pick(some):
            known = self.pictures[number]
            if known.path:
                path = self.shelf.home.pictures / self.fresh_name()
                os.renames(known.path, path)
                known.path = path
        self.looked = False

    @rule(some=SOME)
    def delete_files(self, some: list[int]) -> None:
        for number in self.pick(some):
            known = self.pictures[number]
            if known.path:
                os.unlink(known.path)
                known.path = None
        self.looked = False

    @rule(some=SOME)
    def bring_files_back(self, some: list[int]) -> None:
        self.look()
        for number in self.pick(some):
            known = self.pictures[number]
            if known.path is None:
                known.path = self.shelf.home.pictures / self.fresh_name()
                self.write(known.path, known.data)
        self.looked = False

    @rule(one=st.integers(0, 9), other=st.integers(0, 9))
    def swap_names(self, one: int, other: int) -> None:
        first, second = ([*self.pick([place]), None][0] for place in (one, other))
        if first is None or second is None or first == second:
            return
        here, there = self.pictures[first], self.pictures[second]
        if here.path and there.path:
            os.rename(here.path, here.path.with_suffix(".aside"))
            os.rename(there.path, here.path)
            os.rename(here.path.with_suffix(".aside"), there.path)
            here.path, there.path = there.path, here.path
        self.looked = False

    @rule(data=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"text"]))
    def leave_rubbish(self, data: bytes) -> None:
        self.write(self.shelf.home.pictures / self.fresh_name(), data)
        self.looked = False

    @rule()
    def restart(self) -> None:
        self.shelf.restart()

    @rule()
    def look(self) -> None:
        self.shelf.library.reconcile()
        self.meet()

    @rule()
    def rebuild(self) -> None:
        self.shelf.library.rebuild()
        self.meet()

    @rule()
    def break_the_database(self) -> None:
        """There is a snapshot of it."""
        self.look()
        self.shelf.database.snapshot()
        self.shelf.close()
        with self.shelf.home.database.open("r+b") as file:
            file.write(b"x" * 3000)
        self.shelf.open()
        assert self.shelf.database.recovered is not None
        self.rebuild()

    @rule()
    def lose_the_database(self) -> None:
        """And all snapshots: what only the database knew is gone, what lies in the trash is not."""
        self.look()
        self.shelf.close()
        for path in (self.shelf.home.database, *self.shelf.home.snapshots.iterdir()):
            os.unlink(path)
        self.shelf.open()
        self.new = [known.path for known in self.pictures.values() if known.path]
        self.pictures, self.done = {}, []
        self.rebuild()

    @invariant()
    def as_it_must_be(self) -> None:
        """What the artist has said is there at once; where files are, after the next look."""
        seen = {picture.id: picture for picture in self.shelf.library.page(Query(order=OLDEST), 1000).pictures}
        assert self.pictures.keys() <= seen.keys()
        for number, known in self.pictures.items():
            picture = seen[number]
            assert told(picture) == told(known.marks)
            assert picture.digest == known.digest
            if self.looked:
                assert picture.missing == (known.path is None)
                assert known.path is None or (picture.path, known.path.read_bytes()) == (known.path, known.data)
        assert not self.looked or len(seen) == len(self.pictures)
        assert {lot.ticket for lot in self.shelf.library.trashed()} == self.away.keys()
        for tag in ("sea", "sky", "ete"):
            tagged = sum("Été" in each.tags if tag == "ete" else tag in each.tags for each in seen.values())
            assert self.shelf.library.count(Query(text=tag)) == tagged

    def meet(self) -> None:
        """New pictures become known."""
        by_path = {picture.path: picture for picture in self.shelf.library.page(Query(), 1000).pictures}
        for path in self.new:
            self.pictures.setdefault(by_path[path].id, Known(path.read_bytes(), path))
        self.new = []
        self.looked = True

    def say(self, change: Change, ids: list[int], to: object) -> None:
        before = {number: self.pictures[number].marks for number in ids}
        self.done.append((change, before))
        for number in ids:
            self.pictures[number].marks = to(self.pictures[number].marks)  # type: ignore[operator]

    def pick(self, some: list[int]) -> list[int]:
        ids = sorted(self.pictures)
        return list(dict.fromkeys(ids[place % len(ids)] for place in some)) if ids else []

    def fresh_name(self) -> str:
        self.count += 1
        return f"{'ab'[self.count % 2]}/{self.count}.png"

    def write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)


def told(marks: Marks | Picture) -> tuple[int, bool, set[str], set[str]]:
    return marks.rating, marks.rejected, set(marks.tags), set(marks.collections)


def without(marks: Marks, collection: str) -> Marks:
    return replace(marks, collections=tuple(name for name in marks.collections if name != collection))


YearsOfWork.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    print_blob=True,
)
TestYearsOfWork = YearsOfWork.TestCase


def test_a_missing_picture_that_has_come_back_under_another_name_is_thrown_away_with_its_file() -> None:
    years = YearsOfWork()
    try:
        years.copy_from_elsewhere(prompt="a heron")
        years.break_the_database()
        years.delete_files([0])
        years.bring_files_back([0])
        years.throw_away([0])
        years.as_it_must_be()
        years.restore(0)
        years.look()
        years.as_it_must_be()
    finally:
        years.teardown()
