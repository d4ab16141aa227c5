"""Putting on and taking off: nothing stays behind, order does not matter, and kept weights are the same bits."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.checkpoint.layout import Network
from core.conditioning.towers import BigG, ClipL
from core.errors import HangaError
from core.models.unet import UNet
from core.patches.wear import Modules
from tests.patches.loras import (
    Maker,
    Spelling,
    Tensors,
    adapter,
    patched_weight,
    tower_lora,
    unet_matrices,
    worn,
    written,
)
from tests.tiny import BASE_UNET, BIGG, CLIP_L, filled
from tests.tools.lora_speed import WAYS, seconds

IDS = torch.tensor([[49406, 320, 1000, 49407, *[49407] * 73]])


@pytest.fixture(scope="module")
def unet() -> UNet:
    network = filled(UNet(BASE_UNET), seed=1).requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def pictures(unet: UNet) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(2, 4, 8, 8, generator=generator)
    context = torch.randn(2, 77, BASE_UNET.context_dim, generator=generator)
    vector = torch.randn(2, BASE_UNET.vector_dim, generator=generator)
    return unet(latents, torch.tensor([500.0, 500.0]), context, vector)


def lora(path: Path, seed: int, spelling: Spelling = "kohya", kinds: tuple[str, ...] = ("",)) -> Path:
    return written(path, Maker(seed).low_rank(unet_matrices(kinds), spelling)[0])


def loha(path: Path, seed: int) -> Path:
    draw, tensors = Maker(seed).draw, Tensors()
    for module, (rows, columns) in unet_matrices(("attn1",)).items():
        stem = "lora_unet_" + module.replace(".", "_")
        tensors |= {f"{stem}.hada_w{n}_a": draw(rows, 2) for n in (1, 2)}
        tensors |= {f"{stem}.hada_w{n}_b": draw(2, columns) for n in (1, 2)}
    return written(path, tensors)


def dora(path: Path, seed: int) -> Path:
    maker, shapes = Maker(seed), unet_matrices(("attn2",))
    tensors, _ = maker.low_rank(shapes)
    for module, (_, columns) in shapes.items():
        tensors["lora_unet_" + module.replace(".", "_") + ".dora_scale"] = 1 + 0.1 * maker.draw(1, columns)
    return written(path, tensors)


@pytest.mark.parametrize("keep", [True, False])
def test_comes_off_to_the_bit(unet: UNet, tmp_path: Path, keep: bool) -> None:
    before, state = pictures(unet), {name: id(weight) for name, weight in unet.named_parameters()}
    take_off = worn({"unet": unet}, adapter(lora(tmp_path / "a.safetensors", 1), 0.8), keep=keep)
    assert not torch.allclose(pictures(unet), before, atol=1e-3)
    take_off()
    assert torch.equal(pictures(unet), before)
    assert {name: id(weight) for name, weight in unet.named_parameters()} == state
    assert not any("patch" in vars(layer) for layer in unet.modules())


def test_kept_weights_are_the_same_bits(unet: UNet, tmp_path: Path) -> None:
    adapters = [adapter(lora(tmp_path / "a.safetensors", 1)), adapter(dora(tmp_path / "b.safetensors", 2))]
    made = []
    for keep in (False, True):
        take_off = worn({"unet": unet}, *adapters, keep=keep)
        made += [pictures(unet), pictures(unet)]
        take_off()
    assert all(torch.equal(one, made[0]) for one in made[1:])


def test_order_does_not_matter(unet: UNet, tmp_path: Path) -> None:
    adapters = [
        adapter(lora(tmp_path / "a.safetensors", 1), 0.5),
        adapter(lora(tmp_path / "b.safetensors", 2, "kohya diffusers", ("attn", "in_layers")), -0.4),
        adapter(loha(tmp_path / "c.safetensors", 3), 0.7),
        adapter(dora(tmp_path / "d.safetensors", 4), 0.9),
    ]
    made = []
    for order in itertools.islice(itertools.permutations(adapters), 0, 24, 5):
        take_off = worn({"unet": unet}, *order)
        made.append(pictures(unet))
        take_off()
    assert all(float((one - made[0]).abs().max() / made[0].abs().max()) < 1e-5 for one in made[1:])


def test_two_of_half_weight_are_one(unet: UNet, tmp_path: Path) -> None:
    path = lora(tmp_path / "a.safetensors", 1)
    made = []
    for adapters in ([adapter(path)], [adapter(path, 0.5), adapter(path, 0.5)]):
        take_off = worn({"unet": unet}, *adapters)
        made.append(pictures(unet))
        take_off()
    assert torch.allclose(made[0], made[1], atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_stays_near(unet: UNet, tmp_path: Path, dtype: torch.dtype) -> None:
    """As near as the network itself stays without an adapter."""
    path = lora(tmp_path / "a.safetensors", 1, kinds=("to_", "ff."))
    narrow = filled(UNet(BASE_UNET), seed=1).requires_grad_(False).to(dtype)
    module = "input_blocks.3.1.transformer_blocks.0.attn1.to_q"
    worn({"unet": narrow}, adapter(path), dtype=dtype)
    take_off = worn({"unet": unet}, adapter(path))
    expected, changed = patched_weight(unet, module), patched_weight(narrow, module)
    take_off()
    assert changed.dtype == dtype
    assert (changed.float() - expected).abs().max() / expected.abs().max() < 2 * torch.finfo(dtype).eps


def test_nothing_is_put_on_if_a_file_breaks_off(unet: UNet, tmp_path: Path) -> None:
    before = pictures(unet)
    tensors, _ = Maker(2).low_rank(unet_matrices())
    last = [name for name in tensors if "lora_up" in name][-1]
    tensors[last][0, 0] = float("nan")
    with pytest.raises(HangaError) as failure:
        worn({"unet": unet}, adapter(lora(tmp_path / "a.safetensors", 1)), adapter(written(tmp_path / "b", tensors)))
    assert failure.value.code == "file.not_finite"
    assert torch.equal(pictures(unet), before)


def test_ways_of_wearing_are_measured() -> None:
    taken = seconds(64, rank=2, rounds=1, dtype=torch.float32, channels=64)
    assert taken.keys() == set(WAYS)
    assert min(taken.values()) >= 0


# -------------------------------------------------------------------------------------------------------------- towers


@pytest.fixture(scope="module")
def towers() -> Modules:
    return {
        "clip_l": filled(ClipL(CLIP_L), 3).requires_grad_(False),
        "big_g": filled(BigG(BIGG), 4).requires_grad_(False),
    }


@pytest.fixture
def dressed(towers: Modules, tmp_path: Path) -> Callable[[], Callable[[], None]]:
    tensors = tower_lora("lora_te1_", CLIP_L, 5)
    tensors |= tower_lora("lora_te2_", BIGG, 6)
    tensors |= {"lora_te2_text_projection.lora_down.weight": Maker(7).draw(2, BIGG.width)}
    tensors |= {"lora_te2_text_projection.lora_up.weight": Maker(8).draw(BIGG.projection or 0, 2)}
    path = written(tmp_path / "towers.safetensors", tensors)
    return lambda: worn(towers, adapter(path, 0.5))


@pytest.mark.parametrize("network", ["clip_l", "big_g"])
def test_towers_wear_them_and_come_back(
    towers: Modules, dressed: Callable[[], Callable[[], None]], network: Network
) -> None:
    tower = towers[network]
    before, own = tower(IDS), dict(tower.named_parameters())
    take_off = dressed()
    during = tower(IDS)
    after_a_run = dict(tower.named_parameters())
    take_off()
    after = tower(IDS)
    assert not torch.allclose(during[0], before[0], atol=1e-2)
    assert torch.equal(after[0], before[0])
    assert all(after_a_run[name] is weight for name, weight in own.items())
    if network == "big_g":
        assert not torch.allclose(during[1], before[1], atol=1e-2)
        assert torch.equal(after[1], before[1])


def test_towers_come_back_when_encoding_fails(towers: Modules, dressed: Callable[[], Callable[[], None]]) -> None:
    tower = towers["big_g"]
    own = dict(tower.named_parameters())
    take_off = dressed()
    with pytest.raises((IndexError, RuntimeError)):
        tower(torch.full((1, 77), 10**6))
    take_off()
    assert all(weight is own[name] for name, weight in tower.named_parameters())
