"""The sinusoid that times and sizes share, against known answers."""

from __future__ import annotations

import pytest
import torch

from core.embedding import sinusoid

ROWS_256 = [0, 1, 2, 64, 128, 129, 130, 192]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (1024, [0.987354, -0.537617, 0.683457, -0.685707, -0.158533, -0.843189, 0.729991, -0.727878]),
        (768, [0.119120, -0.033001, 0.575897, 0.173105, 0.992880, -0.999455, -0.817522, 0.984903]),
        (6, [0.960170, 0.765001, 0.464789, 0.998201, -0.279415, -0.644029, -0.885421, 0.059964]),
        (2.5, [-0.801144, -0.685750, -0.559775, 0.999687, 0.598472, 0.727837, 0.828645, 0.024997]),
        (0, [1, 1, 1, 1, 0, 0, 0, 0]),
    ],
)
def test_known_answers_of_a_size(position: float, expected: list[float]) -> None:
    wave = sinusoid(torch.tensor([position]), 256)
    assert wave.shape == (1, 256)
    assert wave[0, ROWS_256].tolist() == pytest.approx(expected, abs=2e-6)


def test_known_answers_of_a_time() -> None:
    wave = sinusoid(torch.tensor([999]), 320)
    expected = [0.999650, 0.802678, -0.844470, -0.026461, 0.596413, -0.535603]
    assert wave[0, [0, 1, 80, 160, 161, 240]].tolist() == pytest.approx(expected, abs=2e-6)


def test_half_precision_positions_are_embedded_in_full() -> None:
    assert sinusoid(torch.tensor([512.0], dtype=torch.float16), 64).dtype == torch.float32
