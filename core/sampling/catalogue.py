"""What a plan needs to know about each sampler, as plain data; the samplers themselves are in `samplers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from core.sampling.restarts import restart_path


@dataclass(frozen=True, kw_only=True)
class SamplerFacts:
    """`calls` of the denoiser per step (the step to 0 always takes one), and the schedule it is at its best with."""

    calls: int = 1
    stochastic: bool = False
    schedule: str = "normal"
    options: Mapping[str, float] = field(default_factory=dict)
    """What an artist may set, with its default."""


CATALOGUE: Final[Mapping[str, SamplerFacts]] = MappingProxyType(
    {
        "euler": SamplerFacts(),
        "euler_ancestral": SamplerFacts(stochastic=True, options={"eta": 1.0}),
        "heun": SamplerFacts(calls=2),
        "dpmpp_2m": SamplerFacts(schedule="karras"),
        "dpmpp_2m_sde": SamplerFacts(stochastic=True, schedule="exponential", options={"eta": 1.0}),
        "dpmpp_sde": SamplerFacts(calls=2, stochastic=True, schedule="karras", options={"eta": 1.0}),
        "dpmpp_3m_sde": SamplerFacts(stochastic=True, schedule="exponential", options={"eta": 1.0}),
        "dpmpp_2s_ancestral": SamplerFacts(calls=2, stochastic=True, schedule="karras", options={"eta": 1.0}),
        "dpm_2": SamplerFacts(calls=2, schedule="karras"),
        "ddim": SamplerFacts(schedule="ddim_uniform", options={"eta": 0.0}),
        "unipc": SamplerFacts(),
        "lcm": SamplerFacts(stochastic=True, schedule="trailing"),
        "tcd": SamplerFacts(stochastic=True, schedule="trailing", options={"eta": 0.3}),
        "restart": SamplerFacts(calls=2, stochastic=True, schedule="karras"),
    }
)


def calls_per_step(name: str, sigmas: Sequence[float]) -> tuple[int, ...]:
    """The denoiser calls of every step a run over these sigmas will yield; restart yields more steps than sigmas."""
    path = restart_path(sigmas) if name == "restart" else tuple(pairwise(sigmas))
    return tuple(CATALOGUE[name].calls if sigma_next > 0.0 else 1 for _, sigma_next in path)
