"""The shapes of the SDXL family: what a network looks like, as plain data.

One word of the sentence Request → Plan → Events → Record: planning reads these from a file's header, the
models are built from them. Numbers are those of the paper (table 1) and of the published checkpoints.
Nothing optional is left open: two networks with equal configurations have equal tensors.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD_DIM = 64
"""Width of one attention head, everywhere in this family."""

GROUPS = 32
"""Groups of every GroupNorm in the published networks."""

SIZE_EMBEDDING_DIM = 256
"""Width of the sinusoid that one micro-conditioning number becomes."""

LATENT_STRIDE = 8
"""Pixels per latent cell along one axis."""

LATENT_CHANNELS = 4


@dataclass(frozen=True, kw_only=True)
class UNetConfig:
    """A UNet of the family. Depths count transformer blocks, one entry per residual block, outermost first on
    the way down and innermost first on the way up, as the published block order has them."""

    in_channels: int = 4
    out_channels: int = 4
    model_channels: int = 320
    channel_mult: tuple[int, ...] = (1, 2, 4)
    res_blocks: int = 2
    input_depth: tuple[int, ...] = (0, 0, 2, 2, 10, 10)
    middle_depth: int | None = 10
    """Transformer blocks in the middle; 0 is one residual block alone, None no middle at all."""
    output_depth: tuple[int, ...] = (10, 10, 10, 2, 2, 2, 0, 0, 0)
    context_dim: int = 2048
    vector_dim: int = 2816

    @property
    def embedding_dim(self) -> int:
        """Width of the time embedding and of the vector embedding."""
        return 4 * self.model_channels


@dataclass(frozen=True, kw_only=True)
class VAEConfig:
    """The first stage. `scale` turns posterior samples into the unit-variance latents that the UNet sees."""

    channels: int = 128
    channel_mult: tuple[int, ...] = (1, 2, 4, 4)
    res_blocks: int = 2
    latent_channels: int = LATENT_CHANNELS
    groups: int = GROUPS
    """Groups of every GroupNorm. A narrow network has fewer: one channel to a group would lose every flat colour."""
    scale: float = 0.13025


@dataclass(frozen=True, kw_only=True)
class TextConfig:
    """A CLIP text tower. `projection` is the width of the pooled output, None where it is not used."""

    width: int
    layers: int
    mlp_width: int
    projection: int | None
    vocabulary: int = 49408
    positions: int = 77

    @property
    def heads(self) -> int:
        return self.width // HEAD_DIM


BASE_UNET = UNetConfig()

REFINER_UNET = UNetConfig(
    model_channels=384,
    channel_mult=(1, 2, 4, 4),
    input_depth=(0, 0, 4, 4, 4, 4, 0, 0),
    middle_depth=4,
    output_depth=(0, 0, 0, 4, 4, 4, 4, 4, 4, 0, 0, 0),
    context_dim=1280,
    vector_dim=2560,
)

SDXL_VAE = VAEConfig()

CLIP_L = TextConfig(width=768, layers=12, mlp_width=3072, projection=None)

OPENCLIP_BIGG = TextConfig(width=1280, layers=32, mlp_width=5120, projection=1280)

SDXL_LATENT_RGB: tuple[tuple[float, ...], ...] = (
    (0.3651, 0.4232, 0.4341),
    (-0.2533, -0.0042, 0.1068),
    (0.1076, 0.1111, -0.0362),
    (-0.3165, -0.2492, -0.2188),
    (0.1084, -0.0175, -0.0011),
)
"""Linear map from scaled latents to preview colours in [-1, 1]: a row per latent channel, then the bias."""
