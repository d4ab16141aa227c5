"""What a model file is when it is no SDXL checkpoint, so that it can be refused by its name.

Told from tensor names alone. The patterns are anchored so that no tensor of an SDXL checkpoint can meet them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from core.checkpoint.header import Shape

_PATTERNS: Final[Mapping[str, str]] = {
    "file.is_controlnet": r"(lora_controlnet$|control_model\.|controlnet_|input_hint_block\.|lllite_)",
    "file.is_lora": r"(lora_(unet|te\d?)_|lycoris_|.+(_lora\.(up|down)|lora_linear_layer)\."
    r"|.+\.(lora_(up|down|mid|A|B)|lora\.(up|down)|hada_w\d|lokr_w\d|oft_blocks)\b)",
    "file.is_ip_adapter": r"(image_proj|ip_adapter)\.",
    "file.is_t2i_adapter": r"(adapter\.)?body\.\d+\.(resnets\.\d+\.block|block1\.|in_conv\.)|adapter\.conv_in\.",
    "file.is_textual_inversion": r"(clip_[lg]|emb_params|text_encoders_[01]|string_to_param.*|bundle_emb\..*)$",
    "file.is_upscaler": r"(conv_first\.|model\.\d+\.sub\.|RRDB_trunk\.|params(_ema)?\.|layers\.0\.residual_group\.)",
    "file.is_flux": r"((model\.)?diffusion_model\.)?double_blocks\.\d+\.img_attn|single_transformer_blocks\.\d+\.",
    "file.is_sd3": r"((model\.)?diffusion_model\.)?joint_blocks\.\d+\.",
    "file.is_sd15": r"cond_stage_model\.transformer\.",
    "file.is_sd2": r"cond_stage_model\.model\.",
    "file.is_tiny_vae": r"taesd_(en|de)coder\.|(en|de)coder\.layers\.\d+\.conv\.|\d+\.conv\.0\.weight$",
    "file.is_image_encoder": r"(vision_model|visual)\.",
    "file.is_text_encoder": r"(text_model\.)?(embeddings\.token_embedding|encoder\.layers\.0)\."
    r"|encoder\.block\.0\.layer\.",
    "file.is_other_model": r"((model\.)?diffusion_model\.)?(transformer_blocks|blocks|layers)\.0\.",
}

_COMPILED: Final = {code: re.compile(pattern) for code, pattern in _PATTERNS.items()}

_QUANTISED: Final = re.compile(
    r".+\.(scale_weight|weight_scale|absmax|quant_map|quant_state\..*|SCB|qweight|comfy_quant)$"
)

_OLD_CONTEXTS: Final[Mapping[int, str]] = {768: "file.is_sd15", 1024: "file.is_sd2"}


def foreign_code(names: Collection[str]) -> str | None:
    """The error code for a file with these tensors, or None if it is none of the kinds we know to be something else."""
    found = (code for code, pattern in _COMPILED.items() if any(map(pattern.match, names)))
    return "file.is_quantized" if any(map(_QUANTISED.match, names)) else next(found, None)


def older_unet_code(shapes: Mapping[str, Shape]) -> str | None:
    """The error code for UNet tensors (relative names, either spelling) of Stable Diffusion 1 or 2, which have no
    vector conditioning; None for others."""
    if any(name.startswith(("label_emb.", "add_embedding.")) for name in shapes):
        return None
    contexts = (shape[1] for name, shape in shapes.items() if name.endswith(".attn2.to_k.weight") and len(shape) == 2)
    return _OLD_CONTEXTS.get(next(contexts, 0))
