"""What the kinds of ComfyUI's nodes mean: those that name a sampler or schedule, and those we have no match for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from core.library.foreign.comfy_graph import Node
from core.library.foreign.imported import Found

SAMPLER_NODES: Final[Mapping[str, str]] = {
    "SamplerEulerAncestral": "euler_ancestral",
    "SamplerEulerAncestralCFGPP": "euler_ancestral_cfg_pp",
    "SamplerDPMPP_2M_SDE": "dpmpp_2m_sde",
    "SamplerDPMPP_3M_SDE": "dpmpp_3m_sde",
    "SamplerDPMPP_SDE": "dpmpp_sde",
    "SamplerDPMPP_2S_Ancestral": "dpmpp_2s_ancestral",
    "SamplerLMS": "lms",
    "SamplerLCM": "lcm",
    "SamplerTCD": "tcd",
}
SCHEDULE_NODES: Final[Mapping[str, str]] = {
    "KarrasScheduler": "karras",
    "ExponentialScheduler": "exponential",
    "PolyexponentialScheduler": "polyexponential",
    "AlignYourStepsScheduler": "ays",
    "SDTurboScheduler": "turbo",
    "BetaSamplingScheduler": "beta",
    "VPScheduler": "vp",
    "LaplaceScheduler": "laplace",
}
UNDERSTOOD: Final = frozenset({
    "KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced", "KSamplerSelect", "BasicScheduler",
    "CFGGuider", "BasicGuider", "RandomNoise", "CLIPTextEncode", "CLIPTextEncodeSDXL", "CLIPTextEncodeSDXLRefiner",
    "ConditioningZeroOut", "EmptyLatentImage", "CheckpointLoaderSimple", "CheckpointLoader", "UNETLoader", "VAELoader",
    "LoraLoader", "LoraLoaderModelOnly", "RescaleCFG", "VAEDecode", "VAEDecodeTiled", "SaveImage", "PreviewImage",
    "Reroute", "PrimitiveNode", "PrimitiveInt", "PrimitiveFloat", "PrimitiveString", "PrimitiveStringMultiline",
    "CLIPSetLastLayer", "LoadImage", "VAEEncode", "Note", "MarkdownNote", "DualCLIPLoader", "CLIPLoader",
    "SDXL Empty Latent Image (rgthree)", "Power Lora Loader (rgthree)", "Efficient Loader", "KSampler (Efficient)",
    "ImageScale", *SAMPLER_NODES, *SCHEDULE_NODES,
})  # fmt: skip

NOTED: Final[Mapping[str, str]] = {
    "ControlNetLoader": "foreign.controlnet",
    "ControlNet": "foreign.controlnet",
    "T2IAdapter": "foreign.controlnet",
    "IPAdapter": "foreign.image_prompt",
    "InstantID": "foreign.image_prompt",
    "unCLIP": "foreign.image_prompt",
    "StyleModel": "foreign.image_prompt",
    "CLIPVision": "foreign.image_prompt",
    "FaceDetailer": "foreign.face_restoration",
    "Detailer": "foreign.face_restoration",
    "ReActor": "foreign.face_restoration",
    "FaceRestore": "foreign.face_restoration",
    "Upscale": "foreign.hires_fix",
    "Inpaint": "foreign.inpainting",
    "NoiseMask": "foreign.inpainting",
    "FreeU": "foreign.guidance_tricks",
    "PerturbedAttention": "foreign.guidance_tricks",
    "SelfAttentionGuidance": "foreign.guidance_tricks",
    "DynamicThresholding": "foreign.guidance_tricks",
    "AutomaticCFG": "foreign.guidance_tricks",
    "DualCFGGuider": "foreign.guidance_tricks",
    "AddDownscale": "foreign.guidance_tricks",
    "ToMePatchModel": "foreign.guidance_tricks",
    "HyperTile": "foreign.guidance_tricks",
    "ConditioningCombine": "foreign.prompt_sum",
    "ConditioningConcat": "foreign.prompt_sum",
    "ConditioningAverage": "foreign.prompt_sum",
    "ConditioningSetTimestepRange": "foreign.prompt_schedule",
    "ConditioningSet": "foreign.regions",
    "HypernetworkLoader": "foreign.hypernetwork",
    "Wildcard": "foreign.wildcards",
    "ModelMerge": "foreign.model_merge",
}
"""Parts of names of kinds, the first that fits."""

FAMILIES: Final[Mapping[str, str]] = {
    "Flux": "Flux",
    "SD3": "Stable Diffusion 3",
    "AuraFlow": "AuraFlow",
    "Hunyuan": "Hunyuan",
    "Wan": "Wan",
    "TripleCLIPLoader": "Stable Diffusion 3",
    "PixArt": "PixArt",
    "StableCascade": "Stable Cascade",
    "Qwen": "Qwen",
    "LTXV": "LTX",
}
MOST_TOLD: Final = 20


def note_nodes(nodes: Iterable[Node], found: Found) -> None:
    """A note for every kind of node that has no match here; each once."""
    unknown: dict[str, None] = {}
    for kind in {node.kind: None for node in nodes}:
        family = next((FAMILIES[part] for part in FAMILIES if part in kind), None)
        code = next((NOTED[part] for part in NOTED if part in kind), None)
        if family is not None:
            found.note("foreign.other_family", name=family)
        elif code is not None:
            found.note(code, value=kind, name=kind)
        elif kind not in UNDERSTOOD:
            unknown[kind] = None
    if unknown:
        found.note("foreign.nodes", names=", ".join(list(unknown)[:MOST_TOLD]))


def dimensions(text: str) -> tuple[str, str] | None:
    """The sides of "1024 x 1024 (square)"."""
    found = re.match(r"\s*(\d{1,40})\s*x\s*(\d{1,40})", text[:100])
    return (found[1], found[2]) if found else None
