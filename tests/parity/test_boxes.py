"""Pairs of boxes against scipy's assignment, overlaps against shapes counted pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.metrics.boxes import overlaps, paired

optimize = pytest.importorskip("scipy.optimize")


def some_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corners = rng.integers(0, 30, (count, 2))
    return np.hstack([corners, corners + rng.integers(1, 20, (count, 2))])


def test_overlaps_are_those_of_pixels():
    rng = np.random.default_rng(1)
    ones, others = some_boxes(rng, 12), some_boxes(rng, 9)
    drawn = []
    for boxes in (ones, others):
        sheets = np.zeros((len(boxes), 50, 50), bool)
        for sheet, (left, top, right, bottom) in zip(sheets, boxes, strict=True):
            sheet[top:bottom, left:right] = True
        drawn.append(sheets)
    both = (drawn[0][:, None] & drawn[1][None]).sum((2, 3))
    either = (drawn[0][:, None] | drawn[1][None]).sum((2, 3))
    assert overlaps(ones, others) == pytest.approx(both / either)


@pytest.mark.parametrize("seed", range(30))
def test_most_pairs_and_of_those_the_likest(seed):
    rng = np.random.default_rng(seed)
    likeness = overlaps(some_boxes(rng, rng.integers(1, 25)), some_boxes(rng, rng.integers(1, 25)))
    pairs = paired(likeness, 0.1)
    rows, columns = optimize.linear_sum_assignment(np.where(likeness >= 0.1, likeness + 100, 0), maximize=True)
    expected = [likeness[pair] for pair in zip(rows, columns, strict=True) if likeness[pair] >= 0.1]
    assert len(pairs) == len(expected)
    assert sum(likeness[pair] for pair in pairs) == pytest.approx(sum(expected))
