"""What a model file is when it is no SDXL checkpoint, so that it can be refused by its name.

Told from tensor names alone. The patterns are anchored so that no tensor of an SDXL checkpoint can meet them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from core.checkpoint.header import Shape

_PATTERNS: Final[Mapping[str, str]] = {
    "controlnet": r"(lora_controlnet$|control_model\.|controlnet_|input_hint_block\.|lllite_)",
    "lora": r"(lora_(unet|te\d?)_|lycoris_|.+\.(lora_(up|down|mid|A|B)|lora\.(up|down)|hada_w\d|lokr_w\d|oft_blocks)\b"
    r"|.+(_lora\.(up|down)|lora_linear_layer)\.)",
    "ip_adapter": r"(image_proj|ip_adapter)\.",
    "t2i_adapter": r"(adapter\.)?body\.\d+\.(resnets\.\d+\.block|block1\.|in_conv\.)|adapter\.conv_in\.",
    "textual_inversion": r"(clip_[lg]|emb_params|text_encoders_[01]|string_to_param.*|bundle_emb\..*)$",
    "upscaler": r"(conv_first\.|model\.\d+\.sub\.|RRDB_trunk\.|params(_ema)?\.|layers\.0\.residual_group\.)",
    "flux": r"((model\.)?diffusion_model\.)?double_blocks\.\d+\.img_attn|single_transformer_blocks\.\d+\.",
    "sd3": r"((model\.)?diffusion_model\.)?joint_blocks\.\d+\.",
    "sd15": r"cond_stage_model\.transformer\.",
    "sd2": r"cond_stage_model\.model\.",
    "tiny_vae": r"taesd_(en|de)coder\.|(en|de)coder\.layers\.\d+\.conv\.|\d+\.conv\.0\.weight$",
    "image_encoder": r"(vision_model|visual)\.",
    "text_encoder": r"(text_model\.)?(embeddings\.token_embedding|encoder\.layers\.0)\.|encoder\.block\.0\.layer\.",
    "other_model": r"((model\.)?diffusion_model\.)?(transformer_blocks|blocks|layers)\.0\.",
}

KINDS: Final = frozenset({*_PATTERNS, "quantized"})
"""Everything that `foreign_kind` can answer."""

_COMPILED: Final = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}

_QUANTISED: Final = re.compile(
    r".+\.(scale_weight|weight_scale|absmax|quant_map|quant_state\..*|SCB|qweight|comfy_quant)$"
)

_OLD_CONTEXTS: Final[Mapping[int, str]] = {768: "sd15", 1024: "sd2"}


def foreign_kind(names: Collection[str]) -> str | None:
    """What a file with these tensors is ("lora", "flux", …), or None if none of the kinds we know to be something else.

    The error code for it is `file.is_` + kind.
    """
    found = (kind for kind, pattern in _COMPILED.items() if any(map(pattern.match, names)))
    return "quantized" if any(map(_QUANTISED.match, names)) else next(found, None)


def older_unet_kind(shapes: Mapping[str, Shape]) -> str | None:
    """Whether UNet tensors (relative names, either spelling) are those of Stable Diffusion 1 or 2, which have no
    vector conditioning: "sd15", "sd2", or None."""
    if any(name.startswith(("label_emb.", "add_embedding.")) for name in shapes):
        return None
    contexts = (shape[1] for name, shape in shapes.items() if name.endswith(".attn2.to_k.weight") and len(shape) == 2)
    return _OLD_CONTEXTS.get(next(contexts, 0))
