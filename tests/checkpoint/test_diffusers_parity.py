"""Networks saved by the libraries that most folders come from load with a full account, and compute the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from core.checkpoint.account import Account
from core.checkpoint.describe import describe
from core.checkpoint.load import load_big_g, load_clip_l, load_unet, load_vae
from tests.checkpoint.samples import BASE_UNET, BIG_G, CLIP_L, SMALL_VAE, shaken

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def theirs() -> dict[str, torch.nn.Module]:
    torch.manual_seed(3)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64, 128),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 1, 2),
        attention_head_dim=(1, 1, 2),
        cross_attention_dim=BASE_UNET.context_dim,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=BASE_UNET.vector_dim,
        use_linear_projection=True,
    )
    vae = AutoencoderKL(
        block_out_channels=(32, 32, 64, 128),
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        scaling_factor=0.13025,
    )
    networks = {
        "unet": unet,
        "vae": vae,
        "text_encoder": CLIPTextModel(text_config(CLIP_L.width, 128, 2, "quick_gelu")),
    }
    networks["text_encoder_2"] = CLIPTextModelWithProjection(text_config(BIG_G.width, 256, 3, "gelu"))
    return {name: shaken(network).eval() for name, network in networks.items()}


def text_config(width: int, mlp: int, layers: int, act: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=50,
        hidden_size=width,
        intermediate_size=mlp,
        num_hidden_layers=layers,
        num_attention_heads=width // 64,
        hidden_act=act,
        projection_dim=width,
        eos_token_id=49,
        bos_token_id=48,
        pad_token_id=49,
    )


@pytest.fixture(scope="module")
def folder(theirs: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("folder")
    for name, network in theirs.items():
        network.save_pretrained(path / name)
    return path


def is_whole(account: Account) -> bool:
    return bool(account.loaded) and account.missing + account.misshaped + account.unexpected == ()


def close(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, atol=1e-4, rtol=1e-4)


def test_the_folder_is_described(folder: Path) -> None:
    found = describe(folder)
    assert (found.kind, found.unet, found.vae) == ("base", BASE_UNET, SMALL_VAE)
    assert (found.clip_l, found.big_g) == (CLIP_L, BIG_G)
    assert is_whole(found.account)


@torch.no_grad()
def test_unet(folder: Path, theirs: dict) -> None:
    unet, account = load_unet(describe(folder), torch.float32, CPU)
    latents, context = torch.randn(2, 4, 8, 12), torch.randn(2, 77, BASE_UNET.context_dim)
    pooled, sizes = torch.randn(2, 128), torch.tensor([[64.0, 96, 0, 8, 64, 96]] * 2)
    times = torch.tensor([7.0, 901.0])
    want = theirs["unet"](latents, times, context, added_cond_kwargs={"text_embeds": pooled, "time_ids": sizes}).sample
    embedded = theirs["unet"].add_time_proj(sizes.flatten()).reshape(2, -1)
    assert is_whole(account)
    assert close(unet(latents, times, context, torch.cat([pooled, embedded], dim=1)), want)


@torch.no_grad()
def test_first_stage(folder: Path, theirs: dict) -> None:
    vae, account = load_vae(describe(folder), torch.float32, CPU)
    latents, pixels = torch.randn(1, 4, 4, 6), torch.randn(1, 3, 32, 48)
    assert is_whole(account)
    assert close(vae.decode(latents), theirs["vae"].decode(latents).sample)
    assert close(vae.encode(pixels)[0], theirs["vae"].encode(pixels).latent_dist.mean)


@torch.no_grad()
def test_towers(folder: Path, theirs: dict) -> None:
    clip_l, account_l = load_clip_l(describe(folder), torch.float32, CPU)
    big_g, account_g = load_big_g(describe(folder), torch.float32, CPU)
    ids = torch.randint(1, 40, (2, 77))
    assert is_whole(account_l)
    assert is_whole(account_g)
    assert close(clip_l.encode(ids)[0], theirs["text_encoder"](ids, output_hidden_states=True).hidden_states[-2])
    assert close(big_g.encode(ids)[0], theirs["text_encoder_2"](ids, output_hidden_states=True).hidden_states[-2])


def test_pooled_projection(folder: Path, theirs: dict) -> None:
    big_g, _ = load_big_g(describe(folder), torch.float32, CPU)
    assert torch.equal(big_g.model.text_projection, theirs["text_encoder_2"].text_projection.weight.t())
