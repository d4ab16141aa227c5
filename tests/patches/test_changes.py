"""What adapters add, against the formulas of their papers reckoned in float64."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.models.unet import UNet
from tests.patches.loras import Maker, Tensors, adapter, patched_weight, unet_matrices, worn, written
from tests.tiny import BASE_UNET, filled

LINEAR = "input_blocks.3.1.transformer_blocks.0.attn2.to_k"
CONVOLUTION = "input_blocks.1.0.in_layers.2"
NARROW = "input_blocks.3.0.skip_connection"
LIMIT = 1e-6


@pytest.fixture
def unet() -> UNet:
    network = filled(UNet(BASE_UNET), seed=1).requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def shape_of(module: str) -> tuple[int, ...]:
    return unet_matrices(("",))[module]


def own(unet: UNet, module: str) -> Tensor:
    return unet.get_parameter(f"{module}.weight")


def stem(module: str) -> str:
    return "lora_unet_" + module.replace(".", "_")


def error(unet: UNet, path: Path, module: str, tensors: Tensors, expected: Tensor, weight: float) -> float:
    """Largest error of the weight in use, relative to the largest weight; the change is of the same size."""
    original = own(unet, module).double()
    assert (expected - original).abs().max() > 0.1 * original.abs().max()
    written(path / "a.safetensors", tensors)
    take_off = worn({"unet": unet}, adapter(path / "a.safetensors", weight))
    changed = patched_weight(unet, module).double()
    take_off()
    return float((changed - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize("module", [LINEAR, CONVOLUTION, NARROW])
@pytest.mark.parametrize("weight", [1.0, -0.7, 10.0])
def test_lora(unet: UNet, tmp_path: Path, module: str, weight: float) -> None:
    tensors, deltas = Maker(5).low_rank({module: shape_of(module)}, rank=4, alpha=3.0)
    expected = own(unet, module).double() + weight * deltas[module]
    assert error(unet, tmp_path, module, tensors, expected, weight) < LIMIT


@pytest.mark.parametrize("alpha", [None, 0.5])
def test_no_alpha_means_no_scaling(unet: UNet, tmp_path: Path, alpha: float | None) -> None:
    tensors, deltas = Maker(6).low_rank({LINEAR: shape_of(LINEAR)}, rank=4, alpha=alpha)
    expected = own(unet, LINEAR).double() + deltas[LINEAR]
    assert error(unet, tmp_path, LINEAR, tensors, expected, 1.0) < LIMIT


def test_lora_with_a_core(unet: UNet, tmp_path: Path) -> None:
    draw, (rows, columns, *kernel) = Maker(7).draw, shape_of(CONVOLUTION)
    down, mid, up = draw(3, columns, 1, 1), draw(4, 3, *kernel), draw(rows, 4, 1, 1)
    delta = torch.einsum("oa,abhw,bi->oihw", up.double().flatten(1), mid.double(), down.double().flatten(1))
    name = stem(CONVOLUTION)
    tensors = {f"{name}.lora_down.weight": down, f"{name}.lora_mid.weight": mid, f"{name}.lora_up.weight": up}
    tensors[f"{name}.alpha"] = torch.tensor(6.0)
    expected = own(unet, CONVOLUTION).double() + 0.5 * 6 / 3 * delta
    assert error(unet, tmp_path, CONVOLUTION, tensors, expected, 0.5) < LIMIT


@pytest.mark.parametrize("module", [LINEAR, CONVOLUTION])
def test_loha(unet: UNet, tmp_path: Path, module: str) -> None:
    draw, (rows, *rest) = Maker(8).draw, shape_of(module)
    columns = torch.Size(rest).numel()
    parts = {"w1_a": draw(rows, 3), "w1_b": draw(3, columns), "w2_a": draw(rows, 3), "w2_b": 20 * draw(3, columns)}
    a, b, c, d = (part.double() for part in parts.values())
    tensors = {f"{stem(module)}.hada_{name}": part for name, part in parts.items()}
    tensors[f"{stem(module)}.alpha"] = torch.tensor(1.5)
    delta = ((a @ b) * (c @ d)).view(rows, *rest)
    expected = own(unet, module).double() + 0.8 * 1.5 / 3 * delta
    assert error(unet, tmp_path, module, tensors, expected, 0.8) < LIMIT


def test_loha_with_cores(unet: UNet, tmp_path: Path) -> None:
    draw, (rows, columns, *kernel) = Maker(9).draw, shape_of(CONVOLUTION)
    parts = {name: draw(3, rows) if name.endswith("a") else draw(3, columns) for name in ("1_a", "1_b", "2_a", "2_b")}
    cores = {name: 20 * draw(3, 3, *kernel) for name in ("1", "2")}
    first, second = (
        torch.einsum("ijkl,jr,ip->prkl", cores[n].double(), parts[f"{n}_b"].double(), parts[f"{n}_a"].double())
        for n in ("1", "2")
    )
    tensors = {f"{stem(CONVOLUTION)}.hada_w{name}": part for name, part in parts.items()}
    tensors |= {f"{stem(CONVOLUTION)}.hada_t{name}": core for name, core in cores.items()}
    expected = own(unet, CONVOLUTION).double() + first * second
    assert error(unet, tmp_path, CONVOLUTION, tensors, expected, 1.0) < LIMIT


@pytest.mark.parametrize("form", ["whole", "second factored", "both factored", "core"])
def test_lokr(unet: UNet, tmp_path: Path, form: str) -> None:
    module = LINEAR if form == "both factored" else CONVOLUTION
    draw, (rows, columns, *kernel) = Maker(10).draw, shape_of(module)
    name, area = stem(module), torch.Size(kernel).numel()
    tensors = {f"{name}.alpha": torch.tensor(2.0)}
    first, scale = draw(4, 2).double(), 2 / 3
    if form == "both factored":
        left, right = draw(4, 3), draw(3, 2)
        first = left.double() @ right.double()
        tensors |= {f"{name}.lokr_w1_a": left, f"{name}.lokr_w1_b": right}
    else:
        tensors[f"{name}.lokr_w1"] = first.float()
    if form == "whole":
        whole = draw(rows // 4, columns // 2, *kernel)
        second, scale = whole.double().flatten(1), 1.0  # nothing is factored, so alpha counts for nothing
        tensors[f"{name}.lokr_w2"] = whole
    elif form == "core":
        left, right, core = draw(3, rows // 4), draw(3, columns // 2), draw(3, 3, *kernel)
        product = torch.einsum("ijkl,jr,ip->prkl", core.double(), right.double(), left.double())
        second = product.flatten(1)
        tensors |= {f"{name}.lokr_w2_a": left, f"{name}.lokr_w2_b": right, f"{name}.lokr_t2": core}
    else:
        left, right = draw(rows // 4, 3), draw(3, columns // 2 * area)
        second = left.double() @ right.double()
        tensors |= {f"{name}.lokr_w2_a": left, f"{name}.lokr_w2_b": right}
    delta = torch.kron(first, second.contiguous()).reshape(rows, columns, *kernel)
    expected = own(unet, module).double() + 0.5 * scale * delta
    assert error(unet, tmp_path, module, tensors, expected, 0.5) < LIMIT


@pytest.mark.parametrize("module", [LINEAR, CONVOLUTION])
@pytest.mark.parametrize("axis", ["columns", "rows", "peft"])
def test_dora(unet: UNet, tmp_path: Path, module: str, axis: str) -> None:
    shape = shape_of(module)
    maker = Maker(11)
    tensors, deltas = maker.low_rank({module: shape}, rank=4, alpha=3.0)
    ones = [1 for _ in shape[2:]]
    sizes = {"columns": (1, shape[1], *ones), "rows": (shape[0], 1, *ones), "peft": (shape[0],)}[axis]
    magnitude = 1 + 0.1 * maker.draw(*sizes)
    role = "lora_magnitude_vector.weight" if axis == "peft" else "dora_scale"
    tensors[f"{stem(module)}.{role}"] = magnitude
    original = own(unet, module).double()
    changed = original + deltas[module]
    others = [other for other in range(len(shape)) if other != (1 if axis == "columns" else 0)]
    lengths = changed.pow(2).sum(dim=others, keepdim=True).sqrt()
    whole = changed * magnitude.double().reshape(lengths.shape) / lengths
    expected = original + 0.6 * (whole - original)
    assert error(unet, tmp_path, module, tensors, expected, 0.6) < LIMIT


def test_a_row_of_zeros_stays_finite_in_dora(unet: UNet, tmp_path: Path) -> None:
    tensors, _ = Maker(12).low_rank({LINEAR: shape_of(LINEAR)})
    names = list(tensors)
    tensors[names[1]] = torch.zeros_like(tensors[names[1]])
    tensors[f"{stem(LINEAR)}.dora_scale"] = torch.ones(shape_of(LINEAR)[0], 1)
    own(unet, LINEAR)[3] = 0
    path = written(tmp_path / "a.safetensors", tensors)
    worn({"unet": unet}, adapter(path))
    assert patched_weight(unet, LINEAR).isfinite().all()


@pytest.mark.parametrize("spelling", ["own", "pattern", "rank stabilised"])
def test_alphas_that_diffusers_notes_in_the_header(unet: UNet, tmp_path: Path, spelling: str) -> None:
    tensors, deltas = Maker(13).low_rank({LINEAR: shape_of(LINEAR)}, "peft", rank=4, alpha=None)
    noted, scale = {
        "own": ('{"unet.lora_alpha": 2}', 2 / 4),
        "pattern": ('{"unet.lora_alpha": 2, "unet.alpha_pattern": {"attn2.to_k": 8}}', 8 / 4),
        "rank stabilised": ('{"unet.lora_alpha": 2, "unet.use_rslora": true}', 2 / 2),
    }[spelling]
    path = written(tmp_path / "a.safetensors", tensors, {"lora_adapter_metadata": noted})
    original = own(unet, LINEAR).double()
    worn({"unet": unet}, adapter(path))
    assert torch.allclose(patched_weight(unet, LINEAR).double(), original + scale * deltas[LINEAR], atol=1e-6)
