"""How well boxes are found: intersection over union, boxes paired with the true ones, precision, recall and F1 at thresholds.

A found box is right where its intersection over union with the true one it is paired with reaches the threshold, as ICDAR's
Robust Reading Competitions count (Karatzas et al. 2015, section 3.2); what they call hmean is F1. In end-to-end figures the
text must be right as well. Boxes are (left, top, right, bottom).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .assignment import assign
from .figures import matched
from .sets import f1
from .text import normalise

THRESHOLD = 0.5


class Found(NamedTuple):
    """How many of the `found` and of the `true` boxes are `right`; figures of several pictures are those of the sums."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else float(not self.true)

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else float(not self.found)

    @property
    def f1(self) -> float:
        return f1(self.right, self.found, self.true)

    def __add__(self, other: Found) -> Found:  # type: ignore[override]
        return Found(*(one + two for one, two in zip(self, other, strict=True)))


def overlaps(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n, m) intersection over union of all pairs of boxes (n, 4) and (m, 4); 0 for boxes without area."""
    ones, others = (np.asarray(boxes, np.float64).reshape(-1, 4) for boxes in (ones, others))
    low, high = np.maximum(ones[:, None, :2], others[None, :, :2]), np.minimum(ones[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), -1)
    areas = [np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None), -1) for boxes in (ones, others)]
    either = areas[0][:, None] + areas[1][None] - shared
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def paired(likeness: np.ndarray, least: float) -> list[tuple[int, int]]:
    """As many pairs (row, column) of `likeness` (n, m) as there can be, each row and column once, none below `least`.

    Of as many pairs those with the greatest sum. Likeness is between 0 and 1.
    """
    allowed = likeness >= least
    pairs = assign(np.where(allowed, -1.0 - likeness / (likeness.size + 1.0), 0.0))
    return [pair for pair in pairs if allowed[pair]]


def paired_greedily(likeness: np.ndarray, least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) from the most alike downward, each row and column once, none below `least`."""
    return sorted(matched(-likeness, -least))


def detected(found: np.ndarray, true: np.ndarray, least: float = THRESHOLD, greedy: bool = False) -> Found:
    """How many of the boxes found (n, 4) are one of the true ones (m, 4), each counted once."""
    likeness = overlaps(found, true)
    return Found(len((paired_greedily if greedy else paired)(likeness, least)), *likeness.shape)


def spotted(
    found: Sequence[tuple[Sequence[float], str]],
    true: Sequence[tuple[Sequence[float], str]],
    least: float = THRESHOLD,
    same: Callable[[str, str], bool] = lambda read, truth: normalise(read).casefold() == normalise(truth).casefold(),
) -> Found:
    """End to end: how many of the (box, text) found have the place and the text of a true one; upper and lower case are one."""
    likeness = overlaps(np.array([box for box, _ in found]), np.array([box for box, _ in true]))
    for row, column in np.argwhere(likeness >= least):
        if not same(found[row][1], true[column][1]):
            likeness[row, column] = -1.0
    return Found(len(paired(likeness, least)), len(found), len(true))
