"""Where an adapter's module names lead: every spelling of every matrix of a UNet and its towers, generated.

Names are flattened (dots to underscores) and looked up, never un-flattened by rule: `to_out_0` has two readings, a list
of all names has none. Published and diffusers names of one UNet have no name in common, so both can be asked at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from core.architecture import TextConfig, UNetConfig
from core.checkpoint.blueprint import unet_tensors
from core.checkpoint.header import Shape
from core.checkpoint.layout import Network
from core.checkpoint.names import RESBLOCK, THIRDS, Place, places, unet_diffusers_names

WEIGHT: Final = ".weight"

PREFIXES: Final[Mapping[Network, tuple[str, ...]]] = {
    "unet": ("lora_unet_", "unet_", "base_model_model_", "lycoris_", "diffusion_model_", "model_diffusion_model_", ""),
    "clip_l": ("lora_te1_", "text_encoder_", "text_encoders_clip_l_transformer_"),
    "big_g": ("lora_te2_", "text_encoder_2_", "text_encoders_clip_g_transformer_"),
}
"""What stands before a module's name: kohya, diffusers, PEFT, LyCORIS, ComfyUI, and nothing at all."""

LAYER_MODULES: Final = (*THIRDS, *(module for module in RESBLOCK if not module.startswith("layer_norm")))
"""The matrices of one layer of a tower, as both are spelled in adapters."""


@dataclass(frozen=True, slots=True)
class Target:
    """A matrix that an adapter can change: the tensor, or the third of it, at `place`; `shape` as it is multiplied."""

    network: Network
    place: Place
    shape: Shape


@dataclass(frozen=True, kw_only=True)
class Wearer:
    """A base or a refiner, as an adapter sees it."""

    unet: UNetConfig
    clip_l: TextConfig | None
    big_g: TextConfig

    @cached_property
    def targets(self) -> Mapping[str, Target]:
        """Every flattened name that means a matrix of this model."""
        found = [*_unet_targets(self.unet), *_tower_targets("big_g", self.big_g)]
        found += _tower_targets("clip_l", self.clip_l) if self.clip_l is not None else ()
        return {prefix + flattened(name): target for name, target in found for prefix in PREFIXES[target.network]}


def flattened(module: str) -> str:
    return module.replace(".", "_")


def _unet_targets(config: UNetConfig) -> Iterator[tuple[str, Target]]:
    diffusers = unet_diffusers_names(config)
    for name, shape in unet_tensors(config):
        if len(shape) > 1:
            for spelling in (name, diffusers[name]):
                yield spelling.removesuffix(WEIGHT), Target("unet", Place(name), shape)


def _tower_targets(network: Network, config: TextConfig) -> Iterator[tuple[str, Target]]:
    """With and without the leading `text_model.`, which newer libraries leave out."""
    modules = {
        f"encoder.layers.{layer}.{module}": _layer_shape(module, config)
        for layer in range(config.layers)
        for module in LAYER_MODULES
    }
    if config.projection is not None:
        modules["text_projection"] = (config.projection, config.width)
    found = places(network, [module + WEIGHT for module in modules])
    for module, shape in modules.items():
        if module + WEIGHT in found:
            target = Target(network, found[module + WEIGHT], shape)
            yield module, target
            yield f"text_model.{module}", target


def _layer_shape(module: str, config: TextConfig) -> Shape:
    match module:
        case "mlp.fc1":
            return config.mlp_width, config.width
        case "mlp.fc2":
            return config.width, config.mlp_width
    return config.width, config.width
