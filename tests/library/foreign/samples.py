"""What each program writes about a picture, in its own words; all of it made up here."""

from __future__ import annotations

import json
from typing import Any

A1111 = (
    "a lighthouse on a cliff, (storm:1.3), [people] <lora:oil-paint:0.7>\nsecond line\n"
    "Negative prompt: blurry, text\nSteps: 28, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 6.5, "
    "Seed: 4012345678, Size: 832x1216, Model hash: 31e35c80fc, Model: sd_xl_base_1.0, VAE hash: 235745af8d, "
    'VAE: sdxl_vae.safetensors, Lora hashes: "oil-paint: 0123456789ab", RNG: CPU, '
    "Refiner: sd_xl_refiner_1.0 [7440042bbd], Refiner switch at: 0.8, Version: v1.10.1"
)
A1111_OLD = (
    "a lighthouse\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, Size: 1024x1024, Model hash: abcdef1234"
)
A1111_RICH = (
    "a [cat:dog:0.5] AND a bird, <hypernet:old:1> <lora:x:0.5:0.8> <lora:y:te=0.2:unet=1>\n"
    "Steps: 30, Sampler: DPM2 a, Schedule type: Turbo Charged, CFG scale: 7, Seed: 5, Size: 1000x1000, "
    "Model: anime, Clip skip: 4, Denoising strength: 0.4, Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent, "
    'ControlNet 0: "Module: canny, Model: control-canny [abcd], Weight: 1", ADetailer model: face.pt, '
    "ADetailer confidence: 0.3, Variation seed: 3, Variation seed strength: 0.2, Tiling: True, "
    'TI hashes: "bad-hands: 1234abcd", Skip Early CFG: 0.1, Version: f2.0.1v1.10.1'
)
CIVITAI = (
    "a lighthouse\nNegative prompt: fog\nSteps: 25, Sampler: Euler a, CFG scale: 4, Seed: 9, Size: 1024x1024, "
    "Clip skip: 2, Created Date: 2026-01-01T00:00:00Z, Civitai resources: "
    '[{"type":"checkpoint","modelVersionId":1,"modelName":"Nice Model","modelVersionName":"v1"},'
    '{"type":"lora","weight":0.6,"modelVersionId":2,"modelName":"Ink"}], Civitai metadata: {"a":1}'
)
SD_NEXT = (
    "a lighthouse\nNegative prompt: fog\nSteps: 25, Size: 1024x768, Sampler: UniPC, Seed: 9, CFG scale: 6, "
    "App: SD.Next, Version: 1234567, Operations: txt2img, Model: sdxl, Parser: native, RNG: CPU"
)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def comfy(**changes: dict[str, Any]) -> dict[str, Any]:
    """Text to picture with two LoRAs, sizes for SDXL, a reroute and a primitive."""
    nodes = {
        "1": node("CheckpointLoaderSimple", ckpt_name="xl\\dream_v2.safetensors"),
        "2": node("LoraLoader", model=["1", 0], clip=["1", 1], lora_name="ink.safetensors", strength_model=0.8,
                  strength_clip=0.8),
        "3": node("LoraLoader", model=["2", 0], clip=["2", 1], lora_name="sub/gold.safetensors", strength_model=-0.3,
                  strength_clip=1),
        "4": node("CLIPTextEncodeSDXL", clip=["3", 1], text_g="a lighthouse [sea]", text_l="oil paint", width=2048,
                  height=1024, crop_w=8, crop_h=16, target_width=1216, target_height=832),
        "5": node("CLIPTextEncode", clip=["3", 1], text=["12", 0]),
        "6": node("EmptyLatentImage", width=["11", 0], height=832, batch_size=1),
        "7": node("KSampler", model=["10", 0], positive=["4", 0], negative=["5", 0], latent_image=["6", 0],
                  seed=["13", 0], steps=24, cfg=5.5, sampler_name="dpmpp_2m", scheduler="karras", denoise=1.0),
        "8": node("VAEDecode", samples=["7", 0], vae=["1", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix="x"),
        "10": node("Reroute", **{"": ["3", 0]}),
        "11": node("PrimitiveInt", value=1216),
        "12": node("StringConcatenate", string_a="fog", string_b="", delimiter=""),
        "13": node("Seed (rgthree)", seed=2**40),
    }  # fmt: skip
    return nodes | changes


def comfy_refined() -> dict[str, Any]:
    """Base and refiner, each with half of the advanced sampler."""
    text = {"clip": ["1", 1]}
    refine = {"clip": ["2", 1], "width": 1024, "height": 1024}
    return {
        "1": node("CheckpointLoaderSimple", ckpt_name="sd_xl_base_1.0.safetensors"),
        "2": node("CheckpointLoaderSimple", ckpt_name="sd_xl_refiner_1.0.safetensors"),
        "3": node("CLIPTextEncode", text="a fox", **text),
        "4": node("ConditioningZeroOut", conditioning=["3", 0]),
        "5": node("CLIPTextEncodeSDXLRefiner", ascore=7.5, text="a fox", **refine),
        "6": node("CLIPTextEncodeSDXLRefiner", ascore=1.5, text="", **refine),
        "7": node("EmptyLatentImage", width=1024, height=1024, batch_size=1),
        "8": node("KSamplerAdvanced", model=["1", 0], positive=["3", 0], negative=["4", 0], latent_image=["7", 0],
                  add_noise="enable", noise_seed=77, steps=25, cfg=8.0, sampler_name="euler", scheduler="normal",
                  start_at_step=0, end_at_step=20, return_with_leftover_noise="enable"),
        "9": node("KSamplerAdvanced", model=["2", 0], positive=["5", 0], negative=["6", 0], latent_image=["8", 0],
                  add_noise="disable", noise_seed=0, steps=25, cfg=8.0, sampler_name="euler", scheduler="normal",
                  start_at_step=20, end_at_step=10000, return_with_leftover_noise="disable"),
        "10": node("VAEDecode", samples=["9", 0], vae=["11", 0]),
        "11": node("VAELoader", vae_name="sdxl_vae.safetensors"),
        "12": node("SaveImage", images=["10", 0], filename_prefix="x"),
    }  # fmt: skip


def comfy_custom() -> dict[str, Any]:
    """The sampler in parts, with rescaled guidance, FreeU, a ControlNet and an upscaler afterwards."""
    return {
        "1": node("CheckpointLoaderSimple", ckpt_name="v.safetensors"),
        "2": node("Power Lora Loader (rgthree)", model=["1", 0], clip=["1", 1],
                  lora_1={"on": True, "lora": "a.safetensors", "strength": 0.5},
                  lora_2={"on": False, "lora": "b.safetensors", "strength": 1}),
        "3": node("RescaleCFG", model=["2", 0], multiplier=0.7),
        "4": node("FreeU_V2", model=["3", 0], b1=1.3),
        "5": node("CLIPTextEncode", clip=["2", 1], text="a fox embedding:better here"),
        "6": node("CLIPTextEncode", clip=["2", 1], text="fog"),
        "7": node("ControlNetApplyAdvanced", positive=["5", 0], negative=["6", 0], control_net=["99", 0], strength=1),
        "8": node("CFGGuider", model=["4", 0], positive=["7", 0], negative=["7", 1], cfg=4.5),
        "9": node("BasicScheduler", model=["4", 0], scheduler="sgm_uniform", steps=30, denoise=1),
        "10": node("KSamplerSelect", sampler_name="uni_pc"),
        "11": node("RandomNoise", noise_seed=5),
        "12": node("SDXL Empty Latent Image (rgthree)", dimensions="1344 x 768  (landscape)", batch_size=1),
        "13": node("SamplerCustomAdvanced", noise=["11", 0], guider=["8", 0], sampler=["10", 0], sigmas=["9", 0],
                   latent_image=["12", 0]),
        "14": node("VAEDecodeTiled", samples=["13", 0], vae=["1", 2]),
        "15": node("ImageUpscaleWithModel", upscale_model=["98", 0], image=["14", 0]),
        "16": node("Fancy Node", images_in=["15", 0]),
        "17": node("SaveImage", images=["16", 0]),
    }  # fmt: skip


WORKFLOW = {
    "last_node_id": 7,
    "nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["dream.safetensors"], "inputs": []},
        {"id": 2, "type": "CLIPTextEncode", "widgets_values": ["a fox"], "inputs": [{"name": "clip", "link": 1}]},
        {"id": 3, "type": "CLIPTextEncode", "widgets_values": ["fog"], "inputs": [{"name": "clip", "link": 2}]},
        {"id": 4, "type": "EmptyLatentImage", "widgets_values": [896, 1152, 1]},
        {
            "id": 5,
            "type": "KSampler",
            "widgets_values": [3, "randomize", 20, 7.5, "euler_ancestral", "normal", 1],
            "inputs": [
                {"name": "model", "link": 3},
                {"name": "positive", "link": 4},
                {"name": "negative", "link": 5},
                {"name": "latent_image", "link": 6},
            ],
        },
        {"id": 6, "type": "VAEDecode", "inputs": [{"name": "samples", "link": 7}, {"name": "vae", "link": 8}]},
        {"id": 7, "type": "SaveImage", "widgets_values": ["x"], "inputs": [{"name": "images", "link": 9}]},
    ],
    "links": [
        [1, 1, 1, 2, 0, "CLIP"],
        [2, 1, 1, 3, 0, "CLIP"],
        [3, 1, 0, 5, 0, "MODEL"],
        [4, 2, 0, 5, 1, "CONDITIONING"],
        [5, 3, 0, 5, 2, "CONDITIONING"],
        [6, 4, 0, 5, 3, "LATENT"],
        [7, 5, 0, 6, 0, "LATENT"],
        [8, 1, 2, 6, 1, "VAE"],
        [9, 6, 0, 7, 0, "IMAGE"],
    ],
}

INVOKE = {
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "a lighthouse (in a storm)1.3 sea++ sci-fi fog-",
    "negative_prompt": "text",
    "positive_style_prompt": "oil paint",
    "negative_style_prompt": "",
    "width": 1216,
    "height": 832,
    "seed": 123,
    "rand_device": "cpu",
    "cfg_scale": 6.0,
    "cfg_rescale_multiplier": 0.5,
    "steps": 30,
    "scheduler": "dpmpp_2m_sde_k",
    "model": {"key": "x", "hash": "blake3:" + "ab" * 32, "name": "Dream XL", "base": "sdxl", "type": "main"},
    "loras": [{"model": {"key": "y", "name": "Ink", "base": "sdxl", "type": "lora"}, "weight": 0.75}],
    "refiner_model": {"name": "SDXL Refiner", "base": "sdxl-refiner", "hash": ""},
    "refiner_start": 0.7,
    "refiner_positive_aesthetic_score": 6.5,
    "refiner_negative_aesthetic_score": 2.0,
    "controlnets": [{"control_model": {"name": "Canny"}}],
    "app_version": "5.4.2",
}
INVOKE_OLD = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "model_hash": "cc6cb27103417325ff94f52b7a5d2dde45a7515b25c255d8e396c90014281516",
    "image": {
        "prompt": [{"prompt": "a fox [fog]", "weight": 1}],
        "steps": 50,
        "cfg_scale": 7.5,
        "width": 512,
        "height": 768,
        "seed": 42,
        "sampler": "k_lms",
        "type": "txt2img",
    },
}
INVOKE_OLDEST = '"a fox [fog]" -s 40 -S 42 -W 512 -H 768 -C 7.5 -A k_euler_a'

FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8",
    "base_model_hash": "aeb7e9e689",
    "full_negative_prompt": ["fog", "worst quality"],
    "full_prompt": ["a fox", "cinematic still a fox . emotional", "a fox, very detailed"],
    "guidance_scale": 4.0,
    "lora_combined_1": "sd_xl_offset_example-lora_1.0.safetensors : 0.1",
    "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "4852686128"]],
    "metadata_scheme": "fooocus",
    "negative_prompt": "fog",
    "performance": "Speed",
    "prompt": "a fox",
    "refiner_model": "sd_xl_refiner_1.0",
    "refiner_model_hash": "7440042bbd",
    "refiner_switch": 0.8,
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "6543210987654321",
    "sharpness": 2.0,
    "steps": 30,
    "styles": "['Fooocus V2', 'Cinematic']",
    "vae": "Default (model)",
    "version": "Fooocus v2.5.5",
}
FOOOCUS_TEXT = (
    "a fox, cinematic\nNegative prompt: fog, worst quality\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 77, "
    'Size: 1152x896, CFG scale: 4, Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", Model: juggernautXL_v8, '
    "Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, VAE: Default (model), "
    "Styles: \"['Fooocus V2']\", Raw prompt: a fox, Raw negative prompt: fog, "
    'Lora hashes: "offset: 4852686128", Lora weights: "offset: 0.1", Version: Fooocus v2.5.5'
)

SWARM = {
    "sui_image_params": {
        "prompt": "a (red:1.2) fox <lora:ink:0.5> <segment:face> [x]",
        "negativeprompt": "fog",
        "model": "SDXL/dream.safetensors",
        "seed": 11,
        "steps": 20,
        "cfgscale": 7.0,
        "aspectratio": "1:1",
        "width": 1024,
        "height": 1024,
        "sampler": "euler",
        "scheduler": "normal",
        "refinercontrolpercentage": 0.2,
        "refinermethod": "StepSwap",
        "refinermodel": "sd_xl_refiner_1.0",
        "loras": ["gold"],
        "loraweights": ["0.4"],
        "swarm_version": "0.9.7.0",
    },
    "sui_models": [{"name": "SDXL/dream.safetensors", "param": "model", "hash": "0x" + "12" * 32}],
}

NOVELAI_COMMENT = {
    "prompt": "{{fox}}, [moon] (plain), 1.5::red, sky::, sea",
    "uc": "fog",
    "steps": 28,
    "height": 1216,
    "width": 832,
    "scale": 5.0,
    "uncond_scale": 1.0,
    "cfg_rescale": 0.2,
    "seed": 3210,
    "sampler": "k_euler_ancestral",
    "noise_schedule": "karras",
    "sm": False,
    "request_type": "PromptGenerateRequest",
}
NOVELAI = {
    "Title": "AI generated image",
    "Description": "{{fox}}, [moon]",
    "Software": "NovelAI",
    "Source": "Stable Diffusion XL C1E1DE52",
    "Generation time": "4.2",
    "Comment": json.dumps(NOVELAI_COMMENT),
}
NOVELAI_V4 = NOVELAI | {
    "Source": "NovelAI Diffusion V4.5 4BDE2A90",
    "Comment": json.dumps({
        "steps": 23,
        "v4_prompt": {"caption": {"base_caption": "a fox", "char_captions": [{"char_caption": "girl"}]}},
        "v4_negative_prompt": {"caption": {"base_caption": "fog", "char_captions": []}},
        "seed": 1,
    }),
}  # fmt: skip

DRAW_THINGS_JSON = {
    "c": "a fox",
    "uc": "fog",
    "model": "sd_xl_base_1.0_f16.ckpt",
    "sampler": "DPM++ 2M Karras",
    "scale": 5,
    "seed": 99,
    "steps": 30,
    "strength": 1,
    "size": "1024x768",
    "lora": [{"model": "ink_lora_f16.ckpt", "weight": 0.5}],
    "v2": {
        "originalImageWidth": 2048,
        "originalImageHeight": 1536,
        "cropTop": 8,
        "cropLeft": 4,
        "targetImageWidth": 1024,
        "targetImageHeight": 768,
        "aestheticScore": 7,
        "negativeAestheticScore": 2,
        "refinerModel": "sd_xl_refiner_1.0_f16.ckpt",
        "refinerStart": 0.7,
    },
}


def draw_things(told: dict[str, Any]) -> str:
    """The packet that it writes."""
    escaped = json.dumps(told).replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<xmp:CreatorTool>Draw Things</xmp:CreatorTool>"
        f'<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{escaped}</rdf:li></rdf:Alt></exif:UserComment>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
