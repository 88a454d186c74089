"""How alike two drawings of lines are, by points along them: each point should have one of the other drawing near it."""

from __future__ import annotations

import numpy as np

from .sets import f1

BLOCK = 512  # points compared at a time, so that memory stays small


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Distance of each of `points` (n,) complex to the nearest of `others` (m,) complex; infinite where there are none."""
    if not len(others):
        return np.full(len(points), np.inf)
    parts = [np.abs(points[k : k + BLOCK, None] - others[None, :]).min(1) for k in range(0, len(points), BLOCK)]
    return np.concatenate([*parts, np.zeros(0)])


def chamfer_f1(written: np.ndarray, true: np.ndarray, near: float) -> float:
    """F1 of points (n,) and (m,) complex: a point counts 1 less its distance to the other drawing over `near`, 0 beyond.

    After Borgefors's chamfer matching (1988), as precision and recall; 1 for equal drawings, 0 where they are nowhere near.
    """
    if not len(written) or not len(true):
        return float(len(written) == len(true))
    hit, found = (float(np.clip(1 - nearest(a, b) / near, 0, 1).mean()) for a, b in ((written, true), (true, written)))
    return f1(hit * found, (hit + found) / 2, (hit + found) / 2) if hit + found else 0.0


def matched(costs: np.ndarray, most: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of the cheapest entries of `costs` (n, m), each row and column once, none dearer than `most`."""
    pairs, rows, columns = [], set(), set()
    for flat in np.argsort(costs, axis=None, kind="stable"):
        row, column = divmod(int(flat), costs.shape[1])
        if costs[row, column] > most:
            break
        if row not in rows and column not in columns:
            pairs.append((row, column))
            rows.add(row)
            columns.add(column)
    return pairs
