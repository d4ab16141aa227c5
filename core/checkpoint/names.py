"""One spelling into another: where a tensor of the diffusers layout goes among the canonical (published) names.

The rules are generated from the few numbers that shape a network, so they hold for every relative. UNet and first stage
are renamed module by module; OpenCLIP's tower keeps query, key and value in one matrix and uses its projection as x·P,
where the other spelling has three matrices and the transpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.architecture import UNetConfig, VAEConfig
from core.checkpoint.blueprint import unet_tensors, vae_tensors
from core.checkpoint.header import Shape

Pairs = Iterator[tuple[str, str]]

MOST_BLOCKS: Final = 16
"""More levels, or residual blocks in one level, than any network of the family has."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored tensor goes: canonical `name`; `third` of its rows (0 query, 1 key, 2 value; None for all)."""

    name: str
    third: int | None = None
    transposed: bool = False

    def canonical_shape(self, stored: Shape) -> Shape:
        """Shape of the whole canonical tensor that holds this stored one."""
        shape = stored[::-1] if self.transposed else stored
        return shape if self.third is None or not shape else (3 * shape[0], *shape[1:])


# ---------------------------------------------------------------------------------------------------------------- UNet


@dataclass(frozen=True)
class UNetSkeleton:
    """What decides the block numbers of a UNet. `attended` are the up levels whose last block has a transformer."""

    levels: int
    res_blocks: int
    attended: frozenset[int]

    @classmethod
    def of_config(cls, config: UNetConfig) -> UNetSkeleton:
        levels, step = len(config.channel_mult), config.res_blocks + 1
        attended = (level for level in range(levels) if config.output_depth[level * step + step - 1])
        return cls(levels, config.res_blocks, frozenset(attended))

    @classmethod
    def of_diffusers_names(cls, names: Collection[str]) -> UNetSkeleton:
        levels = _count(names, "down_blocks.{}.resnets.0.conv1.weight")
        blocks = _count(names, "down_blocks.0.resnets.{}.conv1.weight")
        attended = (level for level in range(levels) if f"up_blocks.{level}.attentions.{blocks}.norm.weight" in names)
        return cls(levels, blocks, frozenset(attended))


def _count(names: Collection[str], pattern: str) -> int:
    """How many of a numbered name there are; bounded, because levels and blocks multiply."""
    return next((number for number in range(MOST_BLOCKS) if pattern.format(number) not in names), MOST_BLOCKS)


RESIDUAL: Final = (
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
)

UNET_ENDS: Final = (
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("label_emb.0.0", "add_embedding.linear_1"),
    ("label_emb.0.2", "add_embedding.linear_2"),
    ("input_blocks.0.0", "conv_in"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
)


def unet_modules(skeleton: UNetSkeleton) -> Pairs:
    """Pairs (canonical, diffusers) of module paths. What lies below a transformer has the same name in both."""
    yield from UNET_ENDS
    yield from _down_modules(skeleton)
    yield from _residual("middle_block.0", "mid_block.resnets.0")
    yield "middle_block.1", "mid_block.attentions.0"
    yield from _residual("middle_block.2", "mid_block.resnets.1")
    yield from _up_modules(skeleton)


def _residual(canonical: str, diffusers: str) -> Pairs:
    for ours, theirs in RESIDUAL:
        yield f"{canonical}.{ours}", f"{diffusers}.{theirs}"


def _down_modules(skeleton: UNetSkeleton) -> Pairs:
    step = skeleton.res_blocks + 1
    for level in range(skeleton.levels):
        for index in range(skeleton.res_blocks):
            number = 1 + level * step + index
            yield from _residual(f"input_blocks.{number}.0", f"down_blocks.{level}.resnets.{index}")
            yield f"input_blocks.{number}.1", f"down_blocks.{level}.attentions.{index}"
        yield f"input_blocks.{(level + 1) * step}.0.op", f"down_blocks.{level}.downsamplers.0.conv"


def _up_modules(skeleton: UNetSkeleton) -> Pairs:
    step = skeleton.res_blocks + 1
    for level in range(skeleton.levels):
        for index in range(step):
            number = level * step + index
            yield from _residual(f"output_blocks.{number}.0", f"up_blocks.{level}.resnets.{index}")
            yield f"output_blocks.{number}.1", f"up_blocks.{level}.attentions.{index}"
        slot = 2 if level in skeleton.attended else 1
        yield f"output_blocks.{level * step + step - 1}.{slot}.conv", f"up_blocks.{level}.upsamplers.0.conv"


def unet_diffusers_names(config: UNetConfig) -> dict[str, str]:
    """Canonical name → diffusers name, of every tensor."""
    return _renamed_all(unet_tensors(config), dict(unet_modules(UNetSkeleton.of_config(config))))


# ----------------------------------------------------------------------------------------------------------------- VAE

ATTENTION: Final = (
    ("norm", "group_norm"),
    ("q", "to_q"),
    ("k", "to_k"),
    ("v", "to_v"),
    ("proj_out", "to_out.0"),
)

ATTENTION_BEFORE_2023: Final = (("q", "query"), ("k", "key"), ("v", "value"), ("proj_out", "proj_attn"))
"""Older names of the same four layers, still found in files."""


def vae_modules(levels: int, res_blocks: int) -> Pairs:
    """Pairs (canonical, diffusers) of module paths. The decoder's levels count the other way round."""
    for level in range(levels):
        down = f"encoder.down.{level}", f"encoder.down_blocks.{level}"
        up = f"decoder.up.{level}", f"decoder.up_blocks.{levels - 1 - level}"
        for index in range(res_blocks):
            yield from _vae_residual(f"{down[0]}.block.{index}", f"{down[1]}.resnets.{index}")
        for index in range(res_blocks + 1):
            yield from _vae_residual(f"{up[0]}.block.{index}", f"{up[1]}.resnets.{index}")
        yield f"{down[0]}.downsample", f"{down[1]}.downsamplers.0"
        yield f"{up[0]}.upsample", f"{up[1]}.upsamplers.0"
    for half in ("encoder", "decoder"):
        yield from _vae_middle(half)
        yield f"{half}.conv_in", f"{half}.conv_in"
        yield f"{half}.conv_out", f"{half}.conv_out"
        yield f"{half}.norm_out", f"{half}.conv_norm_out"
    yield "quant_conv", "quant_conv"
    yield "post_quant_conv", "post_quant_conv"


def _vae_residual(canonical: str, diffusers: str) -> Pairs:
    for name in ("norm1", "conv1", "norm2", "conv2"):
        yield f"{canonical}.{name}", f"{diffusers}.{name}"
    yield f"{canonical}.nin_shortcut", f"{diffusers}.conv_shortcut"


def _vae_middle(half: str) -> Pairs:
    yield from _vae_residual(f"{half}.mid.block_1", f"{half}.mid_block.resnets.0")
    yield from _vae_residual(f"{half}.mid.block_2", f"{half}.mid_block.resnets.1")
    for ours, theirs in ATTENTION_BEFORE_2023 + ATTENTION:
        yield f"{half}.mid.attn_1.{ours}", f"{half}.mid_block.attentions.0.{theirs}"


def vae_diffusers_names(config: VAEConfig) -> dict[str, str]:
    """Canonical name → diffusers name, of every tensor."""
    return _renamed_all(vae_tensors(config), dict(vae_modules(len(config.channel_mult), config.res_blocks)))


# ------------------------------------------------------------------------------------------------------------ renaming


def _renamed_all(tensors: Iterable[tuple[str, Shape]], modules: Mapping[str, str]) -> dict[str, str]:
    renamed = {name: _renamed(name, modules) for name, _ in tensors}
    return {name: other for name, other in renamed.items() if other is not None}


def _renamed(name: str, modules: Mapping[str, str]) -> str | None:
    """`name` with its longest known module path replaced; None if no part of it is known."""
    head, tail = name, ""
    while head:
        if head in modules:
            return modules[head] + tail
        head, _, last = head.rpartition(".")
        tail = f".{last}{tail}"
    return None


def _canonical(names: Iterable[str], modules: Pairs) -> dict[str, Place]:
    by_diffusers = {theirs: ours for ours, theirs in modules}
    renamed = {name: _renamed(name, by_diffusers) for name in names}
    return {name: Place(ours) for name, ours in renamed.items() if ours is not None}


def _unet_places(names: Collection[str]) -> dict[str, Place]:
    return _canonical(names, unet_modules(UNetSkeleton.of_diffusers_names(names)))


def _vae_places(names: Collection[str]) -> dict[str, Place]:
    levels = _count(names, "encoder.down_blocks.{}.resnets.0.conv1.weight")
    res_blocks = _count(names, "encoder.down_blocks.0.resnets.{}.conv1.weight")
    return _canonical(names, vae_modules(levels, res_blocks))


# --------------------------------------------------------------------------------------------------------- text towers

CLIP_MODULES: Final = ("embeddings.", "encoder.", "final_layer_norm.")

RESBLOCK: Final[Mapping[str, str]] = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "self_attn.out_proj": "attn.out_proj",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}

THIRDS: Final[Mapping[str, int]] = {"self_attn.q_proj": 0, "self_attn.k_proj": 1, "self_attn.v_proj": 2}

TOWER_ENDS: Final[Mapping[str, Place]] = {
    "embeddings.token_embedding.weight": Place("model.token_embedding.weight"),
    "embeddings.position_embedding.weight": Place("model.positional_embedding"),
    "final_layer_norm.weight": Place("model.ln_final.weight"),
    "final_layer_norm.bias": Place("model.ln_final.bias"),
    "text_projection.weight": Place("model.text_projection", transposed=True),
}

LAYER: Final = re.compile(r"encoder\.layers\.(\d{1,4})\.(.+)\.(weight|bias)")


def _clip_l_places(names: Collection[str]) -> dict[str, Place]:
    """With or without the leading `text_model.`, which newer libraries leave out."""
    bare = {name: name.removeprefix("text_model.") for name in names}
    return {n: Place(f"transformer.text_model.{b}") for n, b in bare.items() if b.startswith(CLIP_MODULES)}


def _big_g_places(names: Collection[str]) -> dict[str, Place]:
    places = {name: _big_g_place(name.removeprefix("text_model.")) for name in names}
    return {name: place for name, place in places.items() if place is not None}


def _big_g_place(name: str) -> Place | None:
    match = LAYER.fullmatch(name)
    if match is None:
        return TOWER_ENDS.get(name)
    number, module, kind = match.groups()
    block = f"model.transformer.resblocks.{int(number)}"
    if module in THIRDS:
        return Place(f"{block}.attn.in_proj_{kind}", third=THIRDS[module])
    return Place(f"{block}.{RESBLOCK[module]}.{kind}") if module in RESBLOCK else None


_READERS: Final[Mapping[str, Callable[[Collection[str]], dict[str, Place]]]] = {
    "unet": _unet_places,
    "vae": _vae_places,
    "clip_l": _clip_l_places,
    "big_g": _big_g_places,
}


def places(network: str, diffusers_names: Collection[str]) -> dict[str, Place]:
    """Where each tensor of a network ("unet", "vae", "clip_l", "big_g") in diffusers' spelling goes; unknown names
    are left out."""
    return _READERS[network](diffusers_names)
