"""Tensors straight from a safetensors file, by reads at known positions.

No memory map but on request: a file that shrinks, or a disk that goes away, while it is mapped kills the process; a
read only fails.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from mmap import ACCESS_READ, mmap
from types import MappingProxyType, TracebackType
from typing import Final

import torch
from torch import Tensor

from core.checkpoint.header import Header, TensorInfo
from core.errors import HangaError

TORCH_DTYPES: Final[Mapping[str, torch.dtype]] = MappingProxyType(
    {
        "BOOL": torch.bool,
        "U8": torch.uint8,
        "I8": torch.int8,
        "I16": torch.int16,
        "I32": torch.int32,
        "I64": torch.int64,
        "F8_E4M3": torch.float8_e4m3fn,
        "F8_E5M2": torch.float8_e5m2,
        "F16": torch.float16,
        "BF16": torch.bfloat16,
        "F32": torch.float32,
        "F64": torch.float64,
    }
)

FORETOLD: Final = 1 << 20
"""Bytes that are foretold at once: of more, Linux reads but the beginning."""


class TensorFile:
    """One open safetensors file. HangaError `file.changed` if it is no longer the file whose header was read."""

    def __init__(self, header: Header) -> None:
        self._name = header.path.name
        self._header = header
        try:
            self._file = header.path.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise HangaError("file.missing", name=self._name) from error
        except OSError as error:
            raise self._unreadable(error) from error
        try:
            self.check()
        except HangaError:
            self.close()
            raise
        self._largest = max((info.bytes for info in header.tensors.values()), default=0)
        self._arena = torch.empty(0, dtype=torch.uint8)

    def __enter__(self) -> TensorFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def check(self) -> None:
        """Raises HangaError `file.changed` if the file is no longer the one whose header was read."""
        status = os.fstat(self._file.fileno())
        if (status.st_size, status.st_mtime_ns) != (self._header.size, self._header.mtime_ns):
            raise HangaError("file.changed", name=self._name)

    def borrow(self, info: TensorInfo) -> Tensor:
        """The tensor as it lies on disk, in memory that the next call uses again."""
        if not self._arena.numel():
            self._arena = torch.empty(self._largest, dtype=torch.uint8)
        tensor = self._arena[: info.bytes].view(self._dtype(info)).view(info.shape)
        self.read_into(info, tensor)
        return tensor

    def read_into(self, info: TensorInfo, target: Tensor) -> None:
        """Fill `target`, contiguous in host memory, with the tensor's bytes. HangaError `file.changed` if they end."""
        self.read_at(info.start, target)

    def foretell(self, start: int, count: int) -> None:
        """Have the system read bytes into its cache, which takes as long as reading them, but no processor. Systems
        that cannot be told do nothing."""
        if not hasattr(os, "posix_fadvise"):
            return
        for at in range(start, start + count, FORETOLD):
            os.posix_fadvise(self._file.fileno(), at, min(FORETOLD, start + count - at), os.POSIX_FADV_WILLNEED)

    def map(self) -> mmap:
        return mmap(self._file.fileno(), 0, access=ACCESS_READ)

    def read_at(self, start: int, target: Tensor) -> None:
        """Fill `target`, contiguous in host memory, with the bytes from `start` on; errors as `read_into`."""
        if target.numel() == 0:
            return
        memory = target.detach().reshape(-1).view(torch.uint8).numpy().data
        try:
            self._file.seek(start)
            while memory.nbytes:
                count = self._file.readinto(memory)
                if not count:
                    raise HangaError("file.changed", name=self._name)
                memory = memory[count:]
        except OSError as error:
            raise self._unreadable(error) from error

    def _dtype(self, info: TensorInfo) -> torch.dtype:
        if info.dtype not in TORCH_DTYPES:
            raise HangaError("file.damaged", name=self._name, detail=f"type {info.dtype} is not used for weights")
        return TORCH_DTYPES[info.dtype]

    def _unreadable(self, error: OSError) -> HangaError:
        return HangaError("file.unreadable", name=self._name, reason=error.strerror or str(error))


class MappedFile:
    """A safetensors file whose bytes are read when they are used, and let go of when memory is wanted for others.

    Whoever uses them after the file has become shorter is killed by the system: ask `check` before. Raises HangaError
    as `TensorFile`.
    """

    def __init__(self, header: Header) -> None:
        self._header = header
        with TensorFile(header) as file:
            self._pages = file.map()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given buffer is not writable")
            self._bytes = torch.frombuffer(self._pages, dtype=torch.uint8)

    def tensor(self, info: TensorInfo) -> Tensor:
        """In the type in which it is stored; never to be written to."""
        return self._bytes[info.start : info.start + info.bytes].view(TORCH_DTYPES[info.dtype]).view(info.shape)

    def check(self) -> None:
        """Raises HangaError `file.changed` if it was written to. A file that is gone lives on in here."""
        there = self._header.path.stat() if self._header.path.exists() else None
        same = there is None or (there.st_size, there.st_mtime_ns) == (self._header.size, self._header.mtime_ns)
        if not same or self._pages.size() != self._header.size:
            raise HangaError("file.changed", name=self._header.path.name)


def read_tensors(header: Header, names: Iterable[str] | None = None) -> Iterator[tuple[str, Tensor]]:
    """Yield (name, tensor) in file order, each tensor with memory of its own; all of them, or those in `names`."""
    wanted = header.tensors.keys() if names is None else set(names)
    chosen = sorted(((info.start, name, info) for name, info in header.tensors.items() if name in wanted))
    with TensorFile(header) as file:
        for _, name, info in chosen:
            yield name, file.borrow(info).clone()
