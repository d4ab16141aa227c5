"""What went wrong lately and bears on the next plan: devices that went away, jobs that took too much memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from core.machine import CPU, Machine
from core.plan import Plan
from core.request import AUTO, Request

MOST_LOSSES: Final = 2
"""In a row, after which a device is left alone until the next start: a fresh worker has met it, and lost it again."""


@dataclass
class Setbacks:
    _losses: Counter[str] = field(default_factory=Counter)
    """How often devices were lost since they last finished a job."""
    _killed: set[str] = field(default_factory=set)
    """Jobs whose worker was ended from outside, as systems do that run out of memory."""
    _exhausted: set[str] = field(default_factory=set)
    """Jobs for which a card had too little memory whatever made way, as where another program holds it."""

    def lost(self, device: str) -> None:
        self._losses[device] += 1

    def killed(self, job: str) -> None:
        self._killed.add(job)

    def exhausted(self, job: str) -> None:
        self._exhausted.add(job)

    def finished(self, job: str, device: str) -> None:
        del self._losses[device]
        self._killed.discard(job)
        self._exhausted.discard(job)

    def left(self, machine: Machine) -> Machine:
        """The machine without what cannot be relied on. The processor always stays."""
        devices = tuple(device for device in machine.devices if self._losses[device.address] < MOST_LOSSES)
        return replace(machine, devices=devices)

    def possible(self, job: str, request: Request, machine: Machine) -> Request:
        """The request, if need be with another device and type than asked for, where a device was lost or too small: a
        picture that takes longer is better than none."""
        if job in self._exhausted:
            return replace(request, device=CPU, dtype=AUTO)
        there = {name for device in machine.devices for name in (device.address, device.kind)}
        best = machine.devices[0].kind if request.device == AUTO else request.device
        if not self._losses or (best in there and (best != CPU or request.device == CPU)):
            return request
        return replace(request, device=AUTO, dtype=AUTO)

    def humbler(self, job: str, plan: Plan) -> Plan:
        """The plan; with one network at a time in memory for a job that took too much of it."""
        return replace(plan, keep_resident=False, keep_patched=False) if job in self._killed else plan
