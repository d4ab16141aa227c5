"""One network inside a checkpoint: its configuration, where each tensor lies on disk, and the account of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.account import Account
from core.checkpoint.blueprint import (
    OPTIONAL,
    Config,
    Tensors,
    big_g_tensors,
    clip_l_tensors,
    unet_tensors,
    vae_tensors,
)
from core.checkpoint.header import Header, Shape, TensorInfo
from core.checkpoint.infer import Shapes
from core.checkpoint.layout import Network, Region
from core.checkpoint.markers import MARKER_TENSORS
from core.checkpoint.names import Place, places

C = TypeVar("C", UNetConfig, VAEConfig, TextConfig)

FLOATS: Final = frozenset({"F16", "BF16", "F32", "F64", "F8_E4M3", "F8_E5M2"})

IGNORED: Final[Mapping[str, str]] = {
    r"(.+\.)?position_ids$": "counted anew",
    r"(.+\.)?logit_scale$": "used in training only",
    r"conditioner\.embedders\.\d\.transformer\.text_projection(\.weight)?$": "not used by this family",
    r"text_projection\.weight$": "not used by this family",
    r"model_ema\..+": "a second copy kept by training",
    r"(denoiser\.sigmas|betas|alphas_cumprod.*|sqrt_.+|log_one_minus.+|posterior_.+)$": "noise levels are known",
    r"first_stage_model\.loss\..+|loss\..+": "used in training only",
}
_IGNORED: Final = {re.compile(pattern): reason for pattern, reason in IGNORED.items()}


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor on disk and where it goes."""

    header: Header
    name: str
    info: TensorInfo
    place: Place


@dataclass(frozen=True)
class Part(Generic[C]):
    """One network. `stored` is in file order."""

    network: Network
    config: C
    stored: tuple[Stored, ...]
    account: Account

    @property
    def file(self) -> str:
        """Name of the file, for messages."""
        return self.stored[0].header.path.name

    @property
    def bytes(self) -> int:
        """As it is stored."""
        return sum(item.info.bytes for item in self.stored)

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for _, shape in expected_tensors(self.network, self.config))


def place_tensors(region: Region, headers: Iterable[Header]) -> list[Stored]:
    """Every stored tensor of a region that has a place among the canonical names, in file order."""
    where = _places(region)
    relative = {stored: name for name, stored in region.names.items()}
    found = [
        Stored(header, name, info, where[relative[name]])
        for header in headers
        for name, info in header.tensors.items()
        if name in relative and relative[name] in where
    ]
    return sorted(found, key=lambda stored: (stored.header.path, stored.info.start))


def _places(region: Region) -> dict[str, Place]:
    towers_in_folder = region.network in ("clip_l", "big_g") and not region.prefix
    if region.spelling == "diffusers" or towers_in_folder:
        return places(region.network, region.names.keys())
    return {name: Place(name) for name in region.names}


def canonical_shapes(stored: Iterable[Stored], file: str) -> Shapes:
    """Shapes by canonical name, as far as the file tells them."""
    return Shapes(file, {item.place.name: item.place.canonical_shape(item.info.shape) for item in stored})


def make_part(region: Region, stored: list[Stored], file: str, infer: Callable[[Shapes], C]) -> Part[C]:
    """Infer the configuration, then account for every tensor of the region. HangaError unless it is complete.

    Of two tensors for one place the first is used, and the other one is unexpected.
    """
    config = infer(canonical_shapes(stored, file))
    wanted = dict(expected_tensors(region.network, config))
    used = list({item.place: item for item in reversed(stored) if item.place.name in wanted}.values())[::-1]
    account = _compare(wanted, used) + sort_out(set(region.names.values()) - {item.name for item in used})
    account.require_complete(file)
    return Part(region.network, config, tuple(used), account)


def expected_tensors(network: Network, config: Config) -> Tensors:
    """The blueprint of a network."""
    match network, config:
        case "unet", UNetConfig():
            return unet_tensors(config)
        case "vae", VAEConfig():
            return vae_tensors(config)
        case "clip_l", TextConfig():
            return clip_l_tensors(config)
        case "big_g", TextConfig():
            return big_g_tensors(config)
    raise TypeError(f"{network} has no configuration like {config}")


def _compare(wanted: Mapping[str, Shape], used: list[Stored]) -> Account:
    """Loaded, missing and misshaped canonical names. A tensor stored in thirds needs all three."""
    thirds: dict[str, set[int | None]] = {}
    misshaped = []
    for item in used:
        thirds.setdefault(item.place.name, set()).add(item.place.third)
        if not fits(item, wanted[item.place.name]):
            misshaped.append(item.place.name)
    whole = {name for name, have in thirds.items() if have in ({None}, {0, 1, 2})}
    missing = tuple(name for name in wanted if name not in whole and name not in OPTIONAL)
    loaded = tuple(name for name in wanted if name in whole and name not in misshaped)
    return Account(loaded=loaded, missing=missing, misshaped=tuple(dict.fromkeys(misshaped)))


def fits(item: Stored, canonical: Shape) -> bool:
    """Whether a stored tensor fills its place. Trailing axes of length one carry nothing: a 1×1 convolution may be
    stored as a matrix."""
    same = _bare(item.place.canonical_shape(item.info.shape)) == _bare(canonical)
    return same and item.info.dtype in FLOATS


def _bare(shape: Shape) -> Shape:
    length = len(shape)
    while length and shape[length - 1] == 1:
        length -= 1
    return shape[:length]


def sort_out(names: Iterable[str]) -> Account:
    """Tensors without a place: ignored for a known reason, or unexpected."""
    reasons = {name: _reason(name) for name in sorted(names)}
    ignored = tuple((name, reason) for name, reason in reasons.items() if reason is not None)
    return Account(unexpected=tuple(name for name, reason in reasons.items() if reason is None), ignored=ignored)


def _reason(name: str) -> str | None:
    if name in MARKER_TENSORS:
        return "says how the network predicts"
    return next((reason for pattern, reason in _IGNORED.items() if pattern.match(name)), None)
