"""How alike two drawings of marks are: marks paired by what they show and in order, judged by where and how large they stand.

After the idea of CDM (Wang et al. 2024, "CDM: A Reliable Metric for Fair and Accurate Formula Recognition Evaluation"), but
on layouts instead of pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

AWAY = 0.35  # ems: a mark further from where its neighbours say it should be is misplaced
SIZES = 0.2  # share by which the sizes of paired marks may differ
NEIGHBOURS = 4  # marks on either side that say where one should be
MOST = 4000  # marks looked at


class Mark(NamedTuple):
    """A sign at (x, y) in ems; `size` is that of its font."""

    sign: str
    x: float
    y: float
    size: float


def alike(first: Sequence[Mark], second: Sequence[Mark]) -> float:
    """F1 of the marks that both drawings have, at the same place among their neighbours and as large; 1 = the same drawing."""
    if not first and not second:
        return 1.0
    first, second = first[:MOST], second[:MOST]
    blocks = SequenceMatcher(
        None, [mark.sign for mark in first], [mark.sign for mark in second], autojunk=False
    ).get_matching_blocks()
    pairs = [(first[block.a + step], second[block.b + step]) for block in blocks for step in range(block.size)]
    if not pairs:
        return 0.0
    shifts = np.array([(one.x - other.x, one.y - other.y) for one, other in pairs])  # (n, 2)
    sizes = np.array([abs(one.size - other.size) <= SIZES * max(one.size, other.size, 1e-9) for one, other in pairs])
    good = sum(bool(sizes[index]) and _stays(shifts, index) for index in range(len(pairs)))
    return 2 * good / (len(first) + len(second))


def _stays(shifts: np.ndarray, index: int) -> bool:
    """True where a pair is shifted as its neighbours are."""
    near = shifts[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]
    usual = np.median(near, 0)
    return bool(np.abs(shifts[index] - usual).max() <= AWAY)
