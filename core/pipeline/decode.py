"""Latents to pixels, whatever it takes: tiled where memory runs out, in a wider type where numbers run out of range."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import HangaError
from core.models.tiling import decode_tiled
from core.models.vae import VAE
from core.pipeline.exhaustion import is_exhaustion

NOTE_TILED = "note.decoded_tiled"
NOTE_WIDER = "note.decoded_wider"

Decode = Callable[[Tensor], Tensor]


def decode(latents: Tensor, vae: Callable[[torch.dtype], VAE], dtype: torch.dtype) -> Iterator[str | NDArray[np.uint8]]:
    """Yields a note for every fallback, then the pixels [H, W, 3].

    `latents` [1, 4, h, w] are scaled. Raises HangaError memory.decode when tiles do not fit either, and
    engine.not_finite or engine.blank_picture rather than return a picture that is none.
    """
    if not torch.isfinite(latents).all():
        raise HangaError("engine.not_finite", stage="latents")
    for attempt in dict.fromkeys((dtype, torch.float32)):
        if attempt is not dtype:
            yield NOTE_WIDER
        pixels = yield from _decode_in(latents, vae(attempt), attempt)
        if torch.isfinite(pixels).all():
            yield finished(pixels)
            return
    raise HangaError("engine.not_finite", stage="decode")


def _decode_in(latents: Tensor, vae: VAE, dtype: torch.dtype) -> Generator[str, None, Tensor]:
    unscaled = (latents / vae.config.scale).to(dtype)
    pixels = _attempt(vae.decode, unscaled)
    if pixels is None:
        yield NOTE_TILED
        pixels = _attempt(partial(decode_tiled, vae.decode), unscaled)
    if pixels is None:
        raise HangaError("memory.decode")
    return pixels


def _attempt(decode: Decode, unscaled: Tensor) -> Tensor | None:
    """None where memory runs out. The error and all that its traceback holds are gone by then: the next attempt needs
    the room."""
    try:
        return decode(unscaled)
    except (RuntimeError, MemoryError) as error:
        if not is_exhaustion(error):
            raise
    return None


def finished(pixels: Tensor) -> NDArray[np.uint8]:
    """Eight bits, rows first. Raises HangaError engine.blank_picture if all of it is one shade."""
    shades = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    picture: NDArray[np.uint8] = shades.permute(1, 2, 0).cpu().numpy()
    if np.ptp(picture) == 0:
        raise HangaError("engine.blank_picture")
    return picture
