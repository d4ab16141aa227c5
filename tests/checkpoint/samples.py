"""Small random checkpoints of the family, in every layout that people have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.names import places, unet_diffusers_names, vae_diffusers_names
from core.checkpoint.save import save_checkpoint, write_tensors
from core.conditioning.towers import BigG, ClipL
from core.models.unet import UNet
from core.models.vae import VAE

M = TypeVar("M", bound=nn.Module)

CLIP_L = TextConfig(width=64, layers=2, mlp_width=128, projection=None, vocabulary=50)
BIG_G = TextConfig(width=128, layers=3, mlp_width=256, projection=128, vocabulary=50)

BASE_UNET = UNetConfig(
    model_channels=32,
    channel_mult=(1, 2, 4),
    res_blocks=1,
    input_depth=(0, 1, 2),
    middle_depth=2,
    output_depth=(2, 2, 1, 1, 0, 0),
    context_dim=64 + 128,
    vector_dim=128 + 6 * 256,
)

REFINER_UNET = UNetConfig(
    model_channels=32,
    channel_mult=(1, 2, 2, 2),
    res_blocks=2,
    input_depth=(0, 0, 1, 1, 1, 1, 0, 0),
    middle_depth=1,
    output_depth=(0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0),
    context_dim=128,
    vector_dim=128 + 5 * 256,
)

SMALL_VAE = VAEConfig(channels=32, channel_mult=(1, 1, 2, 4), res_blocks=1)


@dataclass(frozen=True)
class Networks:
    unet: UNet
    vae: VAE
    clip_l: ClipL | None
    big_g: BigG

    def by_name(self) -> dict[str, nn.Module | None]:
        return {"unet": self.unet, "vae": self.vae, "clip_l": self.clip_l, "big_g": self.big_g}


def base_networks() -> Networks:
    return Networks(shaken(UNet(BASE_UNET)), shaken(VAE(SMALL_VAE)), shaken(ClipL(CLIP_L)), shaken(BigG(BIG_G)))


def refiner_networks() -> Networks:
    return Networks(shaken(UNet(REFINER_UNET)), shaken(VAE(SMALL_VAE)), None, shaken(BigG(BIG_G)))


def shaken(module: M) -> M:
    """Random values in every tensor, also where a network starts with zeros and ones."""
    with torch.no_grad():
        for tensor in module.parameters():
            tensor.normal_(std=0.05)
    return module


def write_file(path: Path, networks: Networks, dtype: torch.dtype, metadata: Mapping[str, str] | None = None) -> Path:
    save_checkpoint(path, **networks.by_name(), dtype=dtype, metadata=metadata)
    return path


def write_folder(
    path: Path, networks: Networks, dtype: torch.dtype, scheduler: Mapping[str, object] | None = None
) -> Path:
    """The same networks in diffusers' layout."""
    folders = {
        "unet/diffusion_pytorch_model": unet_in_diffusers(networks.unet),
        "vae/diffusion_pytorch_model": vae_in_diffusers(networks.vae),
        "text_encoder_2/model": big_g_in_transformers(networks.big_g),
    }
    if networks.clip_l is not None:
        folders["text_encoder/model"] = {
            n.removeprefix("transformer."): t for n, t in networks.clip_l.state_dict().items()
        }
    for name, tensors in folders.items():
        file = (path / name).with_suffix(".safetensors")
        file.parent.mkdir(parents=True)
        write_tensors(file, tensors, dtype, {"format": "pt"})
    (path / "vae" / "config.json").write_text(json.dumps({"scaling_factor": networks.vae.config.scale}))
    if scheduler is not None:
        (path / "scheduler").mkdir()
        (path / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    return path


def unet_in_diffusers(unet: UNet) -> dict[str, Tensor]:
    names = unet_diffusers_names(unet.config)
    return {names[name]: tensor for name, tensor in unet.state_dict().items()}


def vae_in_diffusers(vae: VAE) -> dict[str, Tensor]:
    names = vae_diffusers_names(vae.config)
    renamed = {names[name]: tensor for name, tensor in vae.state_dict().items()}
    return {
        name: tensor[:, :, 0, 0] if ".attentions.0.to_" in name and tensor.ndim == 4 else tensor
        for name, tensor in renamed.items()
    }


def big_g_in_transformers(tower: BigG) -> dict[str, Tensor]:
    state = tower.state_dict()
    layers = sum(name.endswith("in_proj_weight") for name in state)
    where = places("big_g", transformers_names(layers))
    return {name: _stored(state[place.name], place.third, place.transposed) for name, place in where.items()}


def _stored(tensor: Tensor, third: int | None, transposed: bool) -> Tensor:
    rows = tensor if third is None else tensor.tensor_split(3)[third]
    return rows.t() if transposed else rows


def transformers_names(layers: int) -> list[str]:
    modules = [f"self_attn.{letter}_proj" for letter in ("q", "k", "v", "out")]
    modules += ["layer_norm1", "layer_norm2", "mlp.fc1", "mlp.fc2"]
    inner = [
        f"text_model.encoder.layers.{n}.{module}.{kind}"
        for n in range(layers)
        for module in modules
        for kind in ("weight", "bias")
    ]
    ends = [
        "embeddings.token_embedding.weight",
        "embeddings.position_embedding.weight",
        "final_layer_norm.weight",
        "final_layer_norm.bias",
    ]
    return inner + [f"text_model.{end}" for end in ends] + ["text_projection.weight"]


def same_tensors(one: nn.Module, other: nn.Module) -> bool:
    """Whether two networks hold the same tensors, bit for bit."""
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(
        tensor.dtype == theirs[name].dtype and torch.equal(tensor, theirs[name]) for name, tensor in ours.items()
    )
