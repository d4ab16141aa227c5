"""Names: every one that the published lists have leads to the right matrix of the real networks."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG
from core.conditioning.towers import BigG, ClipL
from core.models.ops import Conv2d, Linear
from core.models.unet import UNet
from core.patches.places import Wearer

LIST = Path(__file__).parents[1] / "data" / "keys" / "lora_kohya_unet_modules.tsv"
SDXL = Wearer(unet=BASE_UNET, clip_l=CLIP_L, big_g=OPENCLIP_BIGG)
LAYER = ("self_attn_q_proj", "self_attn_k_proj", "self_attn_v_proj", "self_attn_out_proj", "mlp_fc1", "mlp_fc2")


def listed() -> list[dict[str, str]]:
    with LIST.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_published_name_leads_to_its_weight() -> None:
    rows = listed()
    assert len(rows) == 722
    for row in rows:
        for name in (row["kohya_sgm_name"], row["kohya_diffusers_name"]):
            target = SDXL.targets[name]
            assert target.place.name == row["sgm_weight"].removeprefix("model.diffusion_model.")
            assert target.shape == tuple(map(int, row["shape"].split("x")))
        dotted = row["diffusers_weight"].removesuffix(".weight").replace(".", "_")
        assert SDXL.targets[f"unet_{dotted}"] == SDXL.targets[row["kohya_sgm_name"]]


def test_numbers_of_parameters_per_rank() -> None:
    def per_rank(prefix: str, names: list[str]) -> int:
        shapes = [SDXL.targets[prefix + name].shape for name in names]
        return sum(shape[0] + math.prod(shape[1:]) for shape in shapes)

    unet = [row["kohya_sgm_name"] for row in listed()]
    first = [f"text_model_encoder_layers_{layer}_{module}" for layer in range(12) for module in LAYER]
    second = [f"text_model_encoder_layers_{layer}_{module}" for layer in range(32) for module in LAYER]
    assert per_rank("", unet) == 2_659_840
    assert per_rank("lora_te1_", first) == 165_888
    assert per_rank("lora_te2_", second) == 737_280


def test_every_target_is_a_weight_of_the_network_that_can_be_patched() -> None:
    with torch.device("meta"):
        networks: dict[str, nn.Module] = {
            "unet": UNet(BASE_UNET),
            "clip_l": ClipL(CLIP_L),
            "big_g": BigG(OPENCLIP_BIGG),
        }
    for target in set(SDXL.targets.values()):
        weight = networks[target.network].get_parameter(target.place.name)
        assert target.place.canonical_shape(target.shape) == weight.shape
        if target.network == "unet":
            layer = networks["unet"].get_submodule(target.place.name.removesuffix(".weight"))
            assert isinstance(layer, Linear | Conv2d)


def test_no_layer_of_the_unet_is_out_of_reach() -> None:
    with torch.device("meta"):
        unet = UNet(BASE_UNET)
    layers = {name for name, layer in unet.named_modules() if isinstance(layer, Linear | Conv2d)}
    reached = {t.place.name.removesuffix(".weight") for t in SDXL.targets.values() if t.network == "unet"}
    assert layers == reached


@pytest.mark.parametrize(
    ("name", "place", "third"),
    [
        ("lora_te1_text_model_encoder_layers_3_mlp_fc1",
         "transformer.text_model.encoder.layers.3.mlp.fc1.weight", None),
        ("text_encoder_encoder_layers_3_mlp_fc1", "transformer.text_model.encoder.layers.3.mlp.fc1.weight", None),
        ("lora_te2_text_model_encoder_layers_3_self_attn_k_proj",
         "model.transformer.resblocks.3.attn.in_proj_weight", 1),
        ("text_encoder_2_text_model_encoder_layers_3_mlp_fc2", "model.transformer.resblocks.3.mlp.c_proj.weight", None),
        ("lora_te2_text_projection", "model.text_projection", None),
        ("text_encoders_clip_g_transformer_text_model_encoder_layers_31_self_attn_out_proj",
         "model.transformer.resblocks.31.attn.out_proj.weight", None),
        ("lora_unet_label_emb_0_2", "label_emb.0.2.weight", None),
        ("lora_unet_input_blocks_3_0_op", "input_blocks.3.0.op.weight", None),
        ("unet_down_blocks_0_downsamplers_0_conv", "input_blocks.3.0.op.weight", None),
        ("lora_unet_conv_in", "input_blocks.0.0.weight", None),
    ],
)  # fmt: skip
def test_names_outside_the_list(name: str, place: str, third: int | None) -> None:
    assert (SDXL.targets[name].place.name, SDXL.targets[name].place.third) == (place, third)
