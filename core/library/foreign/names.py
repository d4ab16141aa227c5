"""Names of samplers and schedules in all programs, and ours: one table, because they spell the same names differently.

A name is first brought into one spelling ("DPM++ 2M SDE Karras" → dpmpp_2m_sde_karras), then parted into sampler and
schedule, then looked up: `SAME` are other names of what we have, `NEAREST` what comes closest to what we do not have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.library.foreign.values import string
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import SCHEDULES

LONGEST: Final = 100

SAME: Final[Mapping[str, str]] = {
    "euler_a": "euler_ancestral",
    "dpm2": "dpm_2",
    "kdpm_2": "dpm_2",
    "dpmpp_2s_a": "dpmpp_2s_ancestral",
    "dpmpp_multi": "dpmpp_2m",
    "dpmpp_sde_substep": "dpmpp_sde",
    "uni_pc": "unipc",
    "uni_pc_bh2": "unipc",
    "ddim_v3": "ddim",
    "undefined": "euler",
}

NEAREST: Final[Mapping[str, str]] = {
    "dpm_2_ancestral": "dpm_2",
    "dpm_2_a": "dpm_2",
    "dpm2_a": "dpm_2",
    "kdpm_2_a": "dpm_2",
    "dpmpp_2m_sde_heun": "dpmpp_2m_sde",
    "dpmpp_2m_cfg_pp": "dpmpp_2m",
    "dpmpp_2m_alt": "dpmpp_2m",
    "dpmpp_2s_ancestral_cfg_pp": "dpmpp_2s_ancestral",
    "dpmpp_2s": "dpmpp_2s_ancestral",
    "dpmpp_3m": "dpmpp_2m",
    "dpm_fast": "dpmpp_2m",
    "dpm_adaptive": "dpmpp_2m",
    "lms": "dpmpp_2m",
    "plms": "dpmpp_2m",
    "pndm": "dpmpp_2m",
    "ipndm": "dpmpp_2m",
    "ipndm_v": "dpmpp_2m",
    "deis": "dpmpp_2m",
    "res_multistep": "dpmpp_2m",
    "gradient_estimation": "euler",
    "ddpm": "euler_ancestral",
    "euler_cfg_pp": "euler",
    "euler_ancestral_cfg_pp": "euler_ancestral",
    "euler_a_cfg_pp": "euler_ancestral",
    "euler_a_substep": "euler_ancestral",
    "ddim_cfg_pp": "ddim",
    "heunpp2": "heun",
    "er_sde": "dpmpp_2m_sde",
    "seeds_2": "dpmpp_sde",
    "seeds_3": "dpmpp_sde",
    "sa_solver": "dpmpp_3m_sde",
}

SCHEDULE_NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in SCHEDULES},
    "uniform": "normal",
    "align_your_steps": "ays",
    "align_your_steps_gits": "ays",
    "ays_sdxl": "ays",
    "ddim": "ddim_uniform",
    "sgm": "sgm_uniform",
    "turbo": "trailing",
}
OWN_CHOICE: Final = frozenset({"", "automatic", "default", "native", "none", "undefined"})
"""Schedules that mean: what belongs to the sampler."""

FALLBACK: Final = "euler"


@dataclass(frozen=True)
class Match:
    """Our name, None for what the sampler is best with, and whether it is the same thing."""

    name: str | None
    exact: bool = True


def match(sampler: object, schedule: object, default_schedule: str | None) -> tuple[Match, Match]:
    """Sampler and schedule. A schedule may be part of the sampler's name, as older programs wrote it."""
    name, inner = _parted(_spelled(sampler))
    wanted = _spelled(schedule)
    if schedule is None or wanted in OWN_CHOICE:
        own = default_schedule if schedule is None else None
        return _sampler(name), Match(inner or own)
    ours = SCHEDULE_NAMES.get(wanted)
    return _sampler(name), Match(ours, exact=ours is not None)


def _sampler(name: str) -> Match:
    ours = name if name in CATALOGUE else SAME.get(name)
    if ours is not None:
        return Match(ours)
    return Match(NEAREST.get(name, FALLBACK), exact=not name)


def _parted(name: str) -> tuple[str, str | None]:
    """Sampler and the schedule that its name ends with, if any; both in one spelling."""
    if name in CATALOGUE or name in SAME or name in NEAREST:
        return name, None
    for ending in sorted(SCHEDULE_NAMES, key=len, reverse=True):
        if name.endswith(f"_{ending}"):
            return name.removesuffix(f"_{ending}"), SCHEDULE_NAMES[ending]
    return (name[:-2], "karras") if name.endswith("_k") else (name, None)


def _spelled(name: object) -> str:
    """Small letters, words joined by underscores, without what says where it is computed."""
    plain = string(name).strip()[:LONGEST].lower().replace("cfg++", "cfg_pp").replace("++", "pp")
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return plain.removeprefix("k_").removesuffix("_gpu") or string(name)[:LONGEST]
