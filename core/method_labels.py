"""Samplers and schedules as people call them, the same in every language: in the window, and in what pictures carry for
other programs."""

from __future__ import annotations

from typing import Final

SAMPLER_LABELS: Final = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "heun": "Heun",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpm_2": "DPM2",
    "ddim": "DDIM",
    "unipc": "UniPC",
    "lcm": "LCM",
    "tcd": "TCD",
    "restart": "Restart",
}

SCHEDULE_LABELS: Final = {
    "leading": "Leading",
    "linspace": "Linspace",
    "trailing": "Trailing",
    "normal": "Normal",
    "sgm_uniform": "SGM Uniform",
    "simple": "Simple",
    "ddim_uniform": "DDIM Uniform",
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "kl_optimal": "KL Optimal",
    "ays": "Align Your Steps",
}

UNKNOWN_TO_A1111: Final = frozenset({"leading", "linspace", "trailing"})

A1111_SCHEDULES: Final = {name: label for name, label in SCHEDULE_LABELS.items() if name not in UNKNOWN_TO_A1111} | {
    "ddim_uniform": "DDIM"
}
"""The labels that A1111 knows; a schedule that it does not have keeps our name there."""
