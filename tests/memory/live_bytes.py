"""Bytes of the tensors that live at the same time in a pass, counted on a device that has no memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


@dataclass
class _Count:
    now: int = 0
    most: int = 0
    known: dict[int, int] = field(default_factory=dict)

    def add(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self.known:
            self.known[key] = storage.nbytes()
            self.now += storage.nbytes()
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._gone, key)

    def _gone(self, key: int) -> None:
        self.now -= self.known.pop(key, 0)


class _Counting(TorchDispatchMode):
    def __init__(self, count: _Count) -> None:
        super().__init__()
        self.count = count

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor):
                self.count.add(leaf.untyped_storage())
        return made


def most_live_bytes(network: nn.Module, compute: Callable[[], Tensor]) -> int:
    """What a pass makes at most, without the weights of `network`, with an attention that materialises nothing."""
    count = _Count()
    weights = [weight.untyped_storage() for weight in network.parameters()]
    count.known = {storage._cdata: 0 for storage in weights}
    with torch.no_grad(), _flash(), _Counting(count):
        compute()
    return count.most


@contextmanager
def _flash() -> Iterator[None]:
    def attention(query: Tensor, key: Tensor, value: Tensor, **_: object) -> Tensor:
        return torch.empty_like(query)

    with patch.object(F, "scaled_dot_product_attention", attention):
        yield
