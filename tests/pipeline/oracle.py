"""Diffusers' own pipelines around the weights of our model files, with our start noise put in."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from core.architecture import TextConfig
from core.checkpoint.describe import Checkpoint
from core.checkpoint.load import load_big_g, load_clip_l, load_unet, load_vae
from core.conditioning.tokens import EOS
from core.request import MicroConditioning, Request, Size
from tests.checkpoint.samples import Networks, big_g_in_transformers
from tests.models.twins import unet_twin, vae_twin

CLIP_PREFIX = "transformer.text_model."
SDXL = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
CPU = torch.device("cpu")


def loaded(checkpoint: Checkpoint, dtype: torch.dtype = torch.float32) -> Networks:
    """All networks of a file."""
    unet, vae, big_g = (load(checkpoint, dtype, CPU)[0] for load in (load_unet, load_vae, load_big_g))
    clip_l = load_clip_l(checkpoint, dtype, CPU)[0] if checkpoint.clip_l else None
    return Networks(unet, vae, clip_l, big_g)  # type: ignore[arg-type]


def base_oracle(
    checkpoint: Checkpoint, scheduler: Any, dtype: torch.dtype = torch.float32
) -> StableDiffusionXLPipeline:
    networks = loaded(checkpoint, dtype)
    assert networks.clip_l is not None
    assert checkpoint.clip_l is not None
    state = networks.clip_l.state_dict()
    named = {name.removeprefix(CLIP_PREFIX): tensor for name, tensor in state.items()}
    encoder = _encoder(CLIPTextModel, _hf_config(checkpoint.clip_l, "quick_gelu"), named)
    pipeline = StableDiffusionXLPipeline(
        text_encoder=encoder, tokenizer=_tokenizer("<|endoftext|>"), **_shared(checkpoint, networks, scheduler)
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def refiner_oracle(
    checkpoint: Checkpoint, scheduler: Any, dtype: torch.dtype = torch.float32
) -> StableDiffusionXLImg2ImgPipeline:
    pipeline = StableDiffusionXLImg2ImgPipeline(
        text_encoder=None,
        tokenizer=None,
        requires_aesthetics_score=True,
        **_shared(checkpoint, loaded(checkpoint, dtype), scheduler),
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _shared(checkpoint: Checkpoint, networks: Networks, scheduler: Any) -> dict[str, Any]:
    assert checkpoint.big_g is not None
    state = big_g_in_transformers(networks.big_g)
    return {
        "vae": vae_twin(networks.vae),
        "unet": unet_twin(networks.unet),
        "text_encoder_2": _encoder(CLIPTextModelWithProjection, _hf_config(checkpoint.big_g, "gelu"), state),
        "tokenizer_2": _tokenizer("!"),
        "scheduler": scheduler,
        "add_watermarker": False,
    }


def _encoder(kind: type[nn.Module], config: CLIPTextConfig, state: dict[str, Tensor]) -> nn.Module:
    """A text encoder around the tensors of `state`; only its positions, a buffer, are its own."""
    with torch.device("meta"):
        encoder = kind(config)
    encoder.load_state_dict(state, assign=True)
    for name in [name for name, _ in encoder.named_buffers()]:
        module, _, last = name.rpartition(".")
        assert last == "position_ids"
        encoder.get_submodule(module).position_ids = torch.arange(config.max_position_embeddings)[None]
    return encoder.eval()


def _hf_config(config: TextConfig, act: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=config.vocabulary,
        hidden_size=config.width,
        intermediate_size=config.mlp_width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        projection_dim=config.projection or config.width,
        hidden_act=act,
        eos_token_id=EOS,
    )


@cache
def _tokenizer(pad: str) -> CLIPTokenizer:
    vocabulary = SimpleTokenizer()
    names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    numbers = {names.get(token, token): number for token, number in vocabulary.encoder.items()}
    return CLIPTokenizer(vocab=numbers, merges=list(vocabulary.bpe_ranks), pad_token=pad, model_max_length=77)


def start_noise(request: Request, scheduler: Any) -> Tensor:
    """Our start noise as diffusers takes it: it multiplies by its own idea of the first level."""
    assert request.seed is not None
    assert request.width is not None
    assert request.height is not None
    generator = torch.Generator().manual_seed(request.seed)
    noise = torch.randn(4, request.height // 8, request.width // 8, generator=generator)[None]
    scheduler.set_timesteps(request.steps)
    if scheduler.init_noise_sigma == 1.0:  # latents of unit variance
        return noise
    return noise * math.sqrt(float(scheduler.sigmas[0]) ** 2 + 1) / scheduler.init_noise_sigma


def told(request: Request) -> dict[str, Any]:
    """The request as keywords that both of their pipelines take."""
    return {
        "prompt": request.prompt,
        "prompt_2": request.prompt_2,
        "negative_prompt": None if request.empty_negative == "zero" and not request.negative else request.negative,
        "negative_prompt_2": request.negative_2,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance.scale,
        "guidance_rescale": request.guidance.rescale,
        "output_type": "latent",
        **_numbers("", request.positive, request),
        **_numbers("negative_", request.negative_conditioning, request),
    }


def _numbers(prefix: str, wanted: MicroConditioning, request: Request) -> dict[str, tuple[int, int]]:
    assert request.width is not None
    assert request.height is not None
    size = (request.width, request.height)
    return {
        f"{prefix}original_size": _height_first(wanted.original_size or size),
        f"{prefix}crops_coords_top_left": wanted.crop,
        f"{prefix}target_size": _height_first(wanted.target_size or size),
    }


def _height_first(size: Size) -> tuple[int, int]:
    return size[1], size[0]
