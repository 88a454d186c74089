"""Printed numbers, axes, and how finely values are read off them."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.draw.plot.numbers import Figures, log_scale, nice, scale_for


@pytest.mark.parametrize(
    ("figures", "value", "text"),
    [
        (Figures(), 1234.4, "1,234"),
        (Figures(places=1, thousands=".", decimal=","), 1234.56, "1.234,6"),
        (Figures(prefix="$", compact="KMB"), 1234567, "$1.2M"),
        (Figures(suffix="%"), -3.2, "-3%"),
        (Figures(compact="KMB"), 500000, "500K"),
        (Figures(), -0.2, "0"),
    ],
)
def test_numbers_are_printed(figures, value, text):
    assert figures.show(value) == text


@pytest.mark.parametrize(
    "figures", [Figures(), Figures(places=2), Figures(compact="KMB"), Figures(places=1, decimal=",", thousands=" ")]
)
def test_the_value_of_a_printed_number_prints_the_same(figures):
    for value in np.random.default_rng(1).normal(0, 1, 300) * 10.0 ** np.random.default_rng(2).integers(-2, 8, 300):
        assert figures.show(figures.value(float(value))) == figures.show(float(value))


def test_axes_hold_their_values_and_ticks_are_read_exactly():
    rng = np.random.default_rng(0)
    for _ in range(400):
        values = (rng.normal(0.5, 1, int(rng.integers(1, 9))) * 10.0 ** int(rng.integers(-4, 8))).tolist()
        scale = scale_for(values, int(rng.integers(2, 10)), bool(rng.integers(2)), float(rng.choice([0, 0.05])))
        assert scale.low <= min(values) and max(values) <= scale.high * (1 + 1e-9) + 1e-12
        assert scale.at(scale.low) == 0 and abs(scale.at(scale.high) - 1) < 1e-9
        for tick in scale.ticks:
            assert abs(scale.read(tick) - tick) < 1e-6 * (scale.high - scale.low)
        grain = scale.grain / (scale.high - scale.low)
        assert 1 / 600 < grain <= 1 / 49.9
        for value in values:
            assert abs(scale.read(value) - value) <= scale.grain * 0.51


def test_logarithmic_axes():
    scale = log_scale([3, 4500])
    assert scale.ticks == (1, 10, 100, 1000, 10000) and abs(scale.at(100) - 0.5) < 1e-9 and scale.read(4567) == 4600


def test_nice_steps():
    assert [nice(v) for v in (0.9, 1.1, 2.2, 2.6, 7, 11)] == [1, 2, 2.5, 5, 10, 20]


@pytest.mark.parametrize("values", [[100.0, 100.0], [100.0005], [99.9, 100.0]])
def test_shares_that_are_all_of_a_whole_have_an_axis(values):
    scale = scale_for(values, 5, zero=False)
    assert scale.low <= min(values) and max(values) <= scale.high * (1 + 1e-4) and len(scale.ticks) > 1
