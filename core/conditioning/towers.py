"""The two text encoders of SDXL: CLIP ViT-L from transformers, OpenCLIP ViT-bigG from open_clip.

Both run as the published system runs them, whatever their width and depth: causal attention only (padding is
attended to, so a tower must be given the padding it was trained on), the state before the last layer without the
final normalisation as the sequence, and for bigG the projected end-of-text row of the normalised last layer as the
pooled vector. Facts: Radford et al. 2021 (arXiv 2103.00020) section 2.4; Podell et al. 2023 (arXiv 2307.01952)
section 2.1.

State-dict names are those of the published single files below `conditioner.embedders.N.`. A tower has parameters
and no buffers: what is not in a checkpoint is computed, so one that was built on the meta device is complete as soon
as its checkpoint is loaded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from core.architecture import TextConfig
from core.conditioning.tokens import BOS, EOS
from core.conditioning.torchvision_guard import allow_torchvision_without_extension
from core.errors import HangaError

if TYPE_CHECKING:
    from open_clip.transformer import TextTransformer
    from transformers import CLIPTextModel

LOGIT_SCALE = math.log(100)
"""Where CLIP caps its logit scale. Unused here, but a published bigG carries one."""


Pooled = TypeVar("Pooled", Tensor, None)


class TextTower(nn.Module, Generic[Pooled]):
    """What both towers promise."""

    pad_id: ClassVar[int]
    """The token that fills a window; attended to like any other."""

    def encode(self, ids: Tensor) -> tuple[Tensor, Pooled]:
        """Token ids [B, 77] → hidden [B, 77, width] and, from bigG, pooled [B, projection].

        The ids may lie anywhere; the result has the tower's dtype and lies where its weights do.
        """
        output: tuple[Tensor, Pooled] = self(ids)
        return output


class ClipL(TextTower[None]):
    """CLIP ViT-L's text half: quick GELU, no pooled output. Names begin with `transformer.text_model.`."""

    pad_id = EOS

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        # transformers 5 left the level "text_model" out of this class; published files have it.
        self.transformer = nn.ModuleDict({"text_model": _clip_text_model(config)})

    def forward(self, ids: Tensor) -> tuple[Tensor, None]:
        model: CLIPTextModel = self.transformer["text_model"]
        ids = ids.to(model.embeddings.token_embedding.weight.device)
        positions = torch.arange(ids.shape[1], device=ids.device)[None]
        output = model(ids, position_ids=positions, output_hidden_states=True)
        return output.hidden_states[-2], None


class BigG(TextTower[Tensor]):
    """OpenCLIP ViT-bigG's text half: exact GELU, pooled output. Names begin with `model.`.

    The row that is pooled is the first end-of-text token. Taking the highest id instead, as open_clip does, finds
    the same row unless learned tokens were added above the vocabulary.

    Raises HangaError `file.text_projection_missing`: without a projection there is no pooled vector for the UNet.
    """

    pad_id = 0

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        if config.projection is None:
            raise HangaError("file.text_projection_missing")
        self.model = _open_clip_text_transformer(config)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        model = self.model
        ids = ids.to(model.token_embedding.weight.device)
        states = hidden = model.token_embedding(ids) + model.positional_embedding[: ids.shape[1]]
        mask = states.new_full((ids.shape[1], ids.shape[1]), -math.inf).triu(1)
        for block in model.transformer.resblocks:
            hidden, states = states, block(states, attn_mask=mask)
        return hidden, self._pool(states, ids)

    def _pool(self, states: Tensor, ids: Tensor) -> Tensor:
        end = (ids == EOS).int().argmax(dim=-1)
        rows = torch.arange(len(ids), device=ids.device)
        pooled: Tensor = self.model.ln_final(states[rows, end]) @ self.model.text_projection
        return pooled


def _clip_text_model(config: TextConfig) -> CLIPTextModel:
    allow_torchvision_without_extension()
    from transformers import CLIPTextConfig, CLIPTextModel

    model = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=config.vocabulary,
            hidden_size=config.width,
            intermediate_size=config.mlp_width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            max_position_embeddings=config.positions,
            hidden_act="quick_gelu",
            layer_norm_eps=1e-5,
            bos_token_id=BOS,
            eos_token_id=EOS,
            pad_token_id=EOS,
            attn_implementation="sdpa",
        )
    )
    model.embeddings.position_ids = None
    return model


def _open_clip_text_transformer(config: TextConfig) -> TextTransformer:
    allow_torchvision_without_extension()
    from open_clip.transformer import TextTransformer

    model = TextTransformer(
        context_length=config.positions,
        vocab_size=config.vocabulary,
        width=config.width,
        heads=config.heads,
        layers=config.layers,
        mlp_ratio=config.mlp_width / config.width,
        output_dim=config.projection,
    )
    model.attn_mask = None
    model.logit_scale = nn.Parameter(torch.tensor(LOGIT_SCALE))
    return model
