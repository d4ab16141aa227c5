"""LoRA files with random weights, in any spelling, and what they add, reckoned in float64 by the book."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from core.architecture import TextConfig
from core.checkpoint.names import unet_diffusers_names
from core.models.ops import Conv2d, Linear
from core.models.unet import UNet
from core.patches.adapter_file import read_adapter
from core.patches.fit import Fit, fit
from core.patches.places import Wearer
from core.patches.wear import Fabric, Modules, put_on
from core.plan import Adapter, ModelFile
from tests.tiny import BASE_UNET, BIGG, CLIP_L, REFINER_UNET

BASE = Wearer(unet=BASE_UNET, clip_l=CLIP_L, big_g=BIGG)
REFINER = Wearer(unet=REFINER_UNET, clip_l=None, big_g=BIGG)

Spelling = Literal["kohya", "kohya diffusers", "peft", "diffusers", "oldest", "bare", "lycoris", "comfy"]
SPELLINGS: tuple[Spelling, ...] = (
    "kohya", "kohya diffusers", "peft", "diffusers", "oldest", "bare", "lycoris", "comfy",
)  # fmt: skip

DIFFUSERS = {name.removesuffix(".weight"): theirs.removesuffix(".weight")
             for name, theirs in unet_diffusers_names(BASE_UNET).items()}  # fmt: skip

LAYER = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2")

Tensors = dict[str, Tensor]
Delta = Tensor


def unet_matrices(kinds: Sequence[str] = ("to_", "ff.", "proj_")) -> dict[str, tuple[int, ...]]:
    """Modules of the small base's UNet whose name has one of `kinds`, and the shapes of their weights."""
    with torch.device("meta"):
        state = UNet(BASE_UNET).state_dict()
    weights = {name.removesuffix(".weight"): tuple(tensor.shape) for name, tensor in state.items() if tensor.ndim > 1}
    return {name: shape for name, shape in weights.items() if any(kind in name for kind in kinds)}


def spelled(module: str, spelling: Spelling) -> tuple[str, str, str]:
    """The names of down, up and alpha for a UNet module."""
    theirs = DIFFUSERS[module]
    stem = {
        "kohya": "lora_unet_" + module.replace(".", "_"),
        "kohya diffusers": "lora_unet_" + theirs.replace(".", "_"),
        "lycoris": "lycoris_" + theirs.replace(".", "_"),
        "peft": f"unet.{theirs}",
        "diffusers": f"unet.{theirs}",
        "oldest": f"unet.{theirs}",
        "bare": f"base_model.model.{theirs}",
        "comfy": f"diffusion_model.{module}",
    }[spelling]
    down, up = {
        "peft": ("lora_A", "lora_B"),
        "bare": ("lora_A.default", "lora_B.default"),
        "diffusers": ("lora.down", "lora.up"),
        "oldest": ("lora.down", "lora.up"),
    }.get(spelling, ("lora_down", "lora_up"))
    if spelling == "oldest" and ".attn" in theirs:
        head, _, last = stem.removesuffix(".0").rpartition(".")
        return f"{head}.processor.{last}_lora.down.weight", f"{head}.processor.{last}_lora.up.weight", f"{stem}.alpha"
    return f"{stem}.{down}.weight", f"{stem}.{up}.weight", f"{stem}.alpha"


class Maker:
    """Draws factors one after the other from one seed."""

    def __init__(self, seed: int, dtype: torch.dtype = torch.float32) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.dtype = dtype

    def draw(self, *shape: int) -> Tensor:
        fan_in = math.prod(shape[1:]) or 1
        return (torch.randn(shape, generator=self.generator) / fan_in**0.5).to(self.dtype)

    def low_rank(
        self,
        shapes: Mapping[str, tuple[int, ...]],
        spelling: Spelling = "kohya",
        rank: int = 3,
        alpha: float | None = 2.0,
    ) -> tuple[Tensors, dict[str, Delta]]:
        """The file's tensors, and what it adds to each module's weight at weight 1."""
        tensors: Tensors = {}
        deltas: dict[str, Delta] = {}
        for module, (rows, *rest) in shapes.items():
            down, up = self.draw(rank, *rest), self.draw(rows, rank, *(1 for _ in rest[1:]))
            names = spelled(module, spelling)
            tensors |= {names[0]: down, names[1]: up}
            if alpha is not None:
                tensors[names[2]] = torch.tensor(alpha)
            product = up.double().flatten(1) @ down.double().flatten(1)
            deltas[module] = (1 if alpha is None else alpha / rank) * product.view(rows, *rest)
        return tensors, deltas


def tower_lora(prefix: str, config: TextConfig, seed: int, rank: int = 2) -> Tensors:
    """A LoRA for every matrix of a tower's layers, in kohya's spelling."""
    draw, tensors = Maker(seed).draw, Tensors()
    for layer, module in itertools.product(range(config.layers), LAYER):
        sizes = {"mlp.fc1": (config.mlp_width, config.width), "mlp.fc2": (config.width, config.mlp_width)}
        rows, columns = sizes.get(module, (config.width, config.width))
        stem = f"{prefix}text_model_encoder_layers_{layer}_{module.replace('.', '_')}"
        tensors |= {f"{stem}.lora_down.weight": draw(rank, columns), f"{stem}.lora_up.weight": draw(rows, rank)}
        tensors[f"{stem}.alpha"] = torch.tensor(1.0)
    return tensors


def written(path: Path, tensors: Tensors, metadata: dict[str, str] | None = None) -> Path:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)
    return path


def fitted(path: Path, wearer: Wearer = BASE) -> Fit:
    return fit(read_adapter(path), wearer, "base")


def adapter(path: Path, weight: float = 1.0) -> Adapter:
    return Adapter(model=ModelFile(name=path.name, sha256=path.name, path=str(path)), weight=weight)


def worn(
    networks: Modules, *adapters: Adapter, keep: bool = False, dtype: torch.dtype = torch.float32
) -> Callable[[], None]:
    fabric = Fabric(dtype=dtype, device=torch.device("cpu"), keep=keep)
    return put_on(networks, BASE, adapters, fabric, lambda done, total: None)


def patched_weight(unet: nn.Module, module: str) -> Tensor:
    """The weight that the layer computes with."""
    layer = unet.get_submodule(module)
    assert isinstance(layer, Linear | Conv2d)
    return layer.fetched(layer.weight)
