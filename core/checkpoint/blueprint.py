"""Every tensor that a configuration asks for, as canonical name and shape, without building the network.

Names are relative to the part's place in a published single file: `model.diffusion_model.`, `first_stage_model.`,
`conditioner.embedders.N.`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.header import Shape

OPTIONAL: Final = frozenset({"model.logit_scale"})
"""Used in training only; the published files carry it, the diffusers layout does not."""

Config = UNetConfig | VAEConfig | TextConfig
Tensors = Iterator[tuple[str, Shape]]


def _affine(name: str, *weight: int) -> Tensors:
    """A layer with a weight and as many biases as outputs."""
    yield f"{name}.weight", weight
    yield f"{name}.bias", weight[:1]


def _convolution(name: str, channels_in: int, channels_out: int, kernel: int = 3) -> Tensors:
    yield from _affine(name, channels_out, channels_in, kernel, kernel)


# ---------------------------------------------------------------------------------------------------------------- UNet


def unet_tensors(config: UNetConfig) -> Tensors:
    """All tensors of a UNet."""
    width, embedding = config.model_channels, config.embedding_dim
    yield from _affine("time_embed.0", embedding, width)
    yield from _affine("time_embed.2", embedding, embedding)
    yield from _affine("label_emb.0.0", embedding, config.vector_dim)
    yield from _affine("label_emb.0.2", embedding, embedding)
    yield from _input_blocks(config)
    yield from _middle(config)
    yield from _output_blocks(config)
    yield from _affine("out.0", width)
    yield from _convolution("out.2", width, config.out_channels)


def _residual(config: UNetConfig, name: str, channels_in: int, channels_out: int) -> Tensors:
    yield from _affine(f"{name}.in_layers.0", channels_in)
    yield from _convolution(f"{name}.in_layers.2", channels_in, channels_out)
    yield from _affine(f"{name}.emb_layers.1", channels_out, config.embedding_dim)
    yield from _affine(f"{name}.out_layers.0", channels_out)
    yield from _convolution(f"{name}.out_layers.3", channels_out, channels_out)
    if channels_in != channels_out:
        yield from _convolution(f"{name}.skip_connection", channels_in, channels_out, 1)


def _attention(name: str, width: int, context: int) -> Tensors:
    yield f"{name}.to_q.weight", (width, width)
    yield f"{name}.to_k.weight", (width, context)
    yield f"{name}.to_v.weight", (width, context)
    yield from _affine(f"{name}.to_out.0", width, width)


def _transformer(config: UNetConfig, name: str, width: int, depth: int) -> Tensors:
    if not depth:
        return
    yield from _affine(f"{name}.norm", width)
    yield from _affine(f"{name}.proj_in", width, width)
    for block in (f"{name}.transformer_blocks.{index}" for index in range(depth)):
        yield from _attention(f"{block}.attn1", width, width)
        yield from _affine(f"{block}.ff.net.0.proj", 8 * width, width)
        yield from _affine(f"{block}.ff.net.2", width, 4 * width)
        yield from _attention(f"{block}.attn2", width, config.context_dim)
        for norm in ("norm1", "norm2", "norm3"):
            yield from _affine(f"{block}.{norm}", width)
    yield from _affine(f"{name}.proj_out", width, width)


def _input_blocks(config: UNetConfig) -> Tensors:
    channels, number, depths = config.model_channels, 1, iter(config.input_depth)
    yield from _convolution("input_blocks.0.0", config.in_channels, channels)
    for level, mult in enumerate(config.channel_mult):
        if level:
            yield from _convolution(f"input_blocks.{number}.0.op", channels, channels)
            number += 1
        for _ in range(config.res_blocks):
            width = mult * config.model_channels
            yield from _residual(config, f"input_blocks.{number}.0", channels, width)
            yield from _transformer(config, f"input_blocks.{number}.1", width, next(depths))
            channels, number = width, number + 1


def _middle(config: UNetConfig) -> Tensors:
    width = config.channel_mult[-1] * config.model_channels
    if config.middle_depth is not None:
        yield from _residual(config, "middle_block.0", width, width)
    if config.middle_depth:
        yield from _transformer(config, "middle_block.1", width, config.middle_depth)
        yield from _residual(config, "middle_block.2", width, width)


def _skip_widths(config: UNetConfig) -> list[int]:
    """Widths that the input blocks leave behind, in their order."""
    widths = [config.model_channels]
    for level, mult in enumerate(config.channel_mult):
        widths += widths[-1:] * (level > 0) + [mult * config.model_channels] * config.res_blocks
    return widths


def _output_blocks(config: UNetConfig) -> Tensors:
    channels = config.channel_mult[-1] * config.model_channels
    skips, depths, number = _skip_widths(config), iter(config.output_depth), 0
    for level, mult in reversed(list(enumerate(config.channel_mult))):
        for index in range(config.res_blocks + 1):
            width, depth = mult * config.model_channels, next(depths)
            yield from _residual(config, f"output_blocks.{number}.0", channels + skips.pop(), width)
            yield from _transformer(config, f"output_blocks.{number}.1", width, depth)
            if level and index == config.res_blocks:
                yield from _convolution(f"output_blocks.{number}.{2 if depth else 1}.conv", width, width)
            channels, number = width, number + 1


# ----------------------------------------------------------------------------------------------------------------- VAE


def vae_tensors(config: VAEConfig) -> Tensors:
    """All tensors of a first stage."""
    latent = config.latent_channels
    widths = [mult * config.channels for mult in config.channel_mult]
    yield from _encoder(config, widths)
    yield from _decoder(config, widths)
    yield from _convolution("quant_conv", 2 * latent, 2 * latent, 1)
    yield from _convolution("post_quant_conv", latent, latent, 1)


def _vae_residual(name: str, channels_in: int, channels_out: int) -> Tensors:
    yield from _affine(f"{name}.norm1", channels_in)
    yield from _convolution(f"{name}.conv1", channels_in, channels_out)
    yield from _affine(f"{name}.norm2", channels_out)
    yield from _convolution(f"{name}.conv2", channels_out, channels_out)
    if channels_in != channels_out:
        yield from _convolution(f"{name}.nin_shortcut", channels_in, channels_out, 1)


def _vae_middle(name: str, width: int) -> Tensors:
    yield from _vae_residual(f"{name}.block_1", width, width)
    yield from _affine(f"{name}.attn_1.norm", width)
    for projection in ("q", "k", "v", "proj_out"):
        yield from _convolution(f"{name}.attn_1.{projection}", width, width, 1)
    yield from _vae_residual(f"{name}.block_2", width, width)


def _encoder(config: VAEConfig, widths: list[int]) -> Tensors:
    yield from _convolution("encoder.conv_in", 3, config.channels)
    channels = config.channels
    for level, width in enumerate(widths):
        for index in range(config.res_blocks):
            yield from _vae_residual(f"encoder.down.{level}.block.{index}", channels, width)
            channels = width
        if level < len(widths) - 1:
            yield from _convolution(f"encoder.down.{level}.downsample.conv", width, width)
    yield from _vae_middle("encoder.mid", channels)
    yield from _affine("encoder.norm_out", channels)
    yield from _convolution("encoder.conv_out", channels, 2 * config.latent_channels)


def _decoder(config: VAEConfig, widths: list[int]) -> Tensors:
    channels = widths[-1]
    yield from _convolution("decoder.conv_in", config.latent_channels, channels)
    yield from _vae_middle("decoder.mid", channels)
    for level, width in reversed(list(enumerate(widths))):
        for index in range(config.res_blocks + 1):
            yield from _vae_residual(f"decoder.up.{level}.block.{index}", channels, width)
            channels = width
        if level:
            yield from _convolution(f"decoder.up.{level}.upsample.conv", width, width)
    yield from _affine("decoder.norm_out", channels)
    yield from _convolution("decoder.conv_out", channels, 3)


# --------------------------------------------------------------------------------------------------------- text towers


def clip_l_tensors(config: TextConfig) -> Tensors:
    """All tensors of the CLIP text tower, in the spelling of the transformers library."""
    width, text = config.width, "transformer.text_model"
    yield f"{text}.embeddings.token_embedding.weight", (config.vocabulary, width)
    yield f"{text}.embeddings.position_embedding.weight", (config.positions, width)
    for layer in (f"{text}.encoder.layers.{index}" for index in range(config.layers)):
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from _affine(f"{layer}.self_attn.{projection}", width, width)
        yield from _affine(f"{layer}.layer_norm1", width)
        yield from _affine(f"{layer}.mlp.fc1", config.mlp_width, width)
        yield from _affine(f"{layer}.mlp.fc2", width, config.mlp_width)
        yield from _affine(f"{layer}.layer_norm2", width)
    yield from _affine(f"{text}.final_layer_norm", width)


def big_g_tensors(config: TextConfig) -> Tensors:
    """All tensors of the OpenCLIP text tower, in OpenCLIP's spelling."""
    width = config.width
    yield "model.positional_embedding", (config.positions, width)
    if config.projection is not None:
        yield "model.text_projection", (width, config.projection)
    yield "model.token_embedding.weight", (config.vocabulary, width)
    for block in (f"model.transformer.resblocks.{index}" for index in range(config.layers)):
        yield from _affine(f"{block}.ln_1", width)
        yield f"{block}.attn.in_proj_weight", (3 * width, width)
        yield f"{block}.attn.in_proj_bias", (3 * width,)
        yield from _affine(f"{block}.attn.out_proj", width, width)
        yield from _affine(f"{block}.ln_2", width)
        yield from _affine(f"{block}.mlp.c_fc", config.mlp_width, width)
        yield from _affine(f"{block}.mlp.c_proj", width, config.mlp_width)
    yield from _affine("model.ln_final", width)
    yield "model.logit_scale", ()
