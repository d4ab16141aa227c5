"""The file of one network, as whoever moves weights sees it: read by name, or used where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

import torch
from torch import Tensor

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.account import Account
from core.checkpoint.eight_bits import scale_of
from core.checkpoint.filling import fill
from core.checkpoint.header import Progress
from core.checkpoint.part import Part, Stored
from core.checkpoint.reader import TORCH_DTYPES, MappedFile, TensorFile
from core.conditioning.towers import LOGIT_SCALE

C = TypeVar("C", UNetConfig, VAEConfig, TextConfig)

DEFAULTS: Final[Mapping[str, float]] = {"model.logit_scale": LOGIT_SCALE}
"""What stands in for tensors that a layout leaves out because nothing at run time uses them."""


@dataclass
class PartSource(Generic[C]):
    """One network of a described checkpoint. `progress` may change from one use to the next."""

    part: Part[C]
    progress: Progress | None = None
    converts: bool = False
    """Whether the network itself converts weights at their use."""
    used_in: torch.dtype = torch.float32
    """The type in which it computes."""
    _mapped: dict[Path, MappedFile] = field(default_factory=dict)

    def read(self, targets: Mapping[str, Tensor]) -> None:
        """Fill `targets`, by canonical names; those of 8 bits together with their scales. Raises HangaError file.* as
        `core.checkpoint.filling.fill`, and file.incomplete if one is not in the file."""
        made = {scale_of(name) for name, target in targets.items() if target.dtype == torch.int8}
        self.left_out(targets.keys() - made)
        fill(self.part.stored, targets, self.progress, used_in=self.used_in)
        for name in targets.keys() & DEFAULTS.keys() - self._stored():
            targets[name].fill_(DEFAULTS[name])

    def mapped(self, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Those of `wanted` that can be used where they lie in the file, in its own type and the shapes of `wanted`;
        `check` before every use. They are looked at as if they were converted. Raises what `read` raises."""
        items = [item for item in self.part.stored if item.place.name in wanted and self._fits(item, wanted)]
        found = {item.place.name: self._map(item).view(wanted[item.place.name].shape) for item in items}
        fill(items, {}, self.progress, looked_at={name: wanted[name] for name in found})
        return found

    def check(self) -> None:
        """Raises HangaError file.changed if a mapped file is no longer what it was."""
        for file in self._mapped.values():
            file.check()

    @property
    def bytes(self) -> int:
        """In the file."""
        return sum(item.info.bytes for item in self.part.stored)

    def foretell(self) -> None:
        """Have the system read what will be asked for into its cache, where systems can be told. Takes as long as
        reading does. Raises HangaError file.* where it cannot be read."""
        for header in {item.header.path: item.header for item in self.part.stored}.values():
            mine = [item.info for item in self.part.stored if item.header.path == header.path]
            start = min(info.start for info in mine)
            with TensorFile(header) as file:
                file.foretell(start, max(info.start + info.bytes for info in mine) - start)

    def left_out(self, wanted: Iterable[str]) -> Account:
        """What the layout leaves out of `wanted`; raises HangaError if anything else the network needs is not there."""
        absent = sorted(set(wanted) - self._stored())
        missing = Account(missing=tuple(name for name in absent if name not in DEFAULTS))
        missing.require_complete(self.part.file)
        return Account(ignored=tuple((name, "not in the file, and not used") for name in absent))

    def _stored(self) -> set[str]:
        return {item.place.name for item in self.part.stored}

    def _fits(self, item: Stored, wanted: Mapping[str, Tensor]) -> bool:
        """Whether a weight is stored as it is used: whole, in a type and at an address that will do."""
        stored_type = TORCH_DTYPES[item.info.dtype]
        whole = item.place.third is None and not item.place.transposed
        aligned = item.info.start % stored_type.itemsize == 0
        return whole and aligned and (self.converts or stored_type == wanted[item.place.name].dtype)

    def _map(self, item: Stored) -> Tensor:
        path = item.header.path
        if path not in self._mapped:
            self._mapped[path] = MappedFile(item.header)
        return self._mapped[path].tensor(item.info)
