"""Whatever a program wrote, the request that comes of it is one that planning accepts, and changes are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.library.foreign import handoff
from core.library.foreign.emphasis import from_invoke, from_novelai
from core.library.foreign.imported import MOST_NOTES, Found, Imported
from core.library.foreign.names import NEAREST, SAME, SCHEDULE_NAMES, match
from core.library.foreign.settling import settle
from core.library.foreign.values import model_name, real, told, whole
from core.method_labels import A1111_SCHEDULES, SAMPLER_LABELS
from core.plain import from_plain, to_plain
from core.planning.planner import LARGEST_SEED, MOST_AESTHETIC, MOST_GUIDANCE
from core.planning.sizes import LARGEST, MOST_PIXELS, SMALLEST
from core.request import PROMPT_LIMIT, MicroConditioning, Request
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import MOST_STEPS, SCHEDULES, schedule, split

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**300), 10**300),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["1e400", "-0", " 7 ", "0x10", "٣", "nan", "1_000", "1" * 50, "../../etc/passwd", "\\\\host\\share"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)

FOUND = st.builds(
    Found,
    program=st.just("x"),
    **dict.fromkeys(
        ("prompt", "negative", "prompt_2", "width", "height", "steps", "guidance", "rescale", "seed", "sampler",
         "schedule", "model", "model_hash", "refiner", "refiner_hash", "vae", "handoff", "switch"), ANYTHING
    ),
    loras=st.lists(st.tuples(ANYTHING, ANYTHING), max_size=3),
    positive=st.fixed_dictionaries({"original_size": st.tuples(ANYTHING, ANYTHING), "aesthetic": ANYTHING}),
)  # fmt: skip


def accepted(request: Request) -> bool:
    """What planning asks of a request, but for the files."""
    sizes = request.width, request.height
    grid = 64 if request.refiner else 32
    assert sizes == (None, None) or all(
        side is not None and SMALLEST <= side <= LARGEST and side % grid == 0 for side in sizes
    )
    assert request.width is None or request.height is None or request.width * request.height <= MOST_PIXELS
    assert 1 <= request.steps <= MOST_STEPS
    assert request.sampler in CATALOGUE
    assert request.schedule is None or request.schedule in SCHEDULES
    assert request.seed is None or 0 <= request.seed <= LARGEST_SEED
    assert request.guidance.scale is None or 0 <= request.guidance.scale <= MOST_GUIDANCE
    assert 0 <= request.guidance.rescale <= 1
    assert 0 <= request.handoff <= 1
    for micro in (request.positive, request.negative_conditioning):
        assert 0 <= micro.aesthetic <= MOST_AESTHETIC
    for text in (request.prompt, request.negative, request.prompt_2 or "", request.negative_2 or ""):
        assert len(text.encode()) <= PROMPT_LIMIT
        assert "\0" not in text
    return True


def leads_nowhere(name: str) -> bool:
    return not set(name) & set("/\\:\0\n") and not name.startswith(("~", ".")) and len(name) <= 200


class TestAnything:
    @given(FOUND)
    def test_becomes_a_request(self, found: Found) -> None:
        settled = settle(found)
        assert accepted(settled.request)
        names = [settled.request.checkpoint, settled.request.refiner, settled.request.vae]
        names += [lora.name for lora in settled.request.loras]
        assert all(leads_nowhere(name) for name in names if name is not None)
        assert from_plain(Request, to_plain(settled.request)) == settled.request
        assert len(settled.unmatched) <= MOST_NOTES

    @given(st.integers(1, 10**6), st.integers(1, 10**6), st.booleans())
    def test_a_size_that_is_changed_is_told(self, width: int, height: int, refined: bool) -> None:
        settled = settle(Found(program="x", width=width, height=height, refiner="r" if refined else None))
        changed = (settled.request.width, settled.request.height) != (width, height)
        assert changed == any(note.code == "foreign.size" for note in settled.unmatched)
        assert accepted(settled.request)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("steps", 10**9),
            ("steps", "many"),
            ("steps", 0),
            ("seed", 2**64 - 1),
            ("seed", -5),
            ("seed", "first"),
            ("guidance", 1000),
            ("guidance", -1),
            ("guidance", "strong"),
            ("sampler", "magic"),
            ("schedule", "magic"),
            ("prompt", "x" * (PROMPT_LIMIT + 1)),
            ("width", 17),
        ],
    )
    def test_what_is_changed_is_told(self, field: str, value: object) -> None:
        found = Found(program="x", model="m", width=1024, height=1024)
        setattr(found, field, value)
        assert len(settle(found).unmatched) == 1

    def test_what_is_missing_is_as_it_always_is(self) -> None:
        nothing = settle(Found(program="x", model="m", seed=-1))
        assert nothing == Imported(Request(prompt="", checkpoint="m", refiner=None), "x", ())
        assert nothing.request.positive == MicroConditioning()


class TestNames:
    @pytest.mark.parametrize("ours", CATALOGUE)
    def test_labels_of_a1111_are_ours(self, ours: str) -> None:
        assert match(SAMPLER_LABELS[ours], None, None)[0].name == ours
        for name, label in A1111_SCHEDULES.items():
            for pair in (
                match(SAMPLER_LABELS[ours], label, None),
                match(f"{SAMPLER_LABELS[ours]} {label}", None, None),
            ):
                assert (pair[0].name, pair[1].name) == (ours, name)

    @pytest.mark.parametrize("ours", CATALOGUE)
    @pytest.mark.parametrize("ending", ["", "_gpu"])
    def test_our_names_are_ours(self, ours: str, ending: str) -> None:
        for name in SCHEDULES:
            sampler, schedule_name = match(ours + ending, name, None)
            assert (sampler.name, sampler.exact, schedule_name.name) == (ours, True, name)

    def test_tables_lead_to_what_there_is(self) -> None:
        assert {*SAME.values(), *NEAREST.values()} <= CATALOGUE.keys()
        assert set(SCHEDULE_NAMES.values()) <= SCHEDULES.keys()
        assert not CATALOGUE.keys() & {*SAME, *NEAREST}

    @pytest.mark.parametrize("name", NEAREST)
    def test_what_is_only_near_is_told(self, name: str) -> None:
        assert [note.code for note in settle(Found(program="x", model="m", sampler=name)).unmatched] == [
            "foreign.sampler"
        ]

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_any_names_match_something(self, sampler: str, schedule_name: str) -> None:
        found, spaced = match(sampler, schedule_name, None)
        assert found.name in CATALOGUE
        assert spaced.name is None or spaced.name in SCHEDULES


class TestHandoff:
    @given(st.data())
    def test_the_base_does_as_many_steps(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(SCHEDULES)))
        steps = data.draw(st.integers(1, 100))
        base = data.draw(st.integers(0, steps))
        times = schedule(name, steps).timesteps
        found = split(schedule(name, steps), handoff.after(base, steps, name))[0].steps
        between = 0 < base < steps and int(times[base - 1]) <= times[base]
        assert found == base or (between and abs(found - base) <= sum(abs(t - times[base]) < 1 for t in times))


class TestEmphasis:
    @pytest.mark.parametrize(
        ("prompt", "ours"),
        [
            ("a fox", "a fox"),
            ("{fox} [moon]", "(fox:1.05) (moon:0.9524)"),
            ("{a {b} c}", "(a :1.05)(b:1.103)( c:1.05)"),
            ("{open", "(open:1.05)"),
            ("a} b", "a( b:0.9524)"),
            ("1.5::red, {sky}::, sea", "(red, :1.5)(sky:1.575), sea"),
            ("-0.5::red:: sea", "(red:-0.5) sea"),
            ("a :: b, 16:9, 3.5", "a  b, 16:9, 3.5"),
            ("(plain)", "\\(plain\\)"),
        ],
    )
    def test_of_novelai(self, prompt: str, ours: str) -> None:
        assert from_novelai(prompt) == ours

    @pytest.mark.parametrize(
        ("prompt", "ours"),
        [
            ("a fox", "a fox"),
            ("fox+ moon--", "(fox:1.1) (moon:0.81)"),
            ("(red fox)1.4 (blue)", "(red fox:1.4) blue"),
            ("((a)1.2 b)++", "((a:1.2) b:1.21)"),
            ("sci-fi - a", "sci-fi - a"),
            ("(open", "\\(open"),
            ("close)", "close\\)"),
            ("\\(plain\\) [x]", "\\(plain\\) \\[x\\]"),
        ],
    )
    def test_of_invoke(self, prompt: str, ours: str) -> None:
        assert from_invoke(prompt) == ours


class TestValues:
    @given(ANYTHING)
    def test_nothing_raises(self, value: Any) -> None:
        assert real(value) is None or isinstance(real(value), float)
        assert whole(value) is None or isinstance(whole(value), int)
        assert isinstance(told(value), str | int | float)
        name = model_name(value)
        assert name is None or leads_nowhere(name)

    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("dream.safetensors", "dream"),
            ("xl\\sub/dream_v1.0.safetensors", "dream_v1.0"),
            ("../../etc/passwd", "passwd"),
            ("\\\\host\\share\\x.ckpt", "x"),
            ("file:///home/x.safetensors", "x"),
            ("C:evil", "evil"),
            ("~root", "root"),
            ("..", None),
            ("a\u202etxt.safetensors", "atxt"),
            ("", None),
        ],
    )
    def test_names_lead_nowhere(self, written: str, name: str | None) -> None:
        assert model_name(written) == name

    def test_what_is_told_hides_nothing(self) -> None:
        assert told("a\u202e\n<b>\0" + "x" * 1000) == "a  <b> " + "x" * 193 + "…"
        assert told(10**40) == "1.000e+40"
