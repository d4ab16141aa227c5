"""The towers against the libraries' own models, and against each other's."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from open_clip.transformer import QuickGELU, TextTransformer
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from core.architecture import CLIP_L, OPENCLIP_BIGG, TextConfig
from core.conditioning.tokens import EOS, Window, tokenize
from core.conditioning.towers import BigG, ClipL, TextTower
from core.errors import HangaError

KEYS = Path(__file__).parents[1] / "data" / "keys"
PROMPTS = ["", "a cat", "a red cat on a green sofa, oil painting, " * 6]
TOLERANCE = 1e-10
"""In float64, of the largest value."""


def ids(pad_id: int) -> Tensor:
    return torch.tensor([tokenize(prompt).windows[0].for_tower(pad_id) for prompt in PROMPTS])


def assert_close(ours: Tensor, theirs: Tensor) -> None:
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= TOLERANCE * theirs.abs().max()


def published(name: str) -> dict[str, str]:
    return dict(line.split("\t") for line in (KEYS / name).read_text().splitlines())


def named_shapes(tower: TextTower, prefix: str) -> dict[str, str]:
    return {prefix + name: "x".join(map(str, tensor.shape)) or "scalar" for name, tensor in tower.state_dict().items()}


def test_clip_l_has_the_published_tensors() -> None:
    with torch.device("meta"):
        tower = ClipL(CLIP_L)
    expected = published("te_l_sgm.tsv")
    del expected["conditioner.embedders.0.transformer.text_model.embeddings.position_ids"]  # no weight: 0 to 76
    assert named_shapes(tower, "conditioner.embedders.0.") == expected
    assert len(expected) == 196


def test_bigg_has_the_published_tensors() -> None:
    with torch.device("meta"):
        tower = BigG(OPENCLIP_BIGG)
    expected = published("te_bigG_sgm.tsv")
    assert named_shapes(tower, "conditioner.embedders.1.") == expected
    assert len(expected) == 390


def test_bigg_without_a_projection_is_refused() -> None:
    with pytest.raises(HangaError, match="text_projection_missing"):
        BigG(TextConfig(width=64, layers=1, mlp_width=256, projection=None))


@pytest.mark.parametrize("pad_id", [0, EOS])
def test_a_tower_built_without_memory_is_complete_with_its_checkpoint(clip_l: ClipL, bigg: BigG, pad_id: int) -> None:
    with torch.device("meta"):
        bare_l = ClipL(TextConfig(width=64, layers=3, mlp_width=256, projection=None)).eval()
        bare_g = BigG(TextConfig(width=128, layers=3, mlp_width=512, projection=96)).eval()
    for bare, tower in ((bare_l, clip_l), (bare_g, bigg)):
        bare.load_state_dict(tower.state_dict(), assign=True)
        assert not list(bare.buffers())
        assert torch.equal(bare.encode(ids(pad_id))[0], tower.encode(ids(pad_id))[0])


def hf_config(width: int, act: str, projection: int = 96) -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=3,
        num_attention_heads=width // 64,
        projection_dim=projection,
        hidden_act=act,
        eos_token_id=EOS,
    )


def open_clip_tower(width: int, act: type[nn.Module], projection: int = 96) -> TextTransformer:
    return TextTransformer(
        width=width, heads=width // 64, layers=3, output_dim=projection, act_layer=act, pool_type="eos", eos_id=EOS
    )


def open_clip_outputs(tower: TextTransformer, tokens: Tensor) -> tuple[Tensor, Tensor]:
    output = tower.double().eval().forward_intermediates(tokens, indices=[1], output_fmt="NLC")
    return output["text_intermediates"][0], output["text_features"]


def hf_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Open_clip's tensors under transformers' names: attention rows in thirds, projection transposed."""
    renamed = {
        "text_model.embeddings.token_embedding.weight": weights["token_embedding.weight"],
        "text_model.embeddings.position_embedding.weight": weights["positional_embedding"],
        "text_model.final_layer_norm.weight": weights["ln_final.weight"],
        "text_model.final_layer_norm.bias": weights["ln_final.bias"],
        "text_projection.weight": weights["text_projection"].T,
    }
    parts = {
        "ln_1": "layer_norm1",
        "ln_2": "layer_norm2",
        "attn.out_proj": "self_attn.out_proj",
        "mlp.c_fc": "mlp.fc1",
        "mlp.c_proj": "mlp.fc2",
    }
    for layer in range(3):
        source, target = f"transformer.resblocks.{layer}.", f"text_model.encoder.layers.{layer}."
        for kind in ("weight", "bias"):
            for theirs, ours in parts.items():
                renamed[f"{target}{ours}.{kind}"] = weights[f"{source}{theirs}.{kind}"]
            thirds = weights[f"{source}attn.in_proj_{kind}"].chunk(3)
            for name, third in zip("qkv", thirds, strict=True):
                renamed[f"{target}self_attn.{name}_proj.{kind}"] = third
    return renamed


def without_prefix(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items()}


@pytest.mark.parametrize("pad_id", [0, EOS])
@torch.no_grad()
def test_clip_l_is_that_of_transformers(clip_l: ClipL, pad_id: int) -> None:
    tower = copy.deepcopy(clip_l).double()
    model = CLIPTextModel(hf_config(64, "quick_gelu")).double().eval()
    model.load_state_dict(without_prefix(tower.state_dict(), "transformer.text_model."))
    expected = model(ids(pad_id), output_hidden_states=True).hidden_states[-2]
    hidden, pooled = tower.encode(ids(pad_id))
    assert_close(hidden, expected)
    assert pooled is None


@pytest.mark.parametrize("pad_id", [0, EOS])
@torch.no_grad()
def test_clip_l_computes_what_open_clip_does_with_its_weights(clip_l: ClipL, pad_id: int) -> None:
    tower = copy.deepcopy(clip_l).double()
    twin = open_clip_tower(64, QuickGELU)
    renamed = hf_names(twin.state_dict())
    weights = without_prefix(tower.state_dict(), "transformer.") | {"text_projection.weight": torch.zeros(96, 64)}
    for name, tensor in renamed.items():  # the renamed tensors are views of the twin's own
        tensor.copy_(weights[name])
    assert_close(tower.encode(ids(pad_id))[0], open_clip_outputs(twin, ids(pad_id))[0])


@pytest.mark.parametrize("pad_id", [0, EOS])
@torch.no_grad()
def test_bigg_is_that_of_open_clip(bigg: BigG, pad_id: int) -> None:
    tower = copy.deepcopy(bigg).double()
    twin = open_clip_tower(128, nn.GELU)
    weights = without_prefix(tower.state_dict(), "model.")
    del weights["logit_scale"]
    twin.load_state_dict(weights)
    for ours, theirs in zip(tower.encode(ids(pad_id)), open_clip_outputs(twin, ids(pad_id)), strict=True):
        assert_close(ours, theirs)


@pytest.mark.parametrize("pad_id", [0, EOS])
@torch.no_grad()
def test_bigg_computes_what_transformers_does_with_its_weights(bigg: BigG, pad_id: int) -> None:
    tower = copy.deepcopy(bigg).double()
    model = CLIPTextModelWithProjection(hf_config(128, "gelu")).double().eval()
    model.load_state_dict(hf_names(without_prefix(tower.state_dict(), "model.")))
    output = model(ids(pad_id), output_hidden_states=True)
    hidden, pooled = tower.encode(ids(pad_id))
    assert_close(hidden, output.hidden_states[-2])
    assert_close(pooled, output.text_embeds)


@torch.no_grad()
def test_the_comparison_would_notice_another_activation(bigg: BigG) -> None:
    tower = copy.deepcopy(bigg).double()
    model = CLIPTextModelWithProjection(hf_config(128, "quick_gelu")).double().eval()
    model.load_state_dict(hf_names(without_prefix(tower.state_dict(), "model.")))
    expected = model(ids(0), output_hidden_states=True).hidden_states[-2]
    assert (tower.encode(ids(0))[0] - expected).abs().max() > 1e-4 * expected.abs().max()


@torch.no_grad()
def test_padding_is_attended_to(clip_l: ClipL, bigg: BigG) -> None:
    for tower in (clip_l, bigg):
        right, wrong = tower.encode(ids(0))[0], tower.encode(ids(EOS))[0]
        assert torch.equal(right[:, :2], wrong[:, :2])
        assert not torch.allclose(right[1, 4:], wrong[1, 4:], rtol=0.1)


@torch.no_grad()
def test_pools_the_first_end_of_text(bigg: BigG) -> None:
    plain = torch.tensor([Window((7, 8)).for_tower(0)])
    changed = plain.clone()
    changed[0, 4:] = EOS
    assert torch.equal(bigg.encode(plain)[1], bigg.encode(changed)[1])


def test_gradients_reach_every_weight_that_the_output_depends_on(clip_l: ClipL, bigg: BigG) -> None:
    tower_l, tower_g = copy.deepcopy(clip_l).train(), copy.deepcopy(bigg).train()
    hidden_l, _ = tower_l.encode(ids(EOS))
    hidden_g, pooled = tower_g.encode(ids(0))
    (hidden_l.square().sum() + hidden_g.square().sum() + pooled.square().sum()).backward()
    untouched = {name for tower in (tower_l, tower_g) for name, p in tower.named_parameters() if p.grad is None}
    last = "transformer.text_model.encoder.layers.2."
    assert {name for name in untouched if not name.startswith((last, "transformer.text_model.final_"))} == {
        "model.logit_scale"
    }
