"""Random generators on the processor, so that a seed means the same noise on every device."""

from __future__ import annotations

import hashlib

import torch


def generator(seed: int, stream: str | None = None) -> torch.Generator:
    """The generator of a seed, or one of its named streams, each independent of the others."""
    return torch.Generator().manual_seed(seed if stream is None else _derived(seed, stream))


def _derived(seed: int, stream: str) -> int:
    digest = hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
