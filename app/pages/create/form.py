"""Form: a request in controls. What the controls cannot show, or show but roughly, stays what it was until touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.request import Request


@dataclass(frozen=True)
class Binding:
    """A part of the request and its control: `put` shows it there, `shown` reads the control, `take` has the request
    with what was read."""

    put: Callable[[Request], None]
    shown: Callable[[], Any]
    take: Callable[[Request, Any], Request]


class Form:
    """A request that is used comes out again exactly, until somebody moves a control; then that part alone differs."""

    def __init__(self, bindings: Iterable[Binding], request: Request) -> None:
        self._bindings = tuple(bindings)
        self._used = request
        self._shown: list[Any] = []
        self.use(request)

    def use(self, request: Request) -> None:
        self._used = request
        for binding in self._bindings:
            binding.put(request)
        self._shown = [binding.shown() for binding in self._bindings]

    def request(self) -> Request:
        request = self._used
        for binding, before in zip(self._bindings, self._shown, strict=True):
            now = binding.shown()
            if now != before:
                request = binding.take(request, now)
        return request
