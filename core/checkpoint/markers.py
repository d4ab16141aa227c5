"""What a file says of itself besides its tensors: prediction type, zero terminal SNR, latent scale, preview, title.

Sources from strongest to weakest: marker tensors in the file, the folder's configuration files, the header's metadata,
a configuration of the same name beside the file. All of it is untrusted: read within limits, never used as a path.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from core.architecture import GROUPS, LATENT_CHANNELS, SDXL_VAE
from core.errors import HangaError

Prediction = Literal["epsilon", "v", "sample"]
LatentRgb = tuple[tuple[float, ...], ...]

SCALE_KEY: Final = "hanga.vae_scale"
GROUPS_KEY: Final = "hanga.vae_groups"
LATENT_RGB_KEY: Final = "hanga.latent_rgb"
MARKER_TENSORS: Final = frozenset({"v_pred", "ztsnr"})
EDM_TENSORS: Final = frozenset({"edm_vpred.sigma_max", "edm_mean", "edm_std"})

MAX_CONFIG_BYTES: Final = 1 << 20
MAX_TITLE: Final = 120
MOST_GROUPS: Final = 512

_SPOKEN: Final[Mapping[str, Prediction]] = {
    "epsilon": "epsilon",
    "eps": "epsilon",
    "v": "v",
    "v_prediction": "v",
    "v-prediction": "v",
    "sample": "sample",
}
_YAML_V: Final = re.compile(r"VScaling|parameterization:\s*['\"]?v\b")


@dataclass(frozen=True, kw_only=True)
class Markers:
    prediction: Prediction = "epsilon"
    ztsnr: bool = False


def read_markers(names: Collection[str], metadata: Mapping[str, str], file: Path) -> Markers:
    """Prediction type of a single file. HangaError `file.is_edm` for the two kinds with another noise process."""
    if not EDM_TENSORS.isdisjoint(names):
        raise HangaError("file.is_edm", name=file.name)
    spoken = _SPOKEN.get(metadata.get("modelspec.prediction_type", "").strip().lower(), "epsilon")
    hinted_v = metadata.get("ss_v_parameterization") == "True" or _YAML_V.search(_beside(file)) is not None
    zero_terminal = "ztsnr" in names or metadata.get("ss_zero_terminal_snr") == "True"
    prediction: Prediction = "v" if "v_pred" in names or (hinted_v and spoken == "epsilon") else spoken
    return Markers(prediction=prediction, ztsnr=zero_terminal)


def read_scheduler(folder: Path) -> Markers:
    """Prediction type of a diffusers folder, from its scheduler's configuration."""
    config = read_config(folder / "scheduler" / "scheduler_config.json")
    if str(config.get("_class_name", "")).startswith("EDM"):
        raise HangaError("file.is_edm", name=folder.name)
    prediction = _SPOKEN.get(str(config.get("prediction_type", "epsilon")), "epsilon")
    return Markers(prediction=prediction, ztsnr=config.get("rescale_betas_zero_snr") is True)


def read_config(path: Path) -> dict[str, Any]:
    """A small JSON object beside weights; empty if the file is not there. HangaError `file.damaged` if it is none."""
    try:
        text = _small_text(path)
        config = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise HangaError("file.damaged", name=path.name, detail=str(error)[:200]) from error
    if not isinstance(config, dict):
        raise HangaError("file.damaged", name=path.name, detail="not a JSON object")
    return config


def vae_scale(metadata: Mapping[str, str], config: Mapping[str, Any], file: str) -> float:
    """What unscaled latents are multiplied by: the folder's configuration, else our own key, else SDXL's 0.13025."""
    stated = config.get("scaling_factor", metadata.get(SCALE_KEY, SDXL_VAE.scale))
    try:
        scale = float(stated)
    except (TypeError, ValueError, OverflowError) as error:
        raise HangaError("file.damaged", name=file, detail="latent scale is not a number") from error
    if not (math.isfinite(scale) and scale > 0):
        raise HangaError("file.damaged", name=file, detail="latent scale is not a positive number")
    return scale


def vae_groups(metadata: Mapping[str, str], config: Mapping[str, Any], file: str) -> int:
    """Groups of the first stage's norms, which no tensor shows: as for `vae_scale`, else the published 32."""
    stated = config.get("norm_num_groups", metadata.get(GROUPS_KEY, GROUPS))
    if not re.fullmatch(r"[1-9]\d{0,3}", str(stated)) or int(stated) > MOST_GROUPS:
        raise HangaError("file.damaged", name=file, detail="number of groups is not a small number")
    return int(stated)


def native_size(metadata: Mapping[str, str]) -> tuple[int, int] | None:
    """(width, height) that the model was trained for, where the file says so."""
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", metadata.get("modelspec.resolution", ""))
    return (int(match[1]), int(match[2])) if match else None


def latent_rgb(metadata: Mapping[str, str], file: str) -> LatentRgb | None:
    """The file's own linear preview: one RGB row for each latent channel, then the bias; None if it brings none."""
    if LATENT_RGB_KEY not in metadata:
        return None
    try:
        rows = tuple(tuple(float(value) for value in row) for row in json.loads(metadata[LATENT_RGB_KEY]))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise HangaError("file.damaged", name=file, detail="preview colours are not numbers") from error
    if [len(row) for row in rows] != [3] * (LATENT_CHANNELS + 1) or not all(map(math.isfinite, sum(rows, ()))):
        raise HangaError("file.damaged", name=file, detail="preview colours have another shape")
    return rows


def title(metadata: Mapping[str, str]) -> str | None:
    """The name that the file gives itself, made safe to show."""
    stated = metadata.get("modelspec.title") or metadata.get("ss_output_name") or ""
    shown = "".join(letter for letter in stated if letter.isprintable())[:MAX_TITLE].strip()
    return shown or None


def _beside(file: Path) -> str:
    return _small_text(file.with_suffix(".yaml")) or _small_text(file.with_suffix(".yml"))


def _small_text(path: Path) -> str:
    """The text of a small file, empty if there is none. HangaError if it is too large, OSError if it is closed."""
    if not path.is_file():
        return ""
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise HangaError("file.too_complex", name=path.name, detail="configuration is too large")
    return path.read_text(encoding="utf-8", errors="replace")
