"""Pairing the members of two lists so that all pairs together cost least: the linear assignment problem.

Shortest augmenting paths (Jonker and Volgenant 1987; Crouse 2016 for lists of unequal length). Among pairings of equal cost
the one is found that `scipy.optimize.linear_sum_assignment` (1.14) finds, so that figures agree with programs that use it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def assign(costs: np.ndarray) -> list[tuple[int, int]]:
    """(row, column) of every pair, by row; as many as the shorter side has members. `costs` is (n, m) of finite numbers."""
    if not costs.size:
        return []
    if costs.shape[1] < costs.shape[0]:
        return sorted((row, column) for column, row in assign(costs.T))
    rows, columns = costs.shape
    prices = np.zeros(rows), np.zeros(columns)
    owners = np.full(columns, -1)  # the row that has each column
    owned = np.full(rows, -1)  # the column that each row has
    for row in range(rows):
        path = _shortest(costs, row, prices, owners)
        at = path.end
        least = path.lengths[at]
        others = path.rows[1:]
        prices[0][row] += least
        prices[0][others] += least - path.lengths[owned[others]]
        prices[1][path.columns] -= least - path.lengths[path.columns]
        while True:  # every column on the path goes to the row before it
            other = int(path.before[at])
            owners[at] = other
            owned[other], at = at, int(owned[other])
            if other == row:
                break
    return [(row, int(column)) for row, column in enumerate(owned)]


class _Path(NamedTuple):
    """The cheapest way from a row to a column nobody has, and what was looked at on the way there."""

    end: int
    before: np.ndarray  # (m,) the row a column was reached from
    lengths: np.ndarray  # (m,) what it costs to reach a column
    rows: list[int]
    columns: list[int]


def _shortest(costs: np.ndarray, row: int, prices: tuple[np.ndarray, np.ndarray], owners: np.ndarray) -> _Path:
    columns = costs.shape[1]
    left = np.arange(columns)[::-1].copy()  # backwards: equal costs give the identity
    lengths, before = np.full(columns, np.inf), np.full(columns, -1)
    rows, closed, least = [row], [], 0.0
    while True:
        reach = least + costs[rows[-1], left] - prices[0][rows[-1]] - prices[1][left]
        nearer = reach < lengths[left]
        lengths[left[nearer]], before[left[nearer]] = reach[nearer], rows[-1]
        ties = np.flatnonzero(lengths[left] == lengths[left].min())
        free = ties[owners[left[ties]] < 0]
        place = int(free[-1] if len(free) else ties[0])
        column = int(left[place])
        least = float(lengths[column])
        closed.append(column)
        if len(free):
            return _Path(column, before, lengths, rows, closed)
        rows.append(int(owners[column]))
        left[place] = left[-1]
        left = left[:-1]
