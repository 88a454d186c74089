"""Drawings are compared by points, elements by the cheapest pairs."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.metrics.figures import chamfer_f1, edges, matched, nearest, pictures_alike


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


def drawing(size: int, scale: float, at: tuple[int, int] = (0, 0), width: int = 3) -> np.ndarray:
    """A frame with a diagonal, `width` pixels thick, on white."""
    made = np.full((size, size, 3), 255, np.uint8)
    long, high = int(100 * scale), int(60 * scale)
    top, left = at
    for run in range(long + width):
        made[top : top + width, left + run] = made[top + high : top + high + width, left + run] = 0
        made[top + run * high // (long + width) : top + run * high // (long + width) + width, left + run] = 0
    for run in range(high + width):
        made[top + run, left : left + width] = made[top + run, left + long : left + long + width] = 0
    return made


def test_edges_are_told_by_direction():
    made = np.full((20, 20, 3), 200, np.uint8)
    made[5:15, 8:12] = (200, 200, 100)  # told apart by one colour alone
    points, lying = edges(made)
    assert sorted({*points[~lying].real}) == [7.5, 11.5] and sorted({*points[lying].imag}) == [4.5, 14.5]
    assert len(points) == 2 * 10 + 2 * 4 and len(edges(np.full((9, 9, 3), 80, np.uint8))[0]) == 0


def test_pictures_are_alike_whatever_their_size_and_place():
    one = drawing(300, 2.0)
    assert pictures_alike(one, one) == 1.0
    assert pictures_alike(drawing(800, 4.0, (150, 230)), one) > 0.95
    assert pictures_alike(drawing(300, 2.0, width=5), one) > 0.9
    assert pictures_alike(np.full((30, 30, 3), 255, np.uint8), one) == 0.0


def test_a_mark_beside_the_drawing_does_not_move_it():
    one, more = drawing(300, 2.0, (60, 20)), drawing(300, 2.0, (60, 20))
    more[5:12, 250:257] = 0
    assert 0.85 < pictures_alike(more, one) < 1.0 and pictures_alike(more, one) == pytest.approx(
        pictures_alike(one, more), abs=0.1
    )


def test_other_pictures_are_not_alike():
    circle = np.full((300, 300, 3), 255, np.uint8)
    rows, columns = np.mgrid[:300, :300]
    circle[np.abs(np.hypot(rows - 150, columns - 150) - 110) < 2] = 0
    assert pictures_alike(circle, drawing(300, 2.0)) < 0.35
