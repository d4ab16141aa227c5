"""The library's door: what is added is found, page by page, with all that its record says."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import HangaError
from core.library.library import Library
from core.library.query import BEST, NAME, NEWEST, OLDEST, Glance, Query
from core.plain import to_plain
from core.plan import Adapter, ModelFile
from core.request import Lora, Request
from tests.library.shelf import Shelf, shelf_in
from tests.tools.many_pictures import png

LORA = ModelFile(name="ink wash.safetensors", sha256="ab" * 32, path="")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        yield shelf


class TestAdding:
    def test_a_picture_knows_what_its_record_says(self, shelf: Shelf) -> None:
        record = shelf.record("a fox")
        path = shelf.write(record)
        picture = shelf.library.add(path)
        assert (picture.path, picture.width, picture.height, picture.size) == (path, 6, 4, path.stat().st_size)
        assert (picture.key, picture.job, picture.seed) == (record.key, "job", record.seed)
        assert picture.request == replace(record.plan.request, checkpoint="starter")
        assert picture.created == datetime.fromisoformat(record.created)
        assert picture.model == "base.safetensors"
        assert not picture.missing

    def test_again_changes_nothing(self, shelf: Shelf) -> None:
        path = shelf.write(shelf.record())
        first = shelf.library.add(path)
        shelf.library.rate([first.id], 3)
        assert shelf.library.add(path) == replace(first, rating=3)
        assert shelf.library.count(Query()) == 1

    def test_many_threads_add_and_look(self, shelf: Shelf) -> None:
        paths = [shelf.write(shelf.record()) for _ in range(12)]

        def work(path: Path) -> None:
            shelf.library.add(path)
            shelf.library.page(Query(text="fox"), 5)

        threads = [threading.Thread(target=work, args=(path,)) for path in [*paths, *paths]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert shelf.library.count(Query()) == len(paths)

    def test_pictures_of_a_job_come_in_their_order(self, shelf: Shelf) -> None:
        made = [shelf.picture(job="a"), shelf.picture(job="b"), shelf.picture(job="a")]
        assert shelf.library.of_job("a") == [made[0], made[2]]

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "file.empty"), (b"\x89PNG\r\n\x1a\n", "file.damaged_picture"), (b"hello", "file.damaged_picture")],
    )
    def test_what_is_no_picture(self, shelf: Shelf, content: bytes, code: str) -> None:
        path = shelf.foreign().with_name("x.png")
        with path.open("xb") as file:
            file.write(content)
        with pytest.raises(HangaError) as told:
            shelf.library.add(path)
        assert told.value.code == code

    def test_half_a_picture(self, shelf: Shelf) -> None:
        whole = shelf.write(shelf.record()).read_bytes()
        half = shelf.home.pictures / "half.png"
        with half.open("xb") as file:
            file.write(whole[: len(whole) - 20])
        with pytest.raises(HangaError, match=r"file\.damaged_picture"):
            shelf.library.add(half)

    def test_what_lies_elsewhere(self, shelf: Shelf, tmp_path: Path) -> None:
        for place in (tmp_path.parent / "x.png", shelf.home.latents / "x.png", shelf.home.pictures / "../x.png"):
            with pytest.raises(HangaError, match=r"file\.outside_library"):
                shelf.library.add(place)
        with pytest.raises(HangaError, match=r"file\.missing"):
            shelf.library.add(shelf.home.pictures / "x.png")

    def test_no_such_picture(self, shelf: Shelf) -> None:
        with pytest.raises(HangaError, match=r"file\.unknown_picture"):
            shelf.library.picture(7)


def test_other_programs_pictures_as_far_as_they_are_understood(shelf: Shelf) -> None:
    def understand(path: Path) -> Request | None:
        loras = (Lora(name="ink.safetensors"),)
        asked = Request(prompt="鷺 in the reeds", checkpoint="their.safetensors", loras=loras, seed=2**64 - 1)
        return asked if "understood" in path.name else None

    library = Library(shelf.home, shelf.database, understand=understand)
    shelf.foreign("understood.png", "Steps: 20")
    shelf.foreign("strange.png", "something else")
    library.reconcile()
    (picture,) = library.page(Query(text="鷺 their ink"), 9).pictures
    assert (picture.prompt, picture.model, picture.seed) == ("鷺 in the reeds", "their.safetensors", 2**64 - 1)
    assert (picture.key, picture.job) == (None, None)
    (strange,) = library.page(Query(text="something"), 9).pictures
    assert (strange.request, strange.prompt, strange.model) == (None, "", None)
    assert library.count(Query(model="ink.safetensors", seed=2**64 - 1)) == 1


class TestFinding:
    @pytest.fixture
    def mixed(self, shelf: Shelf) -> Shelf:
        shelf.picture("a fox", adapters=(Adapter(model=LORA, weight=1.0),))
        shelf.picture("赤い月の下の狐", width=96)
        shelf.picture("two foxes and a heron")
        shelf.foreign(text="a heron in the reeds\nSteps: 20")
        shelf.library.reconcile()
        return shelf

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("fox", 2),
            ("fox ", 1),
            ("heron", 2),
            ("赤い", 1),
            ("fog", 3),
            ("ink was", 1),
            ("refiner", 3),
            ("foreign", 1),
        ],
    )
    def test_by_what_is_written_anywhere(self, mixed: Shelf, text: str, count: int) -> None:
        assert len(mixed.found(text)) == mixed.library.count(Query(text=text)) == count

    def test_by_tags(self, mixed: Shelf) -> None:
        (fox,) = mixed.library.page(Query(text="heron foxes"), 1).pictures
        mixed.library.tag([fox.id], "表紙 cover")
        assert mixed.found("表紙") == mixed.found(tags=("表紙 COVER",)) == [fox.prompt]
        mixed.library.untag([fox.id], "表紙 cover")
        assert mixed.found("表紙") == mixed.found(tags=("表紙 cover",)) == []

    def test_by_everything_else(self, mixed: Shelf) -> None:
        newest, *_, oldest = mixed.library.page(Query(text="fox"), 10).pictures
        mixed.library.rate([newest.id], 4)
        mixed.library.reject([oldest.id])
        mixed.library.collect([oldest.id], "show")
        assert mixed.found(rating=4) == [newest.prompt]
        assert mixed.found(rejected=True) == mixed.found(collection="Show") == ["a fox"]
        assert len(mixed.found(rejected=False)) == 3
        assert mixed.found(seed=oldest.seed) == mixed.found(model="ink wash.safetensors") == ["a fox"]
        assert mixed.found(model=LORA.sha256) == ["a fox"]
        assert len(mixed.found(size=(6, 4))) == 3
        assert mixed.found(until=datetime(2026, 1, 2, 0, 0, 2, tzinfo=UTC)) == ["a fox"]
        assert len(mixed.found(since=datetime(2026, 1, 2, 0, 0, 2, tzinfo=UTC))) == 3
        assert mixed.found(missing=True) == mixed.found(tags=("nothing",)) == mixed.found(collection="nothing") == []

    def test_models_seen(self, mixed: Shelf) -> None:
        seen = {(model.kind, model.name): model.count for model in mixed.library.models_seen()}
        assert seen[("lora", "ink wash.safetensors")] == 1
        assert seen[("base", "base.safetensors")] == 3


class TestPages:
    def test_in_every_order(self, shelf: Shelf) -> None:
        pictures = [shelf.picture(f"p{number}") for number in range(5)]
        shelf.library.rate([pictures[1].id, pictures[3].id], 5)
        names = {NEWEST: "43210", OLDEST: "01234", BEST: "31420", NAME: "01234"}
        for order, digits in names.items():
            assert [prompt[1] for prompt in shelf.found(order=order)] == list(digits)
            assert shelf.library.ids(Query(order=order)) == [pictures[int(digit)].id for digit in digits]

    @settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        limit=st.integers(1, 7),
        order=st.sampled_from([NEWEST, OLDEST, BEST, NAME]),
        text=st.sampled_from(["", "fox"]),
        rated=st.sets(st.integers(0, 8)),
    )
    def test_one_after_the_other_they_are_all(
        self, nine: Shelf, limit: int, order: str, text: str, rated: set[int]
    ) -> None:
        query = Query(order=order, text=text)
        nine.library.rate([nine.library.ids(Query())[place] for place in rated], 5)
        after, seen = None, list[int]()
        while True:
            page = nine.library.page(query, limit, after)
            assert 0 < len(page.pictures) <= limit
            seen += [picture.id for picture in page.pictures]
            if (after := page.after) is None:
                break
        assert seen == nine.library.ids(query)
        assert len(seen) == 9

    @pytest.fixture
    def nine(self, shelf: Shelf) -> Shelf:
        for _ in range(9):
            shelf.picture()
        return shelf

    def test_new_pictures_move_no_page(self, nine: Shelf) -> None:
        first = nine.library.page(Query(), 4)
        nine.picture()
        second = nine.library.page(Query(), 4, first.after)
        ids = [picture.id for picture in (*first.pictures, *second.pictures)]
        assert ids == nine.library.ids(Query())[1:9]

    @pytest.mark.parametrize("wanted", [Query(), Query(order=BEST), Query(text="boat", order=BEST), Query(rating=4)])
    def test_glances_are_the_same_pictures_in_the_same_order(self, nine: Shelf, wanted: Query) -> None:
        ids = nine.library.ids(Query())
        nine.library.rate(ids[2:5], 5)
        nine.library.reject(ids[:1])
        seen, after = list[Glance](), None
        while True:
            turned = nine.library.glances(wanted, 2, after)
            seen += turned.glances
            if (after := turned.after) is None:
                break
        full = nine.library.pictures([glance.id for glance in seen])
        assert [each.id for each in full] == nine.library.ids(wanted)
        for glance, picture in zip(seen, full, strict=True):
            told = (picture.id, picture.width, picture.height, picture.rating, picture.rejected, picture.missing)
            assert glance == told


class TestLineage:
    def test_parents_and_children(self, shelf: Shelf) -> None:
        first = shelf.picture()
        second = shelf.child(first)
        third, fourth = shelf.child(second), shelf.child(second)
        lineage = shelf.library.lineage(second.id)
        assert lineage.ancestors == (first,)
        assert lineage.children == (third, fourth)
        assert shelf.library.lineage(fourth.id).ancestors == (second, first)

    def test_parents_that_are_not_there(self, shelf: Shelf) -> None:
        orphan = shelf.picture(parent="0" * 24)
        assert shelf.library.lineage(orphan.id).ancestors == ()

    def test_circles(self, shelf: Shelf) -> None:
        record = shelf.record()
        own = shelf.library.add(shelf.write(replace(record, parent=record.key)))
        assert shelf.library.lineage(own.id).ancestors == ()
        one, other = shelf.record("one"), shelf.record("other")
        shelf.library.add(shelf.write(replace(one, parent=other.key)))
        picture = shelf.library.add(shelf.write(replace(other, parent=one.key)))
        assert [each.prompt for each in shelf.library.lineage(picture.id).ancestors] == ["one"]


class TestHostileRecords:
    def test_numbers_and_texts_beyond_all_bounds(self, shelf: Shelf) -> None:
        record = shelf.record("\ud800 fox")
        strange = replace(
            record,
            index=10**30,
            created="long ago",
            job="\udfff",
            parent="\ud800",
            plan=replace(record.plan, seeds=(-(10**400),), width=10**99),
        )
        path = shelf.home.pictures / "strange.png"
        path.parent.mkdir(parents=True)
        with path.open("xb") as file:
            file.write(png(8, 8, {"hanga": json.dumps(to_plain(strange))}))
        picture = shelf.library.add(path)
        assert (picture.seed, picture.prompt) == (-(10**400), "? fox")
        assert shelf.found("fox") == ["? fox"]
        assert shelf.library.rebuild().damaged == ()

    @pytest.mark.skipif(os.name == "nt", reason="names are text there")
    def test_names_that_are_no_text(self, shelf: Shelf) -> None:
        path = os.fsencode(shelf.foreign())
        os.link(path, os.path.join(os.path.dirname(path), b"\xff\xfe.png"))
        drift = shelf.library.reconcile()
        assert len(drift.added) == 1
        assert len(drift.unreadable) == 1
