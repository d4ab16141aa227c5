"""The same networks in diffusers: built from our configurations, around our weights under their names, not copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn

from core.architecture import HEAD_DIM, SIZE_EMBEDDING_DIM, UNetConfig
from core.models.unet import UNet
from core.models.vae import VAE
from tests.checkpoint.samples import unet_in_diffusers, vae_in_diffusers

Network = TypeVar("Network", bound=nn.Module)

MIDDLE = {None: None, 0: "UNetMidBlock2D"}
"""What diffusers calls a middle without a transformer; every other depth has one."""


def unet_twin(unet: UNet) -> UNet2DConditionModel:
    """Every tensor of theirs is one of ours, or this raises."""
    config = unet.config
    widths = [config.model_channels * mult for mult in config.channel_mult]
    down, up = _levels(config.input_depth, config.res_blocks), _levels(config.output_depth, config.res_blocks + 1)
    with torch.device("meta"):
        twin = UNet2DConditionModel(
            in_channels=config.in_channels,
            block_out_channels=widths,
            layers_per_block=config.res_blocks,
            down_block_types=["CrossAttnDownBlock2D" if any(depths) else "DownBlock2D" for depths in down],
            mid_block_type=MIDDLE.get(config.middle_depth, "UNetMidBlock2DCrossAttn"),
            up_block_types=["CrossAttnUpBlock2D" if any(depths) else "UpBlock2D" for depths in up],
            transformer_layers_per_block=[*down[:-1], _deepest(config, down)],
            reverse_transformer_layers_per_block=up,
            attention_head_dim=[width // HEAD_DIM for width in widths],
            cross_attention_dim=config.context_dim,
            addition_embed_type="text_time",
            addition_time_embed_dim=SIZE_EMBEDDING_DIM,
            projection_class_embeddings_input_dim=config.vector_dim,
            use_linear_projection=True,
        )
    twin.load_state_dict(unet_in_diffusers(unet), assign=True)
    return twin.eval()


def _levels(depths: Sequence[int], blocks: int) -> list[list[int]]:
    return [list(depths[first : first + blocks]) for first in range(0, len(depths), blocks)]


def _deepest(config: UNetConfig, down: list[list[int]]) -> list[int]:
    """Theirs reads the middle's depth off the last level, where a level without transformers has room for it."""
    return down[-1] if any(down[-1]) else [config.middle_depth or 1]


def vae_twin(vae: VAE) -> AutoencoderKL:
    config = vae.config
    levels = len(config.channel_mult)
    with torch.device("meta"):
        twin = AutoencoderKL(
            block_out_channels=[config.channels * mult for mult in config.channel_mult],
            layers_per_block=config.res_blocks,
            down_block_types=["DownEncoderBlock2D"] * levels,
            up_block_types=["UpDecoderBlock2D"] * levels,
            latent_channels=config.latent_channels,
            norm_num_groups=config.groups,
            scaling_factor=config.scale,
            force_upcast=False,
        )
    twin.load_state_dict(vae_in_diffusers(vae), assign=True)
    return twin.eval()


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """Length of the difference in lengths of theirs."""
    assert ours.shape == theirs.shape
    return float((ours - theirs).norm() / theirs.norm())


def channels_last(network: Network) -> Network:
    """The network with its weights laid out channels last, as the pipeline has them."""
    relaid: Network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return relaid
