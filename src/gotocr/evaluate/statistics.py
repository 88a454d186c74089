"""Figures over many items, with intervals that say how far they can be trusted: the percentile bootstrap.

Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13: items are drawn again with replacement, as
many as there are, and the figure of each such set is taken; the middle 95% of them is the interval. The same items are
drawn for every system, so that the interval of a difference is a paired one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .suite import Part, Score

DRAWS = 2000
LEVEL = 0.95
ROOM = 1_000_000  # numbers of draws held at once
SEED = 20260000  # the intervals of equal scores are equal, whenever and wherever they are computed


class Figure(NamedTuple):
    """A figure of `count` items and the interval around it."""

    value: float
    low: float
    high: float
    count: int


def figure(scores: Sequence[Score]) -> Figure | None:
    """The mean of plain scores, or the sum of values over the sum of weights of `Part`s; None where no item has one."""
    table = _table([score for score in scores if score is not None])  # (n, 2)
    if not len(table):
        return None
    return Figure(float(_ratio(table.sum(0))), *_interval(_ratio(_sums(table))), len(table))


def difference(ones: Sequence[Score], others: Sequence[Score]) -> Figure | None:
    """How much higher the figure of `ones` is than that of `others`, over the items that have both scores."""
    both = [(one, other) for one, other in zip(ones, others, strict=True) if one is not None and other is not None]
    if not both:
        return None
    table = np.hstack([_table(column) for column in zip(*both, strict=True)])  # (n, 4)
    true, sums = table.sum(0), _sums(table)
    apart = _ratio(sums[:, :2]) - _ratio(sums[:, 2:])
    return Figure(float(_ratio(true[:2]) - _ratio(true[2:])), *_interval(apart), len(both))


def _table(scores: Sequence[Score]) -> np.ndarray:
    """(n, 2) values and weights."""
    return np.array([score if isinstance(score, Part) else (score, 1.0) for score in scores], np.float64).reshape(-1, 2)


def _sums(table: np.ndarray) -> np.ndarray:
    """(DRAWS, columns) sums over items drawn with replacement; the draws depend on the number of items alone."""
    count = len(table)
    rng = np.random.default_rng([SEED, count])
    step = max(1, ROOM // count)
    draws = (rng.integers(count, size=(min(step, DRAWS - at), count)) for at in range(0, DRAWS, step))
    return np.concatenate([table[draw].sum(1) for draw in draws])


def _ratio(sums: np.ndarray) -> np.ndarray:
    """Values over weights, of (..., 2) sums; 0 where nothing weighs anything."""
    return sums[..., 0] / np.maximum(sums[..., 1], 1e-12)


def _interval(means: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
