"""How a program that is started twice hands its arguments to the one that runs: bytes over a local connection.

The owner listens at an address of this computer and draws a secret; both are told in a file that its user alone can
read. Four messages, so that each side proves to know the secret before anything is said: the guest's number; the
owner's number and proof; the guest's proof and arguments (a JSON list of texts); the owner's receipt. Nothing is ever
unpickled, no message is longer than `LONGEST`, and who is silent for `PATIENCE` seconds is not listened to any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Final, Protocol

from core.durable import remove

logger = logging.getLogger(__name__)

LONGEST: Final = 4 << 20
"""Bytes of a message: twice what a system passes to a program."""

PATIENCE: Final = 10.0
NUMBER: Final = 32
LONGEST_PATH: Final = 100
"""Bytes that every system takes as the path of a socket."""

WAITING: Final = 128
"""Guests that may wait in line."""

OWNER, GUEST, TAKEN = b"owner", b"guest", b"taken"

Address = str | tuple[str, int]


class Line(Protocol):
    """A connection, whatever the system makes it of."""

    def send_bytes(self, buf: bytes, /) -> None: ...
    def recv_bytes(self, maxlength: int, /) -> bytes: ...
    def poll(self, timeout: float, /) -> bool: ...
    def close(self) -> None: ...


Receive = Callable[[list[str]], object]


class RefusedError(Exception):
    """Whoever is on the other side does not know the secret, or does not speak like us."""


@dataclass(frozen=True)
class Doorway:
    """Where an owner can be reached, and what proves that it is the one."""

    address: Address
    secret: bytes

    def packed(self) -> bytes:
        return json.dumps({"address": self.address, "secret": self.secret.hex()}).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Doorway:
        """Raises ValueError for what is none, or is just being written."""
        try:
            told = json.loads(data)
            address, secret = told["address"], bytes.fromhex(told["secret"])
            return cls(address if isinstance(address, str) else (str(address[0]), int(address[1])), secret)
        except (TypeError, LookupError, RecursionError) as error:
            raise ValueError("not a doorway") from error


class Porter:
    """Listens, in a thread of its own, until it is closed."""

    def __init__(self, folder: Path, receive: Receive) -> None:
        """`receive` gets the arguments of each guest, in any thread. Raises OSError where nothing can be opened."""
        self._listener = _opened(folder)
        self._receive = receive
        self._closed = threading.Event()
        self.doorway = Doorway(self._listener.address, secrets.token_bytes(NUMBER))
        self._thread = threading.Thread(target=self._serve, name="hanga-doorway", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            Client(self.doorway.address).close()  # Wakes the thread, which waits for a guest.
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                connection = self._listener.accept()
            except OSError as error:
                logger.info("a guest has left before it came in: %s", error)
            else:
                threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: Line) -> None:
        with contextlib.closing(connection):
            try:
                arguments, receipt = _admit(connection, self.doorway.secret)
            except (OSError, EOFError, ValueError, RefusedError) as error:
                logger.info("a guest was not understood: %s", error)
                return
            self._receive(arguments)
            with contextlib.suppress(OSError):
                connection.send_bytes(receipt)


def _admit(connection: Line, secret: bytes) -> tuple[list[str], bytes]:
    """The arguments of a guest, and the receipt that tells it that they have arrived."""
    number = _heard(connection)
    both = number + secrets.token_bytes(NUMBER)
    connection.send_bytes(both[len(number) :] + _proof(secret, OWNER, both))
    told = _heard(connection)
    proof, body = told[:NUMBER], told[NUMBER:]
    if len(number) != NUMBER or not hmac.compare_digest(proof, _proof(secret, GUEST, both + body)):
        raise RefusedError
    arguments = json.loads(body.decode("utf-8", "surrogatepass"))
    if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
        raise RefusedError
    return arguments, _proof(secret, TAKEN, both + body)


def visit(doorway: Doorway, arguments: Sequence[str]) -> None:
    """Returns once the owner has the arguments. Raises OSError, EOFError, ValueError or RefusedError if it has not."""
    body = json.dumps(list(arguments), ensure_ascii=False).encode("utf-8", "surrogatepass")
    with Client(doorway.address) as connection:
        number = secrets.token_bytes(NUMBER)
        connection.send_bytes(number)
        answer = _heard(connection)
        both = number + answer[:NUMBER]
        _believe(answer[NUMBER:], _proof(doorway.secret, OWNER, both))
        connection.send_bytes(_proof(doorway.secret, GUEST, both + body) + body)
        _believe(_heard(connection), _proof(doorway.secret, TAKEN, both + body))


def _believe(proof: bytes, expected: bytes) -> None:
    if not hmac.compare_digest(proof, expected):
        raise RefusedError


def _proof(secret: bytes, role: bytes, message: bytes) -> bytes:
    return hmac.digest(secret, role + message, hashlib.sha256)


def _heard(connection: Line) -> bytes:
    if not connection.poll(PATIENCE):
        raise TimeoutError
    return connection.recv_bytes(LONGEST)


def _opened(folder: Path) -> Listener:
    *better, last = _addresses(folder)
    for address in better:
        try:
            return Listener(address, backlog=WAITING)
        except OSError as error:
            logger.info("nobody can be reached at %s: %s", address, error)
    return Listener(last, backlog=WAITING)


def _addresses(folder: Path) -> Iterator[Address]:
    """A pipe or a socket of the system's own, else a port that nobody outside this computer can reach."""
    if sys.platform == "win32":
        yield rf"\\.\pipe\hanga-{secrets.token_hex(NUMBER)}"
    else:
        path = folder / "hanga.socket"
        if path.is_socket():
            remove(path)  # Of an owner that was killed.
        if len(bytes(path)) <= LONGEST_PATH:
            yield str(path)
    yield ("127.0.0.1", 0)
