"""Every sampler by the name the field gives it. What a plan must know about them is in `catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.sampling.consistency import lcm, tcd
from core.sampling.dpmpp import dpmpp_2m, dpmpp_2s_ancestral
from core.sampling.dpmpp_sde import dpmpp_2m_sde, dpmpp_3m_sde, dpmpp_sde
from core.sampling.euler import ddim, euler, euler_ancestral
from core.sampling.heun import dpm_2, heun
from core.sampling.restart import restart
from core.sampling.step import Sampler
from core.sampling.unipc import unipc

SAMPLERS: Final[Mapping[str, Sampler]] = MappingProxyType(
    {
        "euler": euler,
        "euler_ancestral": euler_ancestral,
        "heun": heun,
        "dpmpp_2m": dpmpp_2m,
        "dpmpp_2m_sde": dpmpp_2m_sde,
        "dpmpp_sde": dpmpp_sde,
        "dpmpp_3m_sde": dpmpp_3m_sde,
        "dpmpp_2s_ancestral": dpmpp_2s_ancestral,
        "dpm_2": dpm_2,
        "ddim": ddim,
        "unipc": unipc,
        "lcm": lcm,
        "tcd": tcd,
        "restart": restart,
    }
)
