"""The queue: order, states, and what becomes of jobs that were broken off. A list of names is its model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, invariant, multiple, rule

from core.database.database import Database
from core.jobs import job as states
from core.jobs.glance import LONGEST, glance
from core.jobs.job import Job, Order
from core.jobs.queue import MOST_CRASHES, MOST_ENDED, MOST_INTERRUPTIONS, MOST_RETRIES, Queue
from core.request import Request
from tests.jobs.orders import order, plan


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with Database.open(home / "hanga.db", home / "snapshots") as database:
        yield database


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def fill(queue: Queue, names: str = "abc") -> list[Job]:
    return queue.add(order(name) for name in names)


def names(jobs: list[Job]) -> str:
    return "".join(job.order.request.prompt for job in jobs)


def begin(queue: Queue) -> Job:
    job = queue.next()
    assert job is not None
    return queue.begin(job.id, plan(job.order.request))


class TestOrder:
    def test_first_come_first(self, queue: Queue) -> None:
        fill(queue, "ab")
        fill(queue, "c")
        assert names(queue.waiting()) == "abc"
        assert begin(queue).order.request.prompt == "a"
        assert (names(queue.waiting()), names(queue.all())) == ("bc", "abc")

    def test_orders_come_back_whole_and_with_a_seed(self, queue: Queue) -> None:
        (drawn, given) = queue.add([order("drawn"), order("given", seed=7)])
        assert given.order == order("given", seed=7)
        assert drawn.order == order("drawn", seed=drawn.order.request.seed)
        assert drawn.order.request.seed is not None
        assert queue.waiting() == [drawn, given]

    def test_at_a_glance_they_are_the_same(self, queue: Queue) -> None:
        long = Request(prompt="a  fox\non a " + "very " * 200 + "long road", width=64, height=96, count=3)
        fill(queue, "abc")
        queue.add([Order(request=long), Order(request=Request(prompt="", checkpoint="boats"))])
        queue.saved(begin(queue).id, 0)
        queue.end(begin(queue).id, states.FAILED, "memory.exhausted", {"device": "cpu"})
        queue.cancel(queue.waiting()[0].id)
        assert queue.glances() == [glance(job) for job in queue.all()]
        assert [each.state for each in queue.glances()] == ["running", "failed", "cancelled", "waiting", "waiting"]
        assert queue.glances()[3].size == (64, 96)
        assert LONGEST - 2 <= len(queue.glances()[3].prompt) <= LONGEST

    def test_moving(self, queue: Queue) -> None:
        a, b, c = fill(queue)
        queue.move(c.id, a.id)
        assert names(queue.waiting()) == "cab"
        queue.move(c.id, None)
        assert names(queue.waiting()) == "abc"
        queue.to_front(b.id)
        assert names(queue.waiting()) == "bac"
        queue.move(b.id, b.id)
        queue.move("nobody", a.id)
        queue.move(a.id, "nobody")
        assert names(queue.waiting()) == "bac"

    def test_pausing_outlasts_the_program(self, queue: Queue, database: Database) -> None:
        fill(queue)
        queue.pause()
        assert (queue.next(), Queue(database).paused) == (None, True)
        queue.resume()
        assert (names([queue.next() or pytest.fail("nothing")]), queue.paused) == ("a", False)

    def test_clearing_and_back(self, queue: Queue) -> None:
        a, b, *_ = fill(queue, "abcd")
        begin(queue)
        queue.cancel(b.id)
        token = queue.clear()
        assert (names(queue.waiting()), queue.job(a.id).state) == ("", states.RUNNING)
        fill(queue, "e")
        queue.undo_clear(token)
        queue.undo_clear(token)
        assert names(queue.waiting()) == "cde"

    def test_nobody_is_nobody(self, queue: Queue) -> None:
        for call in (queue.job, queue.cancel, queue.retry, queue.crashed, queue.put_back):
            with pytest.raises(KeyError):
                call("nobody")


class TestStates:
    def test_from_waiting_to_done(self, queue: Queue) -> None:
        (a, *_) = fill(queue)
        running = begin(queue)
        assert (running.id, running.state, running.plan) == (a.id, states.RUNNING, plan(a.order.request))
        queue.saved(a.id, 1)
        queue.saved(a.id, 0)
        assert queue.saved(a.id, 1).done == (0, 1)
        done = queue.end(a.id, states.DONE)
        assert (done.state, done.saved) == (states.DONE, 2)
        assert done.created <= (done.began or "") <= (done.ended or "")
        assert names(queue.waiting()) == "bc"

    def test_failures_say_why_until_it_is_tried_again(self, queue: Queue) -> None:
        fill(queue)
        job = begin(queue)
        failed = queue.end(job.id, states.FAILED, "file.missing", {"name": "x", "count": 3, "share": 0.5})
        assert (failed.code, dict(failed.data)) == ("file.missing", {"name": "x", "count": 3, "share": 0.5})
        again = queue.retry(job.id)
        assert (again.state, again.code, dict(again.data), again.ended) == (states.WAITING, "", {}, None)
        assert names(queue.waiting()) == "bca"
        assert queue.retry(job.id) == again

    def test_a_job_that_nobody_wants_any_more_is_not_begun(self, queue: Queue) -> None:
        (a, *_) = fill(queue)
        queue.clear()
        assert queue.begin(a.id, plan(a.order.request)).state == states.CANCELLED

    def test_cancelling(self, queue: Queue) -> None:
        a, _, c = fill(queue)
        begin(queue)
        assert queue.cancel(a.id).state == states.CANCELLED
        assert queue.cancel(c.id).state == states.CANCELLED
        assert names(queue.waiting()) == "b"
        assert queue.end(a.id, states.DONE).state == states.DONE, "it was quicker"
        assert queue.cancel(a.id).state == states.DONE

    def test_only_ends_end(self, queue: Queue) -> None:
        (a, *_) = fill(queue)
        with pytest.raises(ValueError, match="no end"):
            queue.end(a.id, states.WAITING)

    def test_putting_back(self, queue: Queue) -> None:
        a, _, c = fill(queue)
        begin(queue)
        queue.to_front(c.id)
        back = queue.put_back(a.id)
        assert (back.state, back.interruptions, back.crashes) == (states.WAITING, 0, 0)
        assert names(queue.waiting()) == "acb"

    def test_a_job_that_crashes_comes_again_once(self, queue: Queue) -> None:
        fill(queue)
        for _ in range(MOST_CRASHES - 1):
            assert begin(queue).order.request.prompt == "a"
            assert queue.crashed(queue.all()[0].id).state == states.WAITING
        aside = queue.crashed(begin(queue).id)
        assert (aside.state, aside.code) == (states.SET_ASIDE, "engine.job_crashes")
        assert names(queue.waiting()) == "bc"
        assert queue.retry(aside.id).crashes == 0

    def test_a_saved_picture_forgives(self, queue: Queue) -> None:
        fill(queue)
        for index in range(5):
            job = begin(queue)
            queue.saved(job.id, index)
            assert queue.crashed(job.id).state == states.WAITING


class TestRecovering:
    def test_what_ran_comes_first_and_goes_aside_the_third_time(self, queue: Queue) -> None:
        fill(queue)
        for turn in range(1, MOST_INTERRUPTIONS):
            assert begin(queue).order.request.prompt == "a"
            (job,) = queue.recover()
            assert (job.state, job.interruptions, job.plan is not None) == (states.WAITING, turn, True)
            assert names(queue.waiting()) == "abc"
        begin(queue)
        (job,) = queue.recover()
        assert (job.state, job.code) == (states.SET_ASIDE, "engine.job_interruptions")
        assert (names(queue.waiting()), queue.recover()) == ("bc", [])

    @pytest.mark.parametrize(
        ("code", "again"), [("memory.exhausted", True), ("disk.full", True), ("file.missing", False)]
    )
    def test_what_may_work_now_is_tried_three_times(self, queue: Queue, code: str, again: bool) -> None:
        (a, *_) = fill(queue)
        for turn in range(1, MOST_RETRIES + 1):
            queue.end(a.id, states.FAILED, code, {"name": "x"})
            assert [job.retries for job in queue.recover()] == ([turn] if again else [])
            assert names(queue.waiting()) == ("bca" if again else "bc")
        queue.end(a.id, states.FAILED, code, {"name": "x"})
        assert queue.recover() == []
        assert names(queue.waiting()) == "bc"

    def test_rows_that_make_no_sense_are_kept_and_passed_over(self, queue: Queue, database: Database) -> None:
        a, b, c = fill(queue)
        with database.writing() as connection:
            connection.execute("UPDATE job SET wanted = ? WHERE id = ?", ('{"request": {"prompt": ', a.id))
            connection.execute("UPDATE job SET plan = 'nonsense' WHERE id = ?", (b.id,))
            connection.execute("UPDATE job SET data = '{\"name\": [1]}' WHERE id = ?", (c.id,))
        assert queue.next() == b
        assert queue.recover() == []
        assert queue.all() == [b]
        with database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM job").fetchone()[0] == 3

    def test_old_ends_are_forgotten(self, queue: Queue, database: Database) -> None:
        a, b, _ = fill(queue)
        queue.end(a.id, states.DONE)
        queue.saved(a.id, 0)
        with database.writing() as connection:
            connection.executemany(
                "INSERT INTO job (id, place, state, wanted, created, ended)"
                " SELECT ?, 9, 'done', wanted, created, '9999' FROM job WHERE id = ?",
                [(f"old {number}", b.id) for number in range(MOST_ENDED)],
            )
        queue.recover()
        with database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM job").fetchone()[0] == MOST_ENDED + 2
            assert connection.execute("SELECT count(*) FROM job_picture").fetchone()[0] == 0
        assert names(queue.waiting()) == "bc"


class AgainstAList(RuleBasedStateMachine):
    """The order of those that wait is that of a list on which the same is done, also after opening it all again."""

    jobs: Bundle[str] = Bundle("jobs")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.expected: list[str] = []
        self.cleared: dict[str, list[str]] = {}
        self.running: str | None = None
        self.again()

    def again(self) -> None:
        self.database = Database.open(Path(self.folder.name) / "hanga.db", Path(self.folder.name) / "snapshots")
        self.queue = Queue(self.database)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    @rule(target=jobs, count=st.integers(1, 3))
    def add(self, count: int) -> MultipleResults[str]:
        added = [job.id for job in self.queue.add([order("x")] * count)]
        self.expected += added
        return multiple(*added)

    @rule(id=jobs, before=st.none() | jobs)
    def move(self, id: str, before: str | None) -> None:
        self.queue.move(id, before)
        if id in self.expected and id != before and (before is None or before in self.expected):
            self.expected.remove(id)
            self.expected.insert(len(self.expected) if before is None else self.expected.index(before), id)

    @rule(id=jobs)
    def to_front(self, id: str) -> None:
        self.queue.to_front(id)
        if id in self.expected:
            self.expected.remove(id)
            self.expected.insert(0, id)

    @rule(id=jobs)
    def cancel(self, id: str) -> None:
        self.queue.cancel(id)
        if id in self.expected:
            self.expected.remove(id)
        if id == self.running:
            self.running = None

    @rule()
    def run(self) -> None:
        if self.running is None and self.expected:
            job = self.queue.next()
            assert job is not None
            assert job.id == self.expected.pop(0)
            self.queue.begin(job.id, plan(job.order.request))
            self.queue.saved(job.id, 0)
            self.running = job.id

    @rule(end=st.sampled_from([states.DONE, states.FAILED]))
    def end(self, end: str) -> None:
        if self.running is not None:
            self.queue.end(self.running, end)
            self.running = None

    @rule()
    def put_back(self) -> None:
        if self.running is not None:
            self.queue.put_back(self.running)
            self.expected.insert(0, self.running)
            self.running = None

    @rule()
    def reopen(self) -> None:
        self.database.close()
        self.again()
        recovered = [job.id for job in self.queue.recover()]
        assert recovered == ([self.running] if self.running else [])
        self.expected = recovered + self.expected
        self.running = None

    @invariant()
    def waits_in_order(self) -> None:
        if hasattr(self, "queue"):
            assert [job.id for job in self.queue.waiting()] == self.expected


AgainstAList.TestCase.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
TestAgainstAList = AgainstAList.TestCase
