"""Frames: what is sent is what is received, and what is no frame ends the talk with a reason, never with a wait."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import events
from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.events import Event
from core.jobs import protocol
from core.jobs.protocol import (
    EVENTS,
    LONGEST_HEADER,
    LONGEST_PAYLOAD,
    MAGIC,
    MESSAGES,
    PREFIX,
    VERSION,
    Beat,
    Cancel,
    Message,
    ProtocolError,
    Run,
    Told,
    framed,
    received,
)
from core.jobs.task import Task
from core.machine import Machine
from core.plain import to_plain
from core.plan import FirstStage, Plan, Stage
from core.request import PROMPT_LIMIT, Request

texts = st.text(st.characters(), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
data = st.dictionaries(texts, st.one_of(texts, st.integers(-(2**63), 2**63), numbers), max_size=3)

st.register_type_strategy(str, texts)
st.register_type_strategy(float, numbers)


@st.composite
def previewed(draw: st.DrawFn) -> events.Previewed:
    width, height = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    pixels = draw(st.binary(min_size=3 * width * height, max_size=3 * width * height))
    return events.Previewed(job="j", index=0, seed=1, step=2, width=width, height=height, pixels=pixels)


PLAIN_EVENTS = [kind for kind in EVENTS.values() if kind is not events.Previewed]
REQUESTS = st.builds(Request)
PLANS = st.builds(
    Plan,
    request=REQUESTS,
    stages=st.tuples(st.builds(Stage, unet=st.builds(UNetConfig), bigg=st.builds(TextConfig))),
    first_stage=st.builds(FirstStage, config=st.builds(VAEConfig)),
    notes=st.just(("note.x",)),
)


def event_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    with_data = kind in (events.StageStarted, events.Failed)
    return st.builds(kind, data=data) if with_data else st.builds(kind)


EVENTS_OF_ALL_KINDS = st.one_of(previewed(), *map(event_of, PLAIN_EVENTS))
MESSAGES_OF_ALL_KINDS: st.SearchStrategy[Message] = st.one_of(
    st.builds(Told, event=EVENTS_OF_ALL_KINDS),
    st.builds(Run, task=st.builds(Task, plan=PLANS)),
    st.builds(protocol.Warm, plan=PLANS),
    st.builds(protocol.Found, machine=st.builds(Machine)),
    st.builds(protocol.Hello),
    st.just(Cancel()),
    st.just(Beat()),
)


def all_of(stream: bytes) -> list[Message]:
    source = io.BytesIO(stream)
    return list(iter(lambda: received(source), None))


def frame(header: bytes, payload: bytes = b"", magic: bytes = MAGIC, version: int = VERSION) -> bytes:
    return PREFIX.pack(magic, version, len(header), len(payload)) + header + payload


def test_the_tables_are_complete() -> None:
    assert set(MESSAGES.values()) == set(get_args(Message))
    assert set(EVENTS.values()) == set(Event.__subclasses__())


@given(st.lists(MESSAGES_OF_ALL_KINDS, max_size=4))
def test_what_is_sent_is_received(messages: list[Message]) -> None:
    assert all_of(b"".join(map(framed, messages))) == messages


@given(MESSAGES_OF_ALL_KINDS, st.data())
def test_a_frame_that_is_cut_off_is_no_end(message: Message, data: st.DataObject) -> None:
    whole = framed(message)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ProtocolError, match="cut off"):
        all_of(framed(Beat()) + whole[:cut])


@given(st.binary(min_size=1, max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(ProtocolError):
        all_of(garbage)


@given(MESSAGES_OF_ALL_KINDS, st.data())
def test_a_damaged_frame_is_refused_or_a_message(message: Message, data: st.DataObject) -> None:
    damaged = bytearray(framed(message))
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] ^= data.draw(st.integers(1, 255))
    try:
        found = all_of(bytes(damaged))
    except ProtocolError:
        return
    assert len(found) == 1


HEADERS: dict[str, bytes] = {
    "nothing": b"",
    "no object": b"[]",
    "a number": b"7",
    "no JSON": b"{",
    "no text": b"\xff\xfe",
    "no kind": b"{}",
    "an unknown kind": b'{"message": "Shutdown"}',
    "a kind that is none": b'{"message": ["Run"]}',
    "members missing": b'{"message": "Run", "number": 1}',
    "another type": b'{"message": "Hello", "version": 1, "pid": 1}',
    "an unknown event": b'{"message": "Told", "number": 1, "event": {"event": "Exploded"}}',
    "no event": b'{"message": "Told", "number": 1, "event": null}',
    "a number that is none": b'{"message": "Told", "number": "1", "event": {"event": "Cancelled", "job": ""}}',
    "not a number": b'{"message": "Told", "number": 1, "event": {"event": "Finished", "job": "", "seconds": NaN}}',
    "a deep well": b"[" * 100_000,
    "a long number": b'{"message": "Hello", "version": "", "pid": ' + b"1" * 10_000 + b"}",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_headers_that_make_no_sense(header: bytes) -> None:
    with pytest.raises(ProtocolError, match="makes no sense"):
        all_of(frame(header))


def test_payloads_that_do_not_belong() -> None:
    told = {"event": "Previewed", "job": "", "index": 0, "seed": 0, "step": 1, "width": 2, "height": 2}
    preview = json.dumps({"message": "Told", "number": 1, "event": told}).encode()
    assert len(all_of(frame(preview, b"x" * 12))) == 1
    for header, payload in (
        (preview, b"x" * 11),
        (preview, b""),
        (b'{"message": "Beat"}', b"x"),
        (b'{"message": "Told", "number": 1, "event": {"event": "Cancelled", "job": ""}}', b"x"),
    ):
        with pytest.raises(ProtocolError, match="makes no sense"):
            all_of(frame(header, payload))


def test_another_program_and_another_version() -> None:
    with pytest.raises(ProtocolError, match="begins with b'HTTP'"):
        all_of(frame(b"{}", magic=b"HTTP"))
    with pytest.raises(ProtocolError, match=f"version {VERSION + 1} of the protocol, not {VERSION}"):
        all_of(frame(b"{}", version=VERSION + 1))


@pytest.mark.parametrize("lengths", [(LONGEST_HEADER + 1, 0), (2, LONGEST_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)])
def test_frames_that_are_too_long_are_refused_before_they_are_read(lengths: tuple[int, int]) -> None:
    with pytest.raises(ProtocolError, match="too long"):
        received(io.BytesIO(PREFIX.pack(MAGIC, VERSION, *lengths)))


def test_frames_that_are_too_long_are_not_sent() -> None:
    event = events.Failed(job="", code="x", data={"text": "x" * LONGEST_HEADER})
    with pytest.raises(ProtocolError, match="too long"):
        framed(Told(number=1, event=event))


def test_the_longest_prompts_fit() -> None:
    """Also where every character takes six bytes of JSON."""
    prompt = "\u3042" * (PROMPT_LIMIT // 3)
    request = Request(prompt=prompt, negative=prompt, prompt_2=prompt, negative_2=prompt)
    assert 4 * len(json.dumps(to_plain(request))) < LONGEST_HEADER


def test_a_frame_may_come_in_pieces() -> None:
    """As pipes deliver them."""
    sent = [Told(number=n, event=events.Cancelled(job="j" * n)) for n in range(20)]
    reading, writing = os.pipe()

    def trickle() -> None:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            whole = b"".join(map(framed, sent))
            for place in range(0, len(whole), 7):
                pipe.write(whole[place : place + 7])

    thread = threading.Thread(target=trickle)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        assert list(iter(lambda: received(pipe), None)) == sent
    thread.join()
