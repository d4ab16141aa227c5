"""What a window and its worker say to each other, as frames on two pipes.

A frame: `HNGA`, version (u16), length of the header (u32), length of the payload (u32), all big-endian; then the
header, a JSON object whose member `message` names the kind, and the payload: the pixels of a preview, else nothing.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import IO, Any, Final

from core import events
from core.events import Event, Previewed, event_to_plain
from core.jobs.task import Task
from core.machine import Machine
from core.plain import from_plain, to_plain
from core.plan import Plan

MAGIC: Final = b"HNGA"
VERSION: Final = 1
PREFIX: Final = struct.Struct(">4sHII")
LONGEST_HEADER: Final = 8 << 20
"""Bytes; a plan with prompts as long as they may be has two million at most."""
LONGEST_PAYLOAD: Final = 64 << 20


class ProtocolError(Exception):
    """What came is no frame of ours; nothing after it can be trusted."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """To the worker: carry out `task`, as soon as what went before it is over, which is stopped."""

    number: int
    task: Task


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """To the worker: stop the task that it was given last."""


@dataclass(frozen=True, kw_only=True)
class Warm:
    """To the worker: load what `plan` needs, until a task comes."""

    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Hello:
    """From the worker, first: the program's version and its own process."""

    version: str
    pid: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """From the worker: it has warmed up, and this is what it found."""

    machine: Machine


@dataclass(frozen=True, kw_only=True)
class Beat:
    """From the worker, every second: it is alive."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """From the worker: an event of the task that was given as `number`."""

    number: int
    event: Event


Message = Run | Cancel | Warm | Hello | Found | Beat | Told

MESSAGES: Final[dict[str, type[Message]]] = {
    kind.__name__: kind for kind in (Run, Cancel, Warm, Hello, Found, Beat, Told)
}
EVENTS: Final[dict[str, type[Event]]] = {
    kind.__name__: kind
    for kind in (
        events.Queued,
        events.Started,
        events.StageStarted,
        events.Stepped,
        events.Previewed,
        events.LatentKept,
        events.Saved,
        events.Finished,
        events.Cancelled,
        events.Failed,
    )
}


def framed(message: Message) -> bytes:
    """The frame of a message. Raises ProtocolError for one that is longer than frames may be."""
    event = message.event if isinstance(message, Told) else None
    payload = event.pixels if isinstance(event, Previewed) else b""
    members = to_plain(message)
    assert isinstance(members, dict)
    told = {} if event is None else {"event": event_to_plain(event)}
    header = json.dumps({**members, **told, "message": type(message).__name__}, allow_nan=False).encode("ascii")
    _check_lengths(len(header), len(payload))
    return PREFIX.pack(MAGIC, VERSION, len(header), len(payload)) + header + payload


def received(stream: IO[bytes]) -> Message | None:
    """The next message, waiting for it; None when the other side has closed. Raises ProtocolError."""
    prefix = _read(stream, PREFIX.size)
    if not prefix:
        return None
    magic, version, header, payload = PREFIX.unpack(_whole(prefix, PREFIX.size))
    if magic != MAGIC:
        raise ProtocolError(f"a frame begins with {magic!r}")
    if version != VERSION:
        raise ProtocolError(f"the other side speaks version {version} of the protocol, not {VERSION}")
    _check_lengths(header, payload)
    return _message(_whole(_read(stream, header), header), _whole(_read(stream, payload), payload))


def _check_lengths(header: int, payload: int) -> None:
    if header > LONGEST_HEADER or payload > LONGEST_PAYLOAD:
        raise ProtocolError(f"a frame of {header} + {payload} bytes is too long")


def _read(stream: IO[bytes], count: int) -> bytes:
    """`count` bytes; fewer where the stream ends."""
    data = bytearray()
    while len(data) < count and (more := stream.read(count - len(data))):
        data += more
    return bytes(data)


def _whole(data: bytes, count: int) -> bytes:
    if len(data) < count:
        raise ProtocolError(f"a frame was cut off after {len(data)} of {count} bytes")
    return data


def _message(header: bytes, payload: bytes) -> Message:
    try:
        members = json.loads(header, parse_constant=_refused)
        kind = MESSAGES[members["message"]]
        if kind is Told:
            return Told(number=from_plain(int, members["number"]), event=_event(members["event"], payload))
        if payload:
            raise ValueError(f"{kind.__name__} has no payload")
        return from_plain(kind, members)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"a frame makes no sense: {type(error).__name__}: {str(error)[:200]}") from error


def _event(members: dict[str, Any], payload: bytes) -> Event:
    kind = EVENTS[members["event"]]
    event = from_plain(kind, {**members, "pixels": payload} if kind is Previewed else members)
    if isinstance(event, Previewed):
        if len(payload) != 3 * event.width * event.height:
            raise ValueError(f"{len(payload)} bytes for {event.width} × {event.height} pixels")
    elif payload:
        raise ValueError(f"{event.name} has no payload")
    return event


def _refused(text: str) -> float:
    raise ValueError(f"{text} is no number of a frame")
