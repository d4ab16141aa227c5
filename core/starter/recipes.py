"""The shapes of the starter model: small relatives of base and refiner, together under 60 MB in half precision.

Most of a small model is vocabulary: 49 408 tokens in each of three towers. The base spends the rest on width at its
lowest resolution, where a prompt is understood; the refiner works on what is nearly a picture and stays narrow.
"""

from __future__ import annotations

from typing import Final

from core.architecture import SIZE_EMBEDDING_DIM, TextConfig, UNetConfig

CLIP_L: Final = TextConfig(width=64, layers=2, mlp_width=256, projection=None)
BIGG: Final = TextConfig(width=64, layers=3, mlp_width=256, projection=64)

BASE_UNET: Final = UNetConfig(
    model_channels=64,
    channel_mult=(1, 2, 3),
    res_blocks=1,
    input_depth=(0, 1, 1),
    middle_depth=0,
    output_depth=(1, 1, 1, 1, 0, 0),
    context_dim=128,
    vector_dim=64 + 6 * SIZE_EMBEDDING_DIM,
)

REFINER_UNET: Final = UNetConfig(
    model_channels=64,
    channel_mult=(1, 1, 1),
    res_blocks=2,
    input_depth=(0, 0, 1, 1, 1, 1),
    middle_depth=1,
    output_depth=(1, 1, 1, 1, 1, 1, 0, 0, 0),
    context_dim=64,
    vector_dim=64 + 5 * SIZE_EMBEDDING_DIM,
)

REFINER_LEVELS: Final = 200
"""The refiner knows only this many of the lowest noise levels (section 2.5 of the paper)."""
