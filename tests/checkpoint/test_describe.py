"""What a file or folder is, from its headers alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.architecture import BASE_UNET as SDXL_BASE
from core.architecture import CLIP_L as SDXL_CLIP_L
from core.architecture import OPENCLIP_BIGG as SDXL_BIG_G
from core.architecture import REFINER_UNET as SDXL_REFINER
from core.architecture import SDXL_VAE, UNetConfig, VAEConfig
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.describe import describe
from core.checkpoint.header import Shape
from core.checkpoint.names import unet_diffusers_names, vae_diffusers_names
from core.errors import HangaError
from tests.checkpoint.files import entries, write_header, write_sparse
from tests.checkpoint.samples import BASE_UNET, BIG_G, CLIP_L, REFINER_UNET, SMALL_VAE, transformers_names

Tensors = dict[str, Shape]


def prefixed(prefix: str, tensors: Iterable[tuple[str, Shape]]) -> Tensors:
    return {prefix + name: shape for name, shape in tensors}


def base_tensors(unet: UNetConfig = BASE_UNET) -> Tensors:
    return (
        prefixed("model.diffusion_model.", unet_tensors(unet))
        | prefixed("first_stage_model.", vae_tensors(SMALL_VAE))
        | prefixed("conditioner.embedders.0.", clip_l_tensors(CLIP_L))
        | prefixed("conditioner.embedders.1.", big_g_tensors(BIG_G))
    )


def refiner_tensors() -> Tensors:
    return prefixed("model.diffusion_model.", unet_tensors(REFINER_UNET)) | prefixed(
        "conditioner.embedders.0.", big_g_tensors(BIG_G)
    )


def write(folder: Path, tensors: Mapping[str, Shape], metadata: Mapping[str, str] | None = None) -> Path:
    return write_sparse(folder / "model.safetensors", tensors.items(), metadata)


def refusal(path: Path) -> HangaError:
    with pytest.raises(HangaError) as caught:
        describe(path)
    return caught.value


def test_a_full_size_base(tmp_path: Path) -> None:
    tensors = (
        prefixed("model.diffusion_model.", unet_tensors(SDXL_BASE))
        | prefixed("first_stage_model.", vae_tensors(SDXL_VAE))
        | prefixed("conditioner.embedders.0.", clip_l_tensors(SDXL_CLIP_L))
        | prefixed("conditioner.embedders.1.", big_g_tensors(SDXL_BIG_G))
        | {"conditioner.embedders.0.transformer.text_model.embeddings.position_ids": (1, 77)}
    )
    assert len(tensors) == 2515
    found = describe(write(tmp_path, tensors))
    assert (found.kind, found.layout, found.dtype) == ("base", "file", "F16")
    assert (found.prediction, found.ztsnr) == ("epsilon", False)
    assert (found.unet, found.vae, found.clip_l, found.big_g) == (SDXL_BASE, SDXL_VAE, SDXL_CLIP_L, SDXL_BIG_G)
    assert found.unet_part is not None
    assert found.unet_part.parameters == 2_567_463_684
    assert found.bytes > 6_937_675_736
    assert len(found.account.loaded) == 2514
    assert [name for name, _ in found.account.ignored] == list(tensors)[-1:]
    assert found.account.missing + found.account.misshaped + found.account.unexpected == ()


def test_a_full_size_refiner(tmp_path: Path) -> None:
    tensors = (
        prefixed("model.diffusion_model.", unet_tensors(SDXL_REFINER))
        | prefixed("first_stage_model.", vae_tensors(SDXL_VAE))
        | prefixed("conditioner.embedders.0.", big_g_tensors(SDXL_BIG_G))
    )
    assert len(tensors) == 1858
    found = describe(write(tmp_path, tensors))
    assert (found.kind, found.unet, found.clip_l, found.big_g) == ("refiner", SDXL_REFINER, None, SDXL_BIG_G)
    assert found.is_refiner


def test_small_ones_of_the_same_family(tmp_path: Path) -> None:
    base = describe(write(tmp_path, base_tensors()))
    assert (base.kind, base.unet, base.vae, base.clip_l, base.big_g) == ("base", BASE_UNET, SMALL_VAE, CLIP_L, BIG_G)
    assert not base.is_refiner
    refiner = describe(write(tmp_path, refiner_tensors()))
    assert (refiner.kind, refiner.unet, refiner.vae, refiner.big_g) == ("refiner", REFINER_UNET, None, BIG_G)
    assert refiner.is_refiner


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
@pytest.mark.parametrize("config", [SDXL_BASE, SDXL_REFINER])
def test_a_unet_alone(tmp_path: Path, prefix: str, config: UNetConfig) -> None:
    tensors = dict(unet_tensors(config))
    for names in ({name: name for name in tensors}, unet_diffusers_names(config)):
        found = describe(write(tmp_path, {prefix + names[name]: shape for name, shape in tensors.items()}))
        assert (found.kind, found.unet, found.is_refiner) == ("unet", config, config is SDXL_REFINER)


@pytest.mark.parametrize("prefix", ["", "first_stage_model."])
def test_a_first_stage_alone(tmp_path: Path, prefix: str) -> None:
    tensors = dict(vae_tensors(SDXL_VAE))
    for names in ({name: name for name in tensors}, vae_diffusers_names(SDXL_VAE)):
        found = describe(write(tmp_path, {prefix + names[name]: shape for name, shape in tensors.items()}))
        assert (found.kind, found.vae, found.unet) == ("vae", SDXL_VAE, None)


def test_inpainting(tmp_path: Path) -> None:
    assert describe(write(tmp_path, base_tensors(replace(BASE_UNET, in_channels=9)))).is_inpainting
    assert refusal(write(tmp_path, base_tensors(replace(BASE_UNET, in_channels=8)))).code == "file.is_pix2pix"


def test_markers(tmp_path: Path) -> None:
    def said(extra: Tensors, metadata: Mapping[str, str] | None = None) -> tuple[str, bool]:
        found = describe(write(tmp_path, base_tensors() | extra, metadata))
        assert not found.account.unexpected
        return found.prediction, found.ztsnr

    assert said({}) == ("epsilon", False)
    assert said({"v_pred": (0,)}) == ("v", False)
    assert said({"v_pred": (0,), "ztsnr": (0,)}) == ("v", True)
    assert said({}, {"modelspec.prediction_type": "v"}) == ("v", False)
    assert said({}, {"modelspec.prediction_type": "sample"}) == ("sample", False)
    assert said({}, {"ss_v_parameterization": "True", "ss_zero_terminal_snr": "True"}) == ("v", True)
    (tmp_path / "model.yaml").write_text("model:\n  params:\n    parameterization: v\n")
    assert said({}) == ("v", False)
    assert refusal(write(tmp_path, base_tensors() | {"edm_vpred.sigma_max": ()})).code == "file.is_edm"


def test_what_the_starter_model_says_of_itself(tmp_path: Path) -> None:
    rows = [[0.1, 0.2, 0.3]] * 5
    metadata = {"hanga.vae_scale": "0.5", "hanga.vae_groups": "8", "hanga.latent_rgb": json.dumps(rows)}
    said = {"modelspec.title": "Star\nter\u202e " * 99, "modelspec.resolution": "256x192"}
    found = describe(write(tmp_path, base_tensors(), metadata | said))
    assert found.vae == replace(SMALL_VAE, scale=0.5, groups=8)
    assert found.native_size == (256, 192)
    assert found.latent_rgb == ((0.1, 0.2, 0.3),) * 5
    assert found.title is not None
    assert found.title.startswith("Starter Starter")
    assert len(found.title) <= 120


@pytest.mark.parametrize(
    "metadata",
    [{"hanga.vae_scale": text} for text in ("", "nan", "-1", "0", "1e999", "x")]
    + [{"hanga.vae_groups": text} for text in ("", "0", "-8", "8.0", "٣٢", "9" * 5000)]
    + [
        {"hanga.latent_rgb": text}
        for text in ("", "[]", "[[1,2,3]]", "7", "{}", "[[1,2,NaN]]" * 5, json.dumps([[1, 2, "x"]] * 5), "[" * 99999)
    ]
    + [{"hanga.latent_rgb": json.dumps([[1, 2, 1e999]] * 5)}],
)
def test_damaged_sayings(tmp_path: Path, metadata: Mapping[str, str]) -> None:
    assert refusal(write(tmp_path, base_tensors(), metadata)).code == "file.damaged"


def test_missing_and_misshaped_tensors_are_named(tmp_path: Path) -> None:
    last = "model.diffusion_model.output_blocks.5.0.out_layers.3.bias"
    tensors = base_tensors()
    del tensors[last]
    error = refusal(write(tmp_path, tensors))
    assert (error.code, error.data["first"], error.data["count"]) == ("file.incomplete", last.split(".", 2)[2], 1)
    error = refusal(write(tmp_path, base_tensors() | {last: (33,)}))
    assert (error.code, error.data["first"]) == ("file.incomplete", last.split(".", 2)[2])


def test_a_unet_that_does_not_fit_its_towers(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, base_tensors(replace(BASE_UNET, context_dim=128)))).code == "file.contradictory"
    assert refusal(write(tmp_path, base_tensors(replace(BASE_UNET, vector_dim=128)))).code == "file.contradictory"


def test_extras_are_accounted_for(tmp_path: Path) -> None:
    extras: Tensors = {
        "model_ema.decay": (),
        "denoiser.sigmas": (1000,),
        "conditioner.embedders.0.transformer.text_projection.weight": (64, 64),
        "conditioner.embedders.0.logit_scale": (),
        "first_stage_model.loss.logvar": (),
    }
    strange: Tensors = {"model.diffusion_model.extra.weight": (3,), "stray": (1,)}
    account = describe(write(tmp_path, base_tensors() | extras | strange)).account
    assert {name for name, _ in account.ignored} == extras.keys()
    assert set(account.unexpected) == strange.keys()


SD15_UNET = {
    "input_blocks.0.0.weight": (320, 4, 3, 3),
    "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
}


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["lora_unet_input_blocks_4_1_proj_in.lora_down.weight"], "lora"),
        (["lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha"], "lora"),
        (["unet.down_blocks.1.attentions.0.proj_in.lora_A.weight"], "lora"),
        (["unet.mid_block.attentions.0.attn1.processor.to_q_lora.down.weight"], "lora"),
        (["lycoris_down_blocks_0.hada_w1_a"], "lora"),
        (["control_model.input_blocks.0.0.weight"], "controlnet"),
        (["controlnet_cond_embedding.conv_in.weight", "down_blocks.0.resnets.0.conv1.weight"], "controlnet"),
        (["lora_controlnet", "input_blocks.4.1.proj_in.down"], "controlnet"),
        (["image_proj.proj.weight", "ip_adapter.1.to_k_ip.weight"], "ip_adapter"),
        (["adapter.body.0.resnets.0.block1.weight"], "t2i_adapter"),
        (["clip_l", "clip_g"], "textual_inversion"),
        (["emb_params"], "textual_inversion"),
        (["model.1.sub.0.RDB1.conv1.0.weight"], "upscaler"),
        (["conv_first.weight"], "upscaler"),
        (["model.diffusion_model.double_blocks.0.img_attn.qkv.weight"], "flux"),
        (["double_blocks.0.img_attn.qkv.weight"], "flux"),
        (["model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight"], "sd3"),
        (["cond_stage_model.transformer.text_model.final_layer_norm.bias"], "sd15"),
        (["cond_stage_model.model.ln_final.bias"], "sd2"),
        (["taesd_decoder.1.weight"], "tiny_vae"),
        (["1.conv.0.weight"], "tiny_vae"),
        (["vision_model.post_layernorm.weight"], "image_encoder"),
        (["text_model.encoder.layers.0.mlp.fc1.weight"], "text_encoder"),
        (["encoder.block.0.layer.0.SelfAttention.q.weight"], "text_encoder"),
        (["blocks.0.attn.qkv.weight"], "other_model"),
        ([*base_tensors(), "model.diffusion_model.out.2.scale_weight"], "quantized"),
    ],
)
def test_other_kinds_are_refused_by_name(tmp_path: Path, names: list[str], kind: str) -> None:
    assert refusal(write(tmp_path, dict.fromkeys(names, (1,)))).code == f"file.is_{kind}"


def test_older_and_other_networks_are_refused_by_name(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, SD15_UNET)).code == "file.is_sd15"
    sd2 = SD15_UNET | {"input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024)}
    assert refusal(write(tmp_path, prefixed("model.diffusion_model.", sd2.items()))).code == "file.is_sd2"
    flux = dict(vae_tensors(VAEConfig(latent_channels=16)))
    assert refusal(write(tmp_path, flux)).code == "file.is_other_vae"


def write_folder(folder: Path) -> Path:
    """A base in diffusers' layout; its UNet in three shards."""
    unet_names, vae_names = unet_diffusers_names(BASE_UNET), vae_diffusers_names(SMALL_VAE)
    unet = {unet_names[name]: shape for name, shape in unet_tensors(BASE_UNET)}
    vae = {vae_names[name]: shape for name, shape in vae_tensors(SMALL_VAE)}
    clip_l = {name.removeprefix("transformer."): shape for name, shape in clip_l_tensors(CLIP_L)}
    for name in ("unet", "vae", "text_encoder", "text_encoder_2", "scheduler"):
        (folder / name).mkdir(parents=True)
    for number in range(3):
        file = folder / "unet" / f"diffusion_pytorch_model-0000{number + 1}-of-00003.safetensors"
        write_sparse(file, [item for index, item in enumerate(unet.items()) if index % 3 == number])
    write_sparse(folder / "vae" / "diffusion_pytorch_model.fp16.safetensors", vae.items())
    write_sparse(folder / "text_encoder" / "model.safetensors", clip_l.items())
    write_sparse(folder / "text_encoder_2" / "model.safetensors", big_g_shapes().items())
    return folder


def big_g_shapes() -> Tensors:
    w, ends = BIG_G.width, {"token_embedding.weight": (50, 128), "position_embedding.weight": (77, 128)}
    inner = {"fc1.weight": (256, w), "fc1.bias": (256,), "fc2.weight": (w, 256), "text_projection.weight": (w, w)}
    square = {f"{letter}_proj.weight": (w, w) for letter in ("q", "k", "v", "out")}
    known = ends | inner | square
    shapes = {name: [shape for end, shape in known.items() if name.endswith(end)] for name in transformers_names(3)}
    return {name: found[0] if found else (w,) for name, found in shapes.items()}


def test_a_folder_in_shards_and_variants(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model")
    found = describe(folder)
    assert (found.kind, found.layout, found.unet, found.vae) == ("base", "folder", BASE_UNET, SMALL_VAE)
    assert (found.clip_l, found.big_g) == (CLIP_L, BIG_G)
    assert (found.account.unexpected, found.account.ignored) == ((), ())
    config = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(config))
    (folder / "vae" / "config.json").write_text('{"scaling_factor": 0.18215}')
    found = describe(folder)
    assert found.vae is not None
    assert (found.prediction, found.ztsnr, found.vae.scale) == ("v", True, 0.18215)


def test_folders_that_are_not_whole(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model")
    shard = folder / "unet" / "diffusion_pytorch_model-00002-of-00003.safetensors"
    content = shard.read_bytes()
    shard.unlink()
    assert refusal(folder).code == "file.missing_shards"
    shard.write_bytes(content)
    (folder / "scheduler" / "scheduler_config.json").write_text("[1")
    assert refusal(folder).code == "file.damaged"
    (folder / "scheduler" / "scheduler_config.json").write_text('{"_class_name": "EDMEulerScheduler"}')
    assert refusal(folder).code == "file.is_edm"
    (folder / "scheduler" / "scheduler_config.json").unlink()
    (folder / "text_encoder" / "model.safetensors").rename(folder / "text_encoder" / "pytorch_model.bin")
    assert refusal(folder).code == "file.pickle"
    (folder / "text_encoder" / "pytorch_model.bin").unlink()
    assert refusal(folder).code == "file.no_weights"


def test_two_shards_with_one_tensor(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model")
    shards = sorted((folder / "unet").iterdir())
    shards[1].write_bytes(shards[0].read_bytes())
    assert refusal(folder).code == "file.damaged"


def test_two_names_for_one_place(tmp_path: Path) -> None:
    names = vae_diffusers_names(SMALL_VAE)
    tensors = {names[name]: shape for name, shape in vae_tensors(SMALL_VAE)}
    twice = {"encoder.mid_block.attentions.0.query.weight": (128, 128)}
    assert describe(write(tmp_path, tensors | twice)).account.unexpected == tuple(twice)


def test_integers_are_no_weights(tmp_path: Path) -> None:
    header = entries(base_tensors().items())
    name = "model.diffusion_model.out.2.bias"
    start = header[name]["data_offsets"][0]
    assert header[name] == {"dtype": "F16", "shape": [4], "data_offsets": [start, start + 8]}
    header[name]["dtype"] = "I16"
    size = max(entry["data_offsets"][1] for entry in header.values())
    assert refusal(write_header(tmp_path / "x.safetensors", header, size)).data["first"] == "out.2.bias"
