"""How bytes get to a device: beside the computing where it can, in turn with it where it cannot.

A mark is a moment in what the device was asked to do. Work on a device is asked for long before it is done, so order is
told in marks: this copy after that use, this use after that copy.
"""

from __future__ import annotations

import logging
from typing import Any, Final, Protocol

import torch
from torch import Tensor

logger = logging.getLogger(__name__)

Mark = Any
"""Made by a copy engine, and understood by the same engine only."""


class CopyEngine(Protocol):
    """`pins`: whether copies run beside the computing, provided that they start from page-locked memory."""

    pins: bool

    def copy(self, target: Tensor, source: Tensor, after: Mark | None) -> Mark:
        """Begin to copy from the host's memory, not before `after`; returns when it will have ended."""

    def mark(self) -> Mark:
        """When all that was asked to be computed so far will have ended."""

    def wait(self, mark: Mark) -> None:
        """What is asked to be computed from now on begins after `mark`."""

    def finish(self, mark: Mark) -> None:
        """Return when `mark` is past."""

    def pin(self, memory: Tensor) -> bool:
        """Page-lock host memory where it lies; False where the system refuses."""

    def unpin(self, memory: Tensor) -> None: ...


class PlainCopies:
    """One thing after the other: of a processor, and of devices of which nothing more is known."""

    pins = False

    def copy(self, target: Tensor, source: Tensor, after: Mark | None) -> Mark:
        target.copy_(source)
        return None

    def mark(self) -> Mark:
        return None

    def wait(self, mark: Mark) -> None:
        """Everything asked for is done in its order."""

    def finish(self, mark: Mark) -> None:
        """A copy has ended when it returns."""

    def pin(self, memory: Tensor) -> bool:
        return False

    def unpin(self, memory: Tensor) -> None:
        """Nothing is ever pinned here."""


class StreamCopies:
    """Copies on a stream of their own. Slots live as long as the ring, so no allocator has to be told of the stream."""

    pins = True

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._torch = torch.get_device_module(device)
        self._stream = self._torch.Stream(device)

    def copy(self, target: Tensor, source: Tensor, after: Mark | None) -> Mark:
        with self._torch.stream(self._stream):
            if after is not None:
                self._stream.wait_event(after)
            target.copy_(source, non_blocking=True)
            return self._stream.record_event()

    def mark(self) -> Mark:
        return self._torch.current_stream(self._device).record_event()

    def wait(self, mark: Mark) -> None:
        self._torch.current_stream(self._device).wait_event(mark)

    def finish(self, mark: Mark) -> None:
        mark.synchronize()

    def pin(self, memory: Tensor) -> bool:
        if not hasattr(self._torch, "cudart"):
            return False
        refused = int(self._torch.cudart().cudaHostRegister(memory.data_ptr(), memory.nbytes, 0))
        if refused:
            logger.warning("%d bytes of host memory are not pinned: error %d", memory.nbytes, refused)
            self._drain()
        return not refused

    def unpin(self, memory: Tensor) -> None:
        self._torch.cudart().cudaHostUnregister(memory.data_ptr())

    def _drain(self) -> None:
        """A refusal is told again to whoever asks the device next: be that one."""
        try:
            torch.zeros(1, device=self._device).add_(1)
            self._torch.synchronize(self._device)
        except RuntimeError as error:
            logger.info("the refusal came up once more: %s", error)


STREAMS: Final = ("cuda", "xpu")
"""Kinds of devices that torch gives streams and events to."""


def copies_to(device: torch.device) -> CopyEngine:
    return StreamCopies(device) if device.type in STREAMS else PlainCopies()
