"""Prompts through the towers: contexts, pooled vectors, emphasis, windows, empty negatives."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from core.conditioning.encode import TextEmbedding, Towers
from core.conditioning.tokens import EOS, WINDOW, Window, tokenize
from core.conditioning.towers import BigG, ClipL
from tests.conditioning.test_towers import hf_config, hf_names, without_prefix

LONG = "a cat, " * 40


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def towers(clip_l: ClipL, bigg: BigG) -> Towers:
    return Towers(bigg, clip_l)


@pytest.fixture(scope="module")
def oracle(clip_l: ClipL, bigg: BigG) -> StableDiffusionXLPipeline:
    """Diffusers' pipeline, text half only, around the same weights."""
    encoder = CLIPTextModel(hf_config(64, "quick_gelu")).eval()
    encoder.load_state_dict(without_prefix(clip_l.state_dict(), "transformer.text_model."))
    encoder_2 = CLIPTextModelWithProjection(hf_config(128, "gelu")).eval()
    encoder_2.load_state_dict(hf_names(without_prefix(bigg.state_dict(), "model.")))
    vocabulary = SimpleTokenizer()
    names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    numbers = {names.get(token, token): number for token, number in vocabulary.encoder.items()}
    tokenizers = [
        CLIPTokenizer(vocab=numbers, merges=list(vocabulary.bpe_ranks), pad_token=pad, model_max_length=77)
        for pad in ("<|endoftext|>", "!")
    ]
    return StableDiffusionXLPipeline(
        vae=None,
        text_encoder=encoder,
        text_encoder_2=encoder_2,
        tokenizer=tokenizers[0],
        tokenizer_2=tokenizers[1],
        unet=None,
        scheduler=None,
        add_watermarker=False,
    )


def assert_same(ours: TextEmbedding, context: Tensor, pooled: Tensor) -> None:
    for mine, theirs in ((ours.context, context[0]), (ours.pooled, pooled[0])):
        assert mine.shape == theirs.shape
        assert (mine - theirs).abs().max() <= 1e-5 * theirs.abs().max()


def test_gives_what_diffusers_gives(towers: Towers, oracle: StableDiffusionXLPipeline) -> None:
    texts = {
        "prompt": "a red cat on a sofa, oil painting",
        "prompt_2": "Ukiyo-e, café",
        "negative_prompt": "blurry, 3 dogs",
        "negative_prompt_2": "low quality",
    }
    context, negative_context, pooled, negative_pooled = oracle.encode_prompt(**texts, device="cpu")
    wanted, unwanted = towers.encode_pair(
        tokenize(texts["prompt"]),
        tokenize(texts["negative_prompt"]),
        tokenize(texts["prompt_2"]),
        tokenize(texts["negative_prompt_2"]),
    )
    assert_same(wanted, context, pooled)
    assert_same(unwanted, negative_context, negative_pooled)


@pytest.mark.parametrize(("mode", "negative"), [("encode", ""), ("zero", None)])
def test_both_meanings_of_an_empty_negative(
    towers: Towers, oracle: StableDiffusionXLPipeline, mode: str, negative: str | None
) -> None:
    _, context, _, pooled = oracle.encode_prompt("a cat", negative_prompt=negative, device="cpu")
    _, unwanted = towers.encode_pair(tokenize("a cat"), tokenize(""), empty_negative=mode)  # type: ignore[arg-type]
    assert_same(unwanted, context, pooled)


def test_a_negative_with_words_is_never_zero(towers: Towers) -> None:
    _, unwanted = towers.encode_pair(tokenize("a"), tokenize(""), negative_2=tokenize("b"), empty_negative="zero")
    assert unwanted.context.abs().min(dim=0).values.any()


def test_a_refiner_reads_bigg_alone(towers: Towers) -> None:
    alone = Towers(towers.bigg).encode(tokenize("a cat"))
    both = towers.encode(tokenize("a cat"))
    assert torch.equal(alone.context, both.context[:, 64:])
    assert torch.equal(alone.pooled, both.pooled)


def test_the_second_prompt_goes_to_the_second_tower(towers: Towers) -> None:
    mixed = towers.encode(tokenize("a cat"), tokenize("a dog"))
    assert torch.equal(mixed.context[:, :64], towers.encode(tokenize("a cat")).context[:, :64])
    assert torch.equal(mixed.context[:, 64:], towers.encode(tokenize("a dog")).context[:, 64:])
    assert torch.equal(mixed.pooled, towers.encode(tokenize("a dog")).pooled)


def test_a_long_prompt_is_its_windows_side_by_side(towers: Towers) -> None:
    embedding = towers.encode(tokenize("a cat BREAK a dog"))
    parts = [towers.encode(tokenize(text)) for text in ("a cat", "a dog")]
    assert torch.equal(embedding.context, torch.cat([part.context for part in parts]))
    assert torch.equal(embedding.pooled, parts[0].pooled)


@pytest.mark.parametrize("mode", ["encode", "zero"])
def test_wanted_and_unwanted_have_equal_shapes(towers: Towers, mode: str) -> None:
    wanted, unwanted = towers.encode_pair(
        tokenize("a cat"),
        tokenize(""),
        positive_2=tokenize(LONG),
        empty_negative=mode,  # type: ignore[arg-type]
    )
    assert wanted.context.shape == unwanted.context.shape == (2 * WINDOW, 192)
    assert wanted.pooled.shape == unwanted.pooled.shape == (96,)


def test_the_shorter_prompt_goes_on_with_the_empty_prompt(towers: Towers) -> None:
    _, unwanted = towers.encode_pair(tokenize(LONG), tokenize("dog"))
    assert torch.equal(unwanted.context[WINDOW:], towers.encode(tokenize("")).context)


def test_weight_one_changes_no_bit(towers: Towers) -> None:
    plain = towers.encode(tokenize("a red cat"))
    assert torch.equal(towers.encode(tokenize("a (red:1.0) cat")).context, plain.context)
    mixed = towers.encode(tokenize("a (red:1.4) cat")).context
    unweighted = torch.arange(WINDOW) != 2
    assert torch.equal(mixed[unweighted], plain.context[unweighted])
    assert not torch.equal(mixed, plain.context)


@pytest.mark.parametrize("weight", [-0.5, 0, 0.3, 0.7, 1.1, 1.9])
def test_a_weight_moves_a_word_away_from_the_empty_prompt(towers: Towers, weight: float) -> None:
    plain, empty = towers.encode(tokenize("a red cat")), towers.encode(tokenize(""))
    weighted = towers.encode(tokenize(f"a (red:{weight}) cat"))
    expected = empty.context[2] + weight * (plain.context[2] - empty.context[2])
    assert torch.allclose(weighted.context[2], expected, atol=1e-5)
    assert torch.equal(weighted.pooled, plain.pooled)


def test_words_elsewhere_change_nothing_in_a_window(towers: Towers) -> None:
    one = towers.encode_pair(tokenize("a cat BREAK (dog:1.3)"), tokenize("x"))[0].context
    other = towers.encode_pair(tokenize("a cat BREAK bird BREAK fish"), tokenize("y"))[0].context
    assert torch.equal(one[:WINDOW], other[:WINDOW])


def test_a_batch_for_training_agrees(towers: Towers) -> None:
    assert towers.clip_l is not None
    texts = ["a cat", "two dogs"]
    windows: list[Window] = [tokenize(text).windows[0] for text in texts]
    hidden, _ = towers.clip_l.encode(torch.tensor([window.for_tower(EOS) for window in windows]))
    for row, text in zip(hidden, texts, strict=True):
        assert torch.allclose(row, towers.encode(tokenize(text)).context[:, :64], atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_narrow_tower_stays_narrow(towers: Towers, dtype: torch.dtype) -> None:
    assert towers.clip_l is not None
    narrow = Towers(copy.deepcopy(towers.bigg).to(dtype), copy.deepcopy(towers.clip_l).to(dtype))
    wide, ours = towers.encode(tokenize("a (cat:1.3)")), narrow.encode(tokenize("a (cat:1.3)"))
    assert (ours.context.dtype, ours.pooled.dtype) == (dtype, dtype)
    assert (ours.context - wide.context).norm() < 0.03 * wide.context.norm()
