"""The front door: `Engine` takes requests, keeps the queue and the library, and tells listeners what happens.

`engine` is what window, command line and tests call; `performing` carries out one job after another on a backend;
`notices` are what listeners hear besides events. Nothing here computes, so nothing heavy is imported.
"""

from core.engine.engine import Engine

__all__ = ["Engine"]
