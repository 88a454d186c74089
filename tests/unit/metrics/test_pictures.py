"""Alike drawings: 1 for the same marks in the same places, less for each that is missing, moved or of another size."""

from __future__ import annotations

import pytest

from gotocr.metrics.pictures import Mark, alike

ROW = [Mark(letter, 0.6 * index, 0.0, 1.0) for index, letter in enumerate("abcdefgh")]


def test_the_same_marks_are_alike_wherever_the_whole_stands():
    assert alike(ROW, ROW) == alike([], []) == 1.0
    assert alike([mark._replace(x=mark.x + 5, y=mark.y - 2) for mark in ROW], ROW) == 1.0


@pytest.mark.parametrize("change", [{"y": -0.6}, {"size": 0.7}, {"sign": "z"}])
def test_one_mark_that_differs_costs_its_share(change):
    other = [*ROW[:3], ROW[3]._replace(**change), *ROW[4:]]
    assert alike(other, ROW) == pytest.approx(7 / 8)


def test_missing_marks_cost_their_share():
    assert alike(ROW[:4], ROW) == pytest.approx(2 * 4 / 12)
    assert alike([], ROW) == alike(ROW, []) == 0.0


def test_drift_along_a_line_costs_nothing():
    assert alike([mark._replace(x=mark.x * 1.05) for mark in ROW], ROW) == 1.0
