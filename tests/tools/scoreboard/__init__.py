"""The scoreboard: what this machine can measure of the engine's speed and memory, beside goals and anchors.

`row` is what a line is, `bench` what it is measured on; `passes`, `stories`, `files`, `streaming` and `card` hold the
measurements, `child` those that want a process of their own, `table` prints. Run it with `python -m
tests.tools.scoreboard`.
"""
