"""Networks come out of every layout as they went in, bit for bit; what is wrong with a file is said, not skipped."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.header import read_header
from core.checkpoint.load import load_big_g, load_clip_l, load_unet, load_vae
from core.checkpoint.reader import TensorFile, read_tensors
from core.checkpoint.save import save_checkpoint, write_tensors
from core.checkpoint.source import PartSource
from core.errors import HangaError
from core.models.unet import UNet
from tests.checkpoint.samples import (
    BASE_UNET,
    Networks,
    base_networks,
    refiner_networks,
    same_tensors,
    shaken,
    write_file,
    write_folder,
)

CPU = torch.device("cpu")
DTYPES = [torch.float16, torch.bfloat16, torch.float32]
LOADERS = {"unet": load_unet, "vae": load_vae, "clip_l": load_clip_l, "big_g": load_big_g}


@pytest.fixture(scope="module")
def base() -> Networks:
    torch.manual_seed(1)
    return base_networks()


@pytest.fixture(scope="module")
def refiner() -> Networks:
    torch.manual_seed(2)
    return refiner_networks()


def copied(network: nn.Module, stored: torch.dtype, loaded: torch.dtype) -> dict[str, torch.Tensor]:
    return {name: tensor.to(stored).to(loaded) for name, tensor in network.state_dict().items()}


def check(checkpoint: Checkpoint, networks: Networks, stored: torch.dtype, loaded: torch.dtype) -> None:
    for name, network in networks.by_name().items():
        if network is None:
            continue
        found, account = LOADERS[name](checkpoint, loaded, CPU)
        want = copied(network, stored, loaded)
        got = found.state_dict()
        unsaid = {"model.logit_scale"} if checkpoint.layout == "folder" else set()
        assert got.keys() == want.keys()
        assert all(tensor.dtype == loaded and not tensor.requires_grad for tensor in got.values())
        assert all(torch.equal(got[key], want[key]) for key in want.keys() - unsaid), name
        assert set(account.loaded) == want.keys() - unsaid
        assert account.missing + account.misshaped + account.unexpected == ()
        assert not found.training


@pytest.mark.parametrize("loaded", DTYPES)
@pytest.mark.parametrize("stored", DTYPES)
def test_single_files(tmp_path: Path, base: Networks, stored: torch.dtype, loaded: torch.dtype) -> None:
    check(describe(write_file(tmp_path / "base.safetensors", base, stored)), base, stored, loaded)


@pytest.mark.parametrize("stored", DTYPES)
def test_refiners_and_folders(tmp_path: Path, base: Networks, refiner: Networks, stored: torch.dtype) -> None:
    check(describe(write_file(tmp_path / "refiner.safetensors", refiner, stored)), refiner, stored, torch.float32)
    check(describe(write_folder(tmp_path / "refiner", refiner, stored)), refiner, stored, stored)
    check(describe(write_folder(tmp_path / "base", base, stored)), base, stored, torch.float32)
    assert describe(tmp_path / "refiner").kind == "refiner"


def test_eight_and_sixty_four_bits(tmp_path: Path, base: Networks) -> None:
    for stored in (torch.float8_e4m3fn, torch.float64):
        path = tmp_path / f"{stored.itemsize}.safetensors"
        save_checkpoint(path, vae=base.vae, dtype=stored)
        vae, _ = load_vae(describe(path), torch.float16, CPU)
        assert all(torch.equal(vae.state_dict()[n], t) for n, t in copied(base.vae, stored, torch.float16).items())


@pytest.mark.parametrize(
    "changes",
    [
        {"middle_depth": 0},
        {"middle_depth": None},
        {"in_channels": 9},
        {"input_depth": (0, 0, 1), "output_depth": (1, 1, 0, 0, 0, 0)},
    ],
)
def test_relatives(tmp_path: Path, base: Networks, changes: dict) -> None:
    relative = replace(base, unet=shaken(UNet(replace(BASE_UNET, **changes))))
    for path in (
        write_file(tmp_path / "file.safetensors", relative, torch.float32),
        write_folder(tmp_path / "folder", relative, torch.float32),
    ):
        found, _ = load_unet(describe(path), torch.float32, CPU)
        assert found.config == replace(BASE_UNET, **changes)
        assert same_tensors(found, relative.unet)


def test_a_folder_in_shards(tmp_path: Path, base: Networks) -> None:
    folder = write_folder(tmp_path / "base", base, torch.float16)
    whole = folder / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = dict(read_tensors(read_header(whole)))
    names = sorted(tensors)
    for number, chosen in enumerate((names[::2], names[1::2]), 1):
        shard = whole.with_name(f"diffusion_pytorch_model-{number:05}-of-00002.safetensors")
        write_tensors(shard, {name: tensors[name] for name in chosen}, torch.float16, {})
    expected, _ = load_unet(describe(folder), torch.float16, CPU)
    whole.unlink()
    found, _ = load_unet(describe(folder), torch.float16, CPU)
    assert same_tensors(found, expected)


def test_progress_and_stopping(tmp_path: Path, base: Networks) -> None:
    checkpoint = describe(write_file(tmp_path / "base.safetensors", base, torch.float16))
    said: list[tuple[int, int]] = []
    unet, _ = load_unet(checkpoint, torch.float16, CPU, lambda done, total: said.append((done, total)))
    done = [step for step, _ in said]
    assert done == sorted(done)
    assert done[-1] == said[0][1] == sum(2 * tensor.numel() for tensor in unet.state_dict().values())

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_unet(checkpoint, torch.float16, CPU, stop)


def refusal(checkpoint: Checkpoint, dtype: torch.dtype = torch.float16) -> HangaError:
    with pytest.raises(HangaError) as caught:
        load_unet(checkpoint, dtype, CPU)
    return caught.value


@pytest.mark.parametrize(
    ("name", "bad", "loaded"),
    [
        ("time_embed.0.bias", float("nan"), torch.float16),
        ("out.2.weight", float("inf"), torch.float16),
        ("middle_block.1.proj_in.weight", float("nan"), torch.float32),
        ("input_blocks.0.0.weight", float("-inf"), torch.float32),
    ],
)
def test_values_that_are_no_numbers(tmp_path: Path, name: str, bad: float, loaded: torch.dtype) -> None:
    unet = UNet(BASE_UNET)
    with torch.no_grad():
        unet.get_parameter(name).view(-1)[3] = bad
    save_checkpoint(tmp_path / "bad.safetensors", unet=unet, dtype=torch.float16)
    error = refusal(describe(tmp_path / "bad.safetensors"), loaded)
    assert error.code == "file.not_finite"
    assert error.data == {"name": "bad.safetensors", "tensor": f"model.diffusion_model.{name}"}


def test_values_too_large_for_half_precision(tmp_path: Path) -> None:
    unet = UNet(BASE_UNET)
    with torch.no_grad():
        unet.get_parameter("out.2.bias")[1] = 1e5
    save_checkpoint(tmp_path / "large.safetensors", unet=unet, dtype=torch.bfloat16)
    checkpoint = describe(tmp_path / "large.safetensors")
    assert refusal(checkpoint).code == "file.overflows"
    load_unet(checkpoint, torch.bfloat16, CPU)


def test_files_that_change_after_they_were_described(tmp_path: Path, base: Networks) -> None:
    path = write_file(tmp_path / "base.safetensors", base, torch.float16)
    checkpoint = describe(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1000)
    assert refusal(checkpoint).code == "file.changed"
    path.unlink()
    assert refusal(checkpoint).code == "file.missing"


def test_files_that_shrink_while_they_are_read(tmp_path: Path, base: Networks, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_file(tmp_path / "base.safetensors", base, torch.float16)
    read_at = TensorFile.read_at

    def shrinking(self: TensorFile, start: int, target: Tensor) -> None:
        read_at(self, start, target)
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)

    monkeypatch.setattr(TensorFile, "read_at", shrinking)
    with pytest.raises(HangaError) as caught:
        load_unet(describe(path), torch.float16, CPU)
    assert caught.value.code == "file.changed"


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system cannot be told")
def test_all_of_a_network_is_foretold_a_little_at_a_time(
    tmp_path: Path, base: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = describe(write_file(tmp_path / "base.safetensors", base, torch.float16))
    assert checkpoint.unet_part is not None
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda file, start, count, advice: told.append((start, start + count)))
    monkeypatch.setattr("core.checkpoint.reader.FORETOLD", 10_000)
    PartSource(checkpoint.unet_part).foretell()
    assert all(end - start <= 10_000 for start, end in told)
    assert all(end == start for (_, end), (start, _) in pairwise(told))
    spans = [item.info for item in checkpoint.unet_part.stored]
    assert told[0][0] <= min(info.start for info in spans)
    assert told[-1][1] >= max(info.start + info.bytes for info in spans)


def test_what_a_checkpoint_lacks(tmp_path: Path, base: Networks) -> None:
    path = tmp_path / "vae.safetensors"
    save_checkpoint(path, vae=base.vae, dtype=torch.float16)
    error = refusal(describe(path))
    assert (error.code, error.data["network"]) == ("file.lacks_network", "unet")


def test_reading_some_tensors(tmp_path: Path) -> None:
    tensors = {
        "half": torch.randn(3, 4).half(),
        "ids": torch.arange(77)[None],
        "flag": torch.tensor([True, False]),
        "none": torch.empty(0),
        "scalar": torch.tensor(1.5).half(),
    }
    write_tensors(tmp_path / "x.safetensors", tensors, torch.float16, {})
    header = read_header(tmp_path / "x.safetensors")
    found = dict(read_tensors(header))
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors.keys() - {"none"})
    assert (found["ids"].dtype, found["flag"].dtype, found["none"].shape) == (torch.int64, torch.bool, (0,))
    assert [name for name, _ in read_tensors(header, ["scalar", "half"])] == ["half", "scalar"]


def test_saving_never_replaces(tmp_path: Path, base: Networks) -> None:
    path = tmp_path / "vae.safetensors"
    save_checkpoint(path, vae=base.vae, dtype=torch.float16, metadata={"hanga.latent_rgb": json.dumps([[1, 2, 3]] * 5)})
    before = path.read_bytes()
    assert describe(path).latent_rgb == ((1.0, 2.0, 3.0),) * 5
    with pytest.raises(HangaError) as caught:
        save_checkpoint(path, vae=base.vae, dtype=torch.float32)
    assert caught.value.code == "disk.exists"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before
