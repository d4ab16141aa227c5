"""Models as planning sees them: full-size headers over empty files, found by name. Nothing here needs torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.architecture import BASE_UNET, CLIP_L, OPENCLIP_BIGG, REFINER_UNET, SDXL_VAE, TextConfig, UNetConfig
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.header import Shape
from core.errors import HangaError
from core.machine import Device, Machine
from core.plan import ModelFile, Plan
from core.planning.planner import make_plan
from core.request import Request
from tests.checkpoint.files import write_sparse

GIB = 1 << 30
Tensors = dict[str, Shape]

SMALL_UNET = UNetConfig(
    model_channels=64,
    channel_mult=(1, 2),
    res_blocks=1,
    input_depth=(0, 1),
    middle_depth=1,
    output_depth=(1, 1, 0, 0),
    context_dim=64 + 128,
    vector_dim=64 + 6 * 256,
)
SMALL_L = TextConfig(width=64, layers=1, mlp_width=64, projection=None)
SMALL_G = TextConfig(width=128, layers=1, mlp_width=64, projection=64)


def under(prefix: str, tensors: Iterable[tuple[str, Shape]]) -> Tensors:
    return {prefix + name: shape for name, shape in tensors}


def base_tensors(
    unet: UNetConfig = BASE_UNET, first: TextConfig = CLIP_L, second: TextConfig = OPENCLIP_BIGG
) -> Tensors:
    return (
        under("model.diffusion_model.", unet_tensors(unet))
        | under("first_stage_model.", vae_tensors(SDXL_VAE))
        | under("conditioner.embedders.0.", clip_l_tensors(first))
        | under("conditioner.embedders.1.", big_g_tensors(second))
    )


def refiner_tensors() -> Tensors:
    return under("model.diffusion_model.", unet_tensors(REFINER_UNET)) | under(
        "conditioner.embedders.0.", big_g_tensors(OPENCLIP_BIGG)
    )


FILES: Mapping[str, Tensors] = {
    "sdxl": base_tensors(),
    "refiner": refiner_tensors(),
    "v": base_tensors() | {"v_pred": (0,), "ztsnr": (0,)},
    "small": base_tensors(SMALL_UNET, SMALL_L, SMALL_G),
    "inpaint": base_tensors(replace(BASE_UNET, in_channels=9)),
    "unet": under("model.diffusion_model.", unet_tensors(BASE_UNET)),
    "lone": under("model.diffusion_model.", unet_tensors(replace(SMALL_UNET, context_dim=320))),
    "vae": under("", vae_tensors(SDXL_VAE)),
}
NATIVE = {"small": (72, 200)}


@dataclass(frozen=True)
class Library:
    """Stands for a folder of models; `elsewhere` are files whose content is not what it was."""

    folder: Path
    known: dict[str, Checkpoint] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def all(self) -> Iterator[Checkpoint]:
        """Only what a UNet alone may borrow from, so that no test depends on the order of files."""
        yield self.describe("sdxl")

    def find(self, name: str) -> Path:
        if Path(name).stem not in FILES:
            raise HangaError("file.unknown_model", name=name, nearest="sdxl")
        return Path(name) if Path(name).parent != Path() else self.folder / f"{Path(name).stem}.safetensors"

    def describe(self, name: str) -> Checkpoint:
        path = self.folder / self.find(name).name
        if path.name not in self.known:
            size = "x".join(map(str, NATIVE.get(path.stem, ())))
            write_sparse(path, FILES[path.stem].items(), {"modelspec.resolution": size} if size else None)
            self.known[path.name] = describe(path)
        return self.known[path.name]

    def find_lora(self, name: str) -> Path:
        return self.folder / name

    def payload_hash(self, path: Path, start: int) -> str:
        return "0" * 64

    def identify(self, path: Path) -> ModelFile:
        if path.stem not in FILES:
            return ModelFile(name=path.name, sha256=path.stem, path=str(path))
        digit = "f" if path.name in self.changed else format(list(FILES).index(path.stem), "x")
        return ModelFile(name=path.name, sha256=digit * 64, path=str(path))

    def companion(self, name: str) -> str | None:
        return "refiner" if name == "sdxl" else None

    def find_again(self, model: ModelFile, asked: str | None) -> Path:
        path = self.folder / model.name
        if self.identify(path).sha256 != model.sha256:
            raise HangaError("file.model_gone", name=model.name, hash=model.sha256[:10])
        return path


def machine(
    kind: str = "cuda", memory: int = 24, bfloat16: bool = True, host: int = 32, limit: int | None = None
) -> Machine:
    """A machine with one device, besides a processor of 2019 where that is not it. Memory in GiB."""
    device = Device(kind=kind, name=kind, memory=memory * GIB, bfloat16=bfloat16)
    devices = (device,) if kind == "cpu" else (device, Device(kind="cpu", memory=host * GIB, bfloat16=False))
    return Machine(devices=devices, memory=host * GIB, memory_limit=None if limit is None else limit * GIB)


def plan_for(library: Library, on: Machine | None = None, **wanted: object) -> Plan:
    request = Request(**{"prompt": "a boat", "checkpoint": "sdxl", "seed": 1} | wanted)  # type: ignore[arg-type]
    return make_plan(request, library, on or machine())
