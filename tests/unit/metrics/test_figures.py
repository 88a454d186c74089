"""Drawings are compared by points, elements by the cheapest pairs."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.metrics.figures import chamfer_f1, matched, nearest


def test_nearest_is_the_least_distance():
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=n) + 1j * rng.normal(size=n) for n in (1200, 70))
    assert nearest(a, b) == pytest.approx(np.array([min(abs(p - q) for q in b) for p in a]))
    assert np.isinf(nearest(a, b[:0])).all()


def test_chamfer_is_one_for_equal_and_falls_with_distance_and_lack():
    line = np.linspace(0, 10, 101) + 0j
    assert chamfer_f1(line, line, 0.5) == 1.0
    assert chamfer_f1(line + 0.1j, line, 0.5) == pytest.approx(0.8)
    assert chamfer_f1(line + 3j, line, 0.5) == 0.0
    half = chamfer_f1(line[:51], line, 0.5)
    assert half == pytest.approx(chamfer_f1(line, line[:51], 0.5)) and 0.6 < half < 0.75
    assert chamfer_f1(line[:0], line, 0.5) == 0.0 and chamfer_f1(line[:0], line[:0], 0.5) == 1.0


def test_each_is_matched_once_cheapest_first():
    assert matched(np.array([[0.1, 0.3], [0.0, 0.2]]), 0.5) == [(1, 0), (0, 1)]
    assert matched(np.array([[0.1, 0.9]]), 0.5) == [(0, 0)]
