"""Configurations from tensor shapes alone: base, refiner, inpainting, distilled and starter networks take one path.

Only what shapes a network is read here; whether every other tensor is there and fits is checked afterwards against the
`blueprint` of the inferred configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.architecture import GROUPS, HEAD_DIM, LATENT_CHANNELS, LATENT_STRIDE, TextConfig, UNetConfig, VAEConfig
from core.checkpoint.header import Shape
from core.errors import HangaError

INPUT_CHANNELS: Final[Mapping[int, str | None]] = {4: None, 8: "file.is_pix2pix", 9: None}
"""Latents alone, or with mask and masked picture for inpainting; with a second picture's latents they are refused."""

MOST_BLOCKS: Final = 200
"""More blocks of one kind than any network of the family has; so that no file can make us count for long."""


@dataclass(frozen=True)
class Shapes:
    """Canonical names and shapes of one network, and the file's name for messages."""

    file: str
    shapes: Mapping[str, Shape]

    def axis(self, name: str, axis: int, multiple: int = 1) -> int:
        """Length of one axis. HangaError if the tensor is missing or the length is no positive multiple."""
        if name not in self.shapes:
            raise HangaError("file.incomplete", name=self.file, first=name, count=1)
        shape = self.shapes[name]
        if axis >= len(shape) or shape[axis] < 1 or shape[axis] % multiple:
            raise self.contradiction(name)
        return shape[axis]

    def has(self, name: str) -> bool:
        return name in self.shapes

    def count(self, pattern: str) -> int:
        """How many consecutive numbers, from 0, stand in for `{}` in `pattern`. HangaError if beyond all measure."""
        for number in range(MOST_BLOCKS):
            if pattern.format(number) not in self.shapes:
                return number
        raise self.contradiction(pattern.format(MOST_BLOCKS))

    def contradiction(self, name: str) -> HangaError:
        return HangaError("file.contradictory", name=self.file, first=name)


# ---------------------------------------------------------------------------------------------------------------- UNet


@dataclass(frozen=True)
class _Down:
    """The way down: multiplier and depths of every residual block, level by level."""

    levels: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def depths(self) -> tuple[int, ...]:
        return tuple(depth for level in self.levels for _, depth in level)


def infer_unet(shapes: Shapes) -> UNetConfig:
    """Configuration of a UNet from canonical shapes. HangaError names the first tensor that is missing or wrong."""
    width = shapes.axis("input_blocks.0.0.weight", 0, GROUPS)
    in_channels = shapes.axis("input_blocks.0.0.weight", 1)
    if code := INPUT_CHANNELS.get(in_channels, "file.is_other_model"):
        raise HangaError(code, name=shapes.file)
    down = _down(shapes, width)
    res_blocks = len(down.levels[0])
    return UNetConfig(
        in_channels=in_channels,
        out_channels=shapes.axis("out.2.weight", 0),
        model_channels=width,
        channel_mult=tuple(level[0][0] for level in down.levels),
        res_blocks=res_blocks,
        input_depth=down.depths,
        middle_depth=_middle_depth(shapes),
        output_depth=tuple(_depth(shapes, f"output_blocks.{n}") for n in range(len(down.levels) * (res_blocks + 1))),
        context_dim=_context_dim(shapes),
        vector_dim=shapes.axis("label_emb.0.0.weight", 1),
    )


def _down(shapes: Shapes, width: int) -> _Down:
    levels: list[list[tuple[int, int]]] = [[]]
    for number in range(1, MOST_BLOCKS):
        block = f"input_blocks.{number}"
        if shapes.has(f"{block}.0.op.weight"):
            levels.append([])
        elif shapes.has(f"{block}.0.in_layers.2.weight"):
            channels = shapes.axis(f"{block}.0.in_layers.2.weight", 0, width)
            levels[-1].append((channels // width, _depth(shapes, block)))
        else:
            return _even(shapes, levels, number)
    raise shapes.contradiction(f"input_blocks.{MOST_BLOCKS}")


def _even(shapes: Shapes, levels: list[list[tuple[int, int]]], number: int) -> _Down:
    """The levels, if each has as many blocks as the first, all equally wide."""
    even = all(len(level) == len(levels[0]) and len({mult for mult, _ in level}) == 1 for level in levels)
    if not levels[0] or not even:
        first = f"input_blocks.{number}.0.in_layers.2.weight"
        raise HangaError("file.incomplete", name=shapes.file, first=first, count=1)
    return _Down(tuple(tuple(level) for level in levels))


def _depth(shapes: Shapes, block: str) -> int:
    depth = shapes.count(f"{block}.1.transformer_blocks.{{}}.attn1.to_q.weight")
    if depth:
        shapes.axis(f"{block}.1.proj_in.weight", 0, HEAD_DIM)
    return depth


def _middle_depth(shapes: Shapes) -> int | None:
    return _depth(shapes, "middle_block") if shapes.has("middle_block.0.in_layers.2.weight") else None


def _context_dim(shapes: Shapes) -> int:
    keys = (name for name in shapes.shapes if name.endswith(".attn2.to_k.weight"))
    return shapes.axis(next(keys, "middle_block.1.transformer_blocks.0.attn2.to_k.weight"), 1)


# ----------------------------------------------------------------------------------------------------------------- VAE


def infer_vae(shapes: Shapes, scale: float, groups: int = GROUPS) -> VAEConfig:
    """Configuration of a first stage from canonical shapes; HangaError as above, or `file.is_other_vae`."""
    channels = shapes.axis("encoder.conv_in.weight", 0, groups)
    latent = shapes.axis("decoder.conv_in.weight", 1)
    levels = shapes.count("encoder.down.{}.block.0.conv1.weight")
    if latent != LATENT_CHANNELS or (levels and 2 ** (levels - 1) != LATENT_STRIDE):
        raise HangaError("file.is_other_vae", name=shapes.file)
    weights = (f"encoder.down.{level}.block.0.conv1.weight" for level in range(max(levels, 1)))
    return VAEConfig(
        channels=channels,
        channel_mult=tuple(shapes.axis(weight, 0, channels) // channels for weight in weights),
        res_blocks=shapes.count("encoder.down.0.block.{}.conv1.weight"),
        latent_channels=latent,
        groups=groups,
        scale=scale,
    )


# --------------------------------------------------------------------------------------------------------- text towers


def infer_clip_l(shapes: Shapes) -> TextConfig:
    """Configuration of the CLIP tower; its pooled output is not used in this family."""
    text = "transformer.text_model"
    token = f"{text}.embeddings.token_embedding.weight"
    return TextConfig(
        width=shapes.axis(token, 1, HEAD_DIM),
        layers=shapes.count(f"{text}.encoder.layers.{{}}.mlp.fc1.weight"),
        mlp_width=shapes.axis(f"{text}.encoder.layers.0.mlp.fc1.weight", 0),
        projection=None,
        vocabulary=shapes.axis(token, 0),
        positions=shapes.axis(f"{text}.embeddings.position_embedding.weight", 0),
    )


def infer_big_g(shapes: Shapes) -> TextConfig:
    """Configuration of the OpenCLIP tower."""
    token = "model.token_embedding.weight"
    return TextConfig(
        width=shapes.axis(token, 1, HEAD_DIM),
        layers=shapes.count("model.transformer.resblocks.{}.mlp.c_fc.weight"),
        mlp_width=shapes.axis("model.transformer.resblocks.0.mlp.c_fc.weight", 0),
        projection=shapes.axis("model.text_projection", 1),
        vocabulary=shapes.axis(token, 0),
        positions=shapes.axis("model.positional_embedding", 0),
    )
