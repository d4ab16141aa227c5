"""Model files by name: the starter that comes with the program, the artist's folder, or any path."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.hashing import HashCache
from core.checkpoint.layout import is_model_folder
from core.errors import HangaError
from core.library.looking import Digests
from core.paths import STARTER, Home
from core.plan import ModelFile

SAFETENSORS: Final = ".safetensors"

IS_LORA: Final = "file.is_lora"

SUFFIXES: Final = (SAFETENSORS, ".ckpt")
"""Of files that are shown in folders of other programs: what is used, and what many still have and is refused."""

DEEPEST: Final = 3
MOST_SHARED: Final = 2000
"""How far a folder of another program is looked through."""

logger = logging.getLogger(__name__)

STARTER_NAME: Final = "starter"
STARTER_REFINER: Final = "starter-refiner"
BUILT_IN: Final = {STARTER_NAME: STARTER / "base.safetensors", STARTER_REFINER: STARTER / "refiner.safetensors"}
CALLED: Final = {path.resolve(): name for name, path in BUILT_IN.items()}
"""Files whose names say too little when a picture tells what made it."""


def nowhere_else() -> Sequence[str]:
    """No folders but the one in the home."""
    return ()


@dataclass(frozen=True)
class ModelFolder:
    """What planning needs to know of model files: where a name lies, what it is, and its hash."""

    home: Home
    elsewhere: Callable[[], Sequence[str]] = nowhere_else
    """Folders of other programs, and single files, that are used too."""
    digests: Digests | None = field(default=None, compare=False)
    """Who reads files for their hashes; None: whoever asks waits for it."""

    def find(self, name: str) -> Path:
        """The file or folder that `name` means: a built-in name, a path, or a file in the models folder, with or
        without its suffix. Raises HangaError file.unknown_model with the nearest name there is."""
        if name in BUILT_IN:
            return BUILT_IN[name]
        path = Path(os.path.expanduser(name))
        if os.path.exists(path) or _has_suffix(path) or len(path.parts) > 1:
            return self._in_folder(path) or path
        for known in self._known():
            if name in (known.name, known.stem):
                return known
        raise HangaError("file.unknown_model", name=name, nearest=self._nearest(name))

    def find_lora(self, name: str) -> Path:
        """The LoRA that `name` means: a file in the loras folder or beside the models, with or without its suffix, or
        a path. Raises HangaError file.unknown_lora with the nearest name there is, file.ambiguous_lora, file.no_loras.
        """
        known = self._adapter_files()
        if found := [path for path in known if name in (path.name, path.stem)]:
            if len(found) > 1:
                raise HangaError("file.ambiguous_lora", name=name, first=str(found[0]), second=str(found[1]))
            return found[0]
        path = Path(os.path.expanduser(name))
        if len(path.parts) > 1 or path.suffix.lower() == SAFETENSORS or os.path.exists(path):
            return path
        if not known:
            raise HangaError("file.no_loras", name=name)
        nearest = difflib.get_close_matches(name, [path.stem for path in known], n=1, cutoff=0.0)[0]
        raise HangaError("file.unknown_lora", name=name, nearest=nearest)

    def payload_hash(self, path: Path, start: int) -> str:
        """SHA-256 of a file from its byte `start` on."""
        return self._hashes.get(path, start=start)

    def names(self) -> list[str]:
        """All names that `find` knows: the built-in ones, then files and folders of the models folder and others."""
        return [*BUILT_IN, *dict.fromkeys(path.name for path in self._known())]

    def loras(self) -> list[str]:
        """The names of all LoRAs that `find_lora` knows, in their order."""
        found = (path.stem for path in self._adapter_files() if path.parent == self.home.loras or _is_lora(path))
        return sorted(dict.fromkeys(found), key=str.casefold)

    def paths(self) -> list[Path]:
        """Every file and folder of the artist that may be a model or a LoRA."""
        return list(dict.fromkeys([*self._known(), *self._adapter_files()]))

    def companion(self, name: str) -> str | None:
        """The refiner that belongs to a checkpoint and is used unless the artist says otherwise."""
        return STARTER_REFINER if name == STARTER_NAME else None

    def all(self) -> Iterator[Checkpoint]:
        """What every file and folder of the artist is, then the built-in ones; what is no model is passed over."""
        for path in (*self._known(), *BUILT_IN.values()):
            try:
                yield describe(path)
            except HangaError as refusal:
                logger.info("%s is passed over: %s", path.name, refusal)

    def describe(self, name: str) -> Checkpoint:
        return describe(self.find(name))

    def identify(self, path: Path) -> ModelFile:
        """Name, hash and place of a model file. A folder is known by its UNet's weights."""
        file = path if path.is_file() else sorted((path / "unet").glob("*.safetensors"))[0]
        place = path.resolve()
        return ModelFile(name=CALLED.get(place, path.name), sha256=self._hashes.get(file), path=str(place))

    def find_again(self, model: ModelFile, asked: str | None) -> Path:
        """The file that a picture was made with, known by its content: where it was `asked` for then, where it was
        last seen, or wherever a file of its name lies now. Raises HangaError file.model_gone."""
        for path in self._candidates(model, asked):
            if self.identify(path).sha256 == model.sha256:
                return path
        raise HangaError("file.model_gone", name=model.name, hash=model.sha256[:10])

    @cached_property
    def _hashes(self) -> Digests:
        return self.digests or HashCache(self.home.hashes)

    def _candidates(self, model: ModelFile, asked: str | None) -> Iterator[Path]:
        seen = self._hashes.places(model.sha256)
        here = (*BUILT_IN.values(), *self._known(), *self._adapter_files())
        named = (path for path in here if model.name in (path.name, CALLED.get(path.resolve())))
        hinted = () if asked is None else (Path(asked),)
        yield from (path for path in (*hinted, *seen, *named) if os.path.exists(path))

    def _in_folder(self, path: Path) -> Path | None:
        inside = self.home.models / path
        return inside if not os.path.exists(path) and len(path.parts) == 1 and os.path.exists(inside) else None

    def _known(self) -> list[Path]:
        found = self.home.models.glob("*") if self.home.models.is_dir() else ()
        own = sorted(path for path in found if not path.name.startswith(".") and path != self.home.loras)
        return [*own, *self._shared()]

    def _shared(self) -> list[Path]:
        return [path for place in self.elsewhere() for path in models_in(Path(os.path.expanduser(place)))]

    def _adapter_files(self) -> list[Path]:
        """Files that may be LoRAs: those of the loras folder, then those that lie among the models."""
        folders = (folder for folder in (self.home.loras, self.home.models) if folder.is_dir())
        own = [path for folder in folders for path in sorted(folder.glob(f"*{SAFETENSORS}")) if path.name[0] != "."]
        return [*own, *(path for path in self._shared() if path.suffix == SAFETENSORS)]

    def _nearest(self, name: str) -> str:
        names = [*BUILT_IN, *(path.stem for path in self._known())]
        return difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]


def _is_lora(path: Path) -> bool:
    """Of a file that lies among models."""
    try:
        describe(path)
    except HangaError as refusal:
        return refusal.code == IS_LORA
    return False


def models_in(place: Path) -> list[Path]:
    """What may be models at a place that other programs use too: itself, if it is a file or the folder of one model,
    else what lies in it, some folders deep."""
    if not place.is_dir():
        return [place] if place.exists() else []
    if is_model_folder(place):
        return [place]
    found: list[Path] = []
    for folder, below, files in os.walk(place):
        here = Path(folder)
        models = [name for name in sorted(below) if name[0] != "." and is_model_folder(here / name)]
        deeper = len(here.relative_to(place).parts) < DEEPEST
        below[:] = [name for name in sorted(below) if deeper and name[0] != "." and name not in models]
        found += [here / name for name in models]
        found += [here / name for name in sorted(files) if name[0] != "." and name.endswith(SUFFIXES)]
        if len(found) >= MOST_SHARED:
            break
    return found[:MOST_SHARED]


def _has_suffix(path: Path) -> bool:
    """Whether the name ends in one: not the 0 of sd_xl_base_1.0."""
    return bool(path.suffix) and not path.suffix[1].isdigit()
