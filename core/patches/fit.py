"""Whether an adapter fits a model: each of its modules finds its matrix and has the right shape, or is told of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from core.checkpoint.header import Shape
from core.checkpoint.part import FLOATS
from core.errors import HangaError
from core.patches.adapter_file import AdapterFile, Module
from core.patches.matrices import Stored
from core.patches.places import Target, Wearer, flattened
from core.patches.spelling import Role

Kind = Literal["low_rank", "hadamard", "kronecker"]

MOST_RANK: Final = 4096
"""Wider than the narrow side of any matrix of the family; a file that asks for more is broken or hostile."""

_FAMILIES: Final[Mapping[str, re.Pattern[str]]] = {
    "Flux": re.compile(r".*(double_blocks|single_blocks|single_transformer_blocks)[._]\d"),
    "Stable Diffusion 3": re.compile(r".*(joint_blocks[._]\d|transformer_blocks[._]\d+[._]attn[._]add_)"),
    "Stable Diffusion 1.5": re.compile(r"lora_te_"),
}

_CONTEXTS: Final[Mapping[int, str]] = {768: "Stable Diffusion 1.5", 1024: "Stable Diffusion 2", 2048: "SDXL"}
"""Families by what their cross-attention reads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What an adapter adds to one matrix, at weight 1: `scale` times what `matrices` make, one way or another."""

    target: Target
    kind: Kind
    matrices: tuple[Stored, ...]
    scale: float
    magnitude: str | None = None
    """The tensor with the lengths that a DoRA gives to rows or columns."""
    by_row: bool = True

    @property
    def names(self) -> Iterator[str]:
        for matrix in self.matrices:
            yield from matrix.names
        if self.magnitude is not None:
            yield self.magnitude


@dataclass(frozen=True)
class Fit:
    """`strangers` are names of modules that the model does not have, `rest` tensors whose role nobody knows."""

    pieces: tuple[Piece, ...]
    strangers: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def unmatched(self) -> tuple[str, ...]:
        return self.strangers + self.rest

    @property
    def is_whole(self) -> bool:
        """Whether it is plainly meant for this model: it changes the UNet, and every module is found."""
        return not self.strangers and any(piece.target.network == "unet" for piece in self.pieces)


def fit(file: AdapterFile, wearer: Wearer, model: str) -> Fit:
    """How `file` acts on `wearer`, which is called `model`.

    Raises HangaError: file.lora_other_family, file.lora_fits_nowhere, file.lora_misfit (a matrix of another shape),
    file.lora_incomplete (a factor is missing), file.lora_rank, file.lora_alpha.
    """
    shapes = file.shapes
    matched: dict[str, Piece] = {}
    for module in file.modules:
        if target := wearer.targets.get(flattened(module.name)):
            matched[module.name] = _piece(file, module, target, shapes)
    misfits = [name for name, piece in matched.items() if not _fits(piece, file, shapes)]
    if misfits or not matched:
        _refuse(file, wearer, model, misfits)
    strangers = tuple(module.name for module in file.modules if module.name not in matched)
    return Fit(tuple(matched.values()), strangers, file.rest)


def _refuse(file: AdapterFile, wearer: Wearer, model: str, misfits: list[str]) -> None:
    if family := _family(file, wearer):
        raise HangaError("file.lora_other_family", name=file.name, family=family, model=model)
    if misfits:
        raise HangaError("file.lora_misfit", name=file.name, model=model, first=misfits[0], count=len(misfits))
    raise HangaError("file.lora_fits_nowhere", name=file.name, model=model, first=file.modules[0].name)


def _family(file: AdapterFile, wearer: Wearer) -> str | None:
    """The family that it was made for, if that is known and another one."""
    for module in file.modules:
        for family, pattern in _FAMILIES.items():
            if pattern.match(module.name):
                return family
        if flattened(module.name).endswith("attn2_to_k") and "down" in module.tensors:
            context = file.shapes[module.tensors["down"]][1:2]
            if context and context[0] != wearer.unet.context_dim:
                return _CONTEXTS.get(context[0])
    return None


# -------------------------------------------------------------------------------------------------------- one module


def _piece(file: AdapterFile, module: Module, target: Target, shapes: Mapping[str, Shape]) -> Piece:
    kind, matrices = _matrices(file, module)
    ranks = [rank for matrix in matrices if (rank := matrix.rank(shapes)) is not None]
    for rank in ranks:
        if not 0 < rank <= MOST_RANK:
            raise HangaError("file.lora_rank", name=file.name, first=module.name, rank=rank, most=MOST_RANK)
    # LyCORIS divides by the rank of the last factor that has one; a Kronecker product of whole matrices is not scaled.
    scale = _scale(file, module, ranks[-1]) if ranks else 1.0
    magnitude = module.tensors.get("dora_scale") or module.tensors.get("magnitude")
    by_row = "dora_scale" not in module.tensors or shapes[module.tensors["dora_scale"]][:1] != (1,)
    return Piece(target, kind, matrices, scale, magnitude, by_row)


def _matrices(file: AdapterFile, module: Module) -> tuple[Kind, tuple[Stored, ...]]:
    def take(role: Role) -> str:
        if role not in module.tensors:
            raise HangaError("file.lora_incomplete", name=file.name, first=f"{module.name}.{role}")
        return module.tensors[role]

    have = module.tensors
    if "down" in have or "up" in have:
        return "low_rank", (Stored(take("down"), take("up"), have.get("mid")),)
    if any(role.startswith("hada") for role in have):
        first, second = have.get("hada_t1"), have.get("hada_t2")
        return "hadamard", (
            Stored(take("hada_w1_b"), take("hada_w1_a"), first, turned=first is not None),
            Stored(take("hada_w2_b"), take("hada_w2_a"), second, turned=second is not None),
        )
    core = have.get("lokr_t2")
    factored = Stored(take("lokr_w1_b"), take("lokr_w1_a")) if "lokr_w1" not in have else Stored(have["lokr_w1"])
    if "lokr_w2" in have:
        return "kronecker", (factored, Stored(have["lokr_w2"]))
    return "kronecker", (factored, Stored(take("lokr_w2_b"), take("lokr_w2_a"), core, turned=core is not None))


def _scale(file: AdapterFile, module: Module, rank: int) -> float:
    """alpha / rank; 1 where no alpha is stated."""
    stated = module.tensors.get("alpha")
    alpha = _peft_alpha(file, module.name) if stated is None else file.alphas[stated]
    if alpha is None:
        return 1.0
    if not math.isfinite(alpha):
        raise HangaError("file.lora_alpha", name=file.name, first=module.name)
    network = module.name.partition(".")[0]
    rank_stabilised = stated is None and file.peft.get(f"{network}.use_rslora") is True
    return alpha / (math.sqrt(rank) if rank_stabilised else rank)


def _peft_alpha(file: AdapterFile, module: str) -> float | None:
    """The alpha that diffusers noted in the header: the module's own, or that of its network. Names are compared as
    they are; PEFT would read them as patterns, which a file must not make us run."""
    network, _, name = module.partition(".")
    own = file.peft.get(f"{network}.alpha_pattern")
    patterns = own if isinstance(own, dict) else {}
    alphas = [alpha for key, alpha in patterns.items() if name == key or name.endswith(f".{key}")]
    alpha = alphas[0] if alphas else file.peft.get(f"{network}.lora_alpha")
    return float(alpha) if isinstance(alpha, int | float) else None


def _fits(piece: Piece, file: AdapterFile, shapes: Mapping[str, Shape]) -> bool:
    if not all(file.header.tensors[name].dtype in FLOATS for name in piece.names):
        return False
    rows, columns = piece.target.shape[0], math.prod(piece.target.shape[1:])
    made = [matrix.shape(shapes) for matrix in piece.matrices]
    if piece.kind == "kronecker":
        first, second = made
        fitting = first and second and (first[0] * second[0], first[1] * second[1]) == (rows, columns)
    else:
        fitting = all(shape == (rows, columns) for shape in made)
    return bool(fitting) and _magnitude_fits(piece, shapes)


def _magnitude_fits(piece: Piece, shapes: Mapping[str, Shape]) -> bool:
    if piece.magnitude is None:
        return True
    return math.prod(shapes[piece.magnitude]) == piece.target.shape[0 if piece.by_row else 1]
