"""Pairs at least cost: as good as any, and among equals those that scipy takes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from gotocr.metrics.assignment import assign


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 2), (4, 4)])
def test_no_pairing_costs_less(shape):
    costs = np.random.default_rng(sum(shape)).random(shape)
    pairs = assign(costs)
    rows, columns = shape
    assert len(pairs) == min(shape) and len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    wide = costs if rows <= columns else costs.T
    best = min(
        sum(wide[row, column] for row, column in enumerate(order)) for order in permutations(range(max(shape)), min(shape))
    )
    assert sum(costs[pair] for pair in pairs) == pytest.approx(best)


@pytest.mark.parametrize(
    ("costs", "pairs"),  # of scipy 1.17.1, linear_sum_assignment
    [
        ([[1, 1, 1], [1, 1, 1]], [(0, 0), (1, 1)]),
        ([[1, 1], [1, 1], [1, 1]], [(0, 0), (1, 1)]),
        ([[0, 1, 0], [0, 1, 1], [1, 1, 0]], [(0, 2), (1, 0), (2, 1)]),
        ([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]], [(0, 2), (1, 1), (2, 0)]),
    ],
)
def test_equals_are_taken_as_scipy_takes_them(costs, pairs):
    assert assign(np.array(costs, float)) == pairs


def test_nothing_to_pair():
    assert assign(np.zeros((0, 3))) == assign(np.zeros((3, 0))) == []


def test_as_scipy_does():
    scipy = pytest.importorskip("scipy.optimize")
    for seed in range(200):
        rng = np.random.default_rng(seed)
        costs = np.round(rng.random(rng.integers(1, 9, 2)), int(rng.integers(0, 4)))
        rows, columns = scipy.linear_sum_assignment(costs)
        assert assign(costs) == [*zip(rows.tolist(), columns.tolist(), strict=True)]
