"""Latents to pixels, whatever it takes: tiled where memory runs out, in a wider type where numbers run out of range."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import HangaError
from core.models.tiling import decode_tiled
from core.models.vae import VAE

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
    with contextlib.suppress(torch.OutOfMemoryError):
        # Not in a handler: the traceback would keep the failed attempt's tensors alive during the next one.
        return vae.decode(unscaled)
    yield NOTE_TILED
    try:
        return decode_tiled(vae.decode, unscaled)
    except torch.OutOfMemoryError as error:
        raise HangaError("memory.decode") from error


def finished(pixels: Tensor) -> NDArray[np.uint8]:
    """Eight bits, rows first. Raises HangaError engine.blank_picture if all of it is one shade."""
    shades = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    picture: NDArray[np.uint8] = shades.permute(1, 2, 0).cpu().numpy()
    if np.ptp(picture) == 0:
        raise HangaError("engine.blank_picture")
    return picture
