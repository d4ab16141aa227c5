"""What a model file or folder is: `describe(path)` answers it from headers alone, in milliseconds and without torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypedDict, TypeVar

from core.architecture import SDXL_VAE, SIZE_EMBEDDING_DIM, TextConfig, UNetConfig, VAEConfig
from core.checkpoint.account import Account
from core.checkpoint.foreign import foreign_code, older_unet_code
from core.checkpoint.header import Header, read_header
from core.checkpoint.infer import Shapes, infer_big_g, infer_clip_l, infer_unet, infer_vae
from core.checkpoint.layout import Network, Region, network_folders, split, weight_files
from core.checkpoint.markers import (
    LatentRgb,
    Markers,
    Prediction,
    latent_rgb,
    native_size,
    read_config,
    read_markers,
    read_scheduler,
    title,
    vae_groups,
    vae_scale,
)
from core.checkpoint.part import Part, make_part, place_tensors, sort_out
from core.errors import HangaError

Kind = Literal["base", "refiner", "unet", "vae", "text"]
Layout = Literal["file", "folder"]
C = TypeVar("C", UNetConfig, VAEConfig, TextConfig)

BASE_SIZES: Final = 6
"""Numbers of micro-conditioning of the base: original size, crop, target size."""

REFINER_SIZES: Final = 5
"""Numbers of micro-conditioning of the refiner: original size, crop, aesthetic score."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A model file or folder. `bytes` is its size on disk, `dtype` the type of most values as the file spells it.

    `unet_part` and so on know where each tensor lies; they are for loading, the configurations for everything else.
    """

    path: Path
    kind: Kind
    layout: Layout
    prediction: Prediction
    ztsnr: bool
    dtype: str
    bytes: int
    title: str | None
    native_size: tuple[int, int] | None = None
    """(width, height) it was trained for, if the file says so."""
    latent_rgb: LatentRgb | None
    account: Account = field(repr=False)
    unet_part: Part[UNetConfig] | None = field(default=None, repr=False)
    vae_part: Part[VAEConfig] | None = field(default=None, repr=False)
    clip_l_part: Part[TextConfig] | None = field(default=None, repr=False)
    big_g_part: Part[TextConfig] | None = field(default=None, repr=False)

    @property
    def unet(self) -> UNetConfig | None:
        return _config(self.unet_part)

    @property
    def vae(self) -> VAEConfig | None:
        return _config(self.vae_part)

    @property
    def clip_l(self) -> TextConfig | None:
        return _config(self.clip_l_part)

    @property
    def big_g(self) -> TextConfig | None:
        return _config(self.big_g_part)

    @property
    def is_refiner(self) -> bool:
        """Whether the UNet takes the refiner's conditioning; also answers for a UNet without towers."""
        return self.kind == "refiner" or (self.kind == "unet" and self.unet is not None and _takes_score(self.unet))

    @property
    def is_inpainting(self) -> bool:
        return self.unet is not None and self.unet.in_channels == 9


class _Untold(TypedDict):
    scale: float
    groups: int


def _config(part: Part[C] | None) -> C | None:
    return None if part is None else part.config


def describe(path: Path) -> Checkpoint:
    """Say what the checkpoint at `path` is: a single file of any spelling, or a folder in diffusers' layout.

    Raises HangaError `file.*` for everything else: `file.is_…` where it is something we know by name, `file.incomplete`
    with the first tensor that is missing or misshaped. Never raises anything else.
    """
    try:
        return _describe_folder(path) if path.is_dir() else _describe_file(path)
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error


def _describe_file(path: Path) -> Checkpoint:
    header = read_header(path)
    if code := foreign_code(header.tensors.keys()):
        raise HangaError(code, name=path.name)
    regions, rest = split(header.tensors.keys())
    sources = [_Source(region, [header], {}) for region in regions]
    markers = read_markers(header.tensors.keys(), header.metadata, path)
    return _assemble(path, "file", sources, sort_out(rest), markers)


def _describe_folder(path: Path) -> Checkpoint:
    sources = []
    for network, folder in network_folders(path).items():
        headers = [read_header(file) for file in weight_files(folder)]
        names = {name: name for header in headers for name in header.tensors}
        if len(names) != sum(len(header.tensors) for header in headers):
            raise HangaError("file.damaged", name=folder.name, detail="two shards hold the same tensor")
        sources.append(_Source(Region(network, "", names), headers, read_config(folder / "config.json")))
    return _assemble(path, "folder", sources, Account(), read_scheduler(path))


@dataclass(frozen=True)
class _Source:
    """A network as found: its names, the files they lie in, and what a configuration beside them says."""

    region: Region
    headers: list[Header]
    config: dict[str, Any]


def _assemble(path: Path, layout: Layout, sources: list[_Source], rest: Account, markers: Markers) -> Checkpoint:
    by_network = {source.region.network: source for source in sources}
    if not by_network:
        raise HangaError("file.unknown", name=path.name)
    unet = _part(by_network, "unet", path, infer_unet)
    vae = _part(by_network, "vae", path, partial(infer_vae, **_untold(by_network, path)))
    clip_l = _part(by_network, "clip_l", path, infer_clip_l)
    big_g = _part(by_network, "big_g", path, infer_big_g)
    parts = [part for part in (unet, vae, clip_l, big_g) if part is not None]
    headers = {header.path: header for source in sources for header in source.headers}.values()
    metadata = {key: text for header in headers for key, text in header.metadata.items()}
    return Checkpoint(
        path=path,
        kind=_kind(path, unet, clip_l, big_g),
        layout=layout,
        prediction=markers.prediction,
        ztsnr=markers.ztsnr,
        dtype=_dtype(headers),
        bytes=sum(header.size for header in headers),
        title=title(metadata),
        native_size=native_size(metadata),
        latent_rgb=latent_rgb(metadata, path.name),
        account=sum((part.account for part in parts), rest),
        unet_part=unet,
        vae_part=vae,
        clip_l_part=clip_l,
        big_g_part=big_g,
    )


def _part(
    sources: dict[Network, _Source], network: Network, path: Path, infer: Callable[[Shapes], C]
) -> Part[C] | None:
    if network not in sources:
        return None
    region, headers = sources[network].region, sources[network].headers
    if network == "unet":
        _refuse_older(region, headers, path)
    return make_part(region, place_tensors(region, headers), path.name, infer)


def _refuse_older(region: Region, headers: Iterable[Header], path: Path) -> None:
    tensors = {name: info for header in headers for name, info in header.tensors.items()}
    if code := older_unet_code({name: tensors[stored].shape for name, stored in region.names.items()}):
        raise HangaError(code, name=path.name)


def _untold(sources: dict[Network, _Source], path: Path) -> _Untold:
    """What the shapes of a first stage do not tell."""
    if "vae" not in sources:
        return _Untold(scale=SDXL_VAE.scale, groups=SDXL_VAE.groups)
    source = sources["vae"]
    metadata = {key: text for header in source.headers for key, text in header.metadata.items()}
    return _Untold(
        scale=vae_scale(metadata, source.config, path.name), groups=vae_groups(metadata, source.config, path.name)
    )


def _kind(
    path: Path, unet: Part[UNetConfig] | None, clip_l: Part[TextConfig] | None, big_g: Part[TextConfig] | None
) -> Kind:
    """Base and refiner differ in their towers. HangaError if the UNet does not take what the towers give."""
    if unet is None:
        return "text" if clip_l or big_g else "vae"
    if big_g is None:
        return "unet"
    first = _misfit(unet.config, _config(clip_l), big_g.config)
    if first is not None:
        raise HangaError("file.contradictory", name=path.name, first=first)
    return "base" if clip_l else "refiner"


def listens_to(unet: UNetConfig, clip_l: TextConfig | None, big_g: TextConfig) -> bool:
    """Whether a UNet takes what these towers give, with the numbers that go with them."""
    return _misfit(unet, clip_l, big_g) is None


def _misfit(unet: UNetConfig, clip_l: TextConfig | None, big_g: TextConfig) -> str | None:
    """The first weight of the UNet whose width is not that of the towers."""
    sizes = BASE_SIZES if clip_l else REFINER_SIZES
    if unet.context_dim != big_g.width + (clip_l.width if clip_l else 0):
        return "attn2.to_k.weight"
    if unet.vector_dim != (big_g.projection or big_g.width) + sizes * SIZE_EMBEDDING_DIM:
        return "label_emb.0.0.weight"
    return None


def _takes_score(config: UNetConfig) -> bool:
    """The refiner's context is the one tower that its vector starts with."""
    return config.vector_dim - REFINER_SIZES * SIZE_EMBEDDING_DIM == config.context_dim


def _dtype(headers: Iterable[Header]) -> str:
    sizes: Counter[str] = Counter()
    for header in headers:
        for info in header.tensors.values():
            sizes[info.dtype] += info.items
    return sizes.most_common(1)[0][0]
