"""A1111's text: what we write there comes back, and any text is read in some way."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.library.foreign import a1111
from core.library.foreign.infotext import parsed
from core.library.foreign.settling import settle
from core.library.picture import infotext
from core.record import ImageRecord, record_of
from core.request import Request
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import SCHEDULES
from tests.library.conftest import CREATED, plan_for, record_for
from tests.library.infotext import read_infotext

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), max_size=30).filter(
    lambda line: not line.startswith("Negative prompt:") and "<" not in line
)
PROMPT = st.lists(st.lists(LINE, max_size=3).map(" ".join), max_size=3).map("\n".join).map(str.strip)


def stripped(prompt: str) -> str:
    """A1111 keeps no spaces at the ends of lines."""
    return "\n".join(line.strip() for line in prompt.split("\n")).strip()


@given(
    PROMPT, PROMPT, st.sampled_from(sorted(CATALOGUE)), st.sampled_from(sorted(SCHEDULES)), st.integers(0, 2**63 - 1)
)
def test_ours_comes_back(prompt: str, negative: str, sampler: str, schedule: str, seed: int) -> None:
    asked = Request(prompt=stripped(prompt), negative=stripped(negative), sampler=sampler, schedule=schedule)
    plan = replace(plan_for(asked, (seed,)), width=96, height=64)
    found = a1111.read({"parameters": infotext(record_of(plan, 0, CREATED, "Hanga 0"))})
    assert found is not None
    request, program = settle(found).request, found.program
    assert (request.prompt, request.negative, program) == (asked.prompt, asked.negative, "Hanga")
    assert (request.sampler, request.schedule, request.seed) == (sampler, schedule, seed)
    assert (request.steps, request.guidance.scale, request.refiner) == (plan.steps, 5.0, "refiner")


@given(st.text(max_size=300))
def test_any_text_is_read_as_the_grammar_says(text: str) -> None:
    told = parsed(text)
    if "Civitai" not in text and "\r" not in text:
        prompt, _, fields = read_infotext(text)
        assert told.prompt == prompt.strip() or not fields
        assert fields.keys() >= told.fields.keys() or not fields


def test_the_lines_of_a_whole_picture() -> None:
    record: ImageRecord = record_for(Request(prompt="a fox", negative="fog"))
    told = parsed(infotext(record))
    assert (told.prompt, told.negative) == ("a fox", "fog")
    assert told.fields == read_infotext(infotext(record))[2]
