"""How alike two drawings of marks are: marks paired by what they show, judged by where among their neighbours and how large.

After the idea of CDM (Wang et al. 2024, "CDM: A Reliable Metric for Fair and Accurate Formula Recognition Evaluation", arXiv
2409.03643): the F1 of signs that both drawings show in the same place. CDM finds signs by their colours in pictures that TeX
made, and forgives what a few shifts of any parts of the formula explain; here signs and places are known from setting the
formulas, and a sign must stay where its neighbours stay, so that scripts that fell to the line are not forgiven.
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
MOST_LEFT = 300  # marks without a partner among which one is looked for by place
STILL = 0.05  # ems by which marks of the same drawing may be off


class Mark(NamedTuple):
    """A sign whose baseline begins at (x, y), in ems, y upward; `size` is that of its font, of a line its length."""

    sign: str
    x: float
    y: float
    size: float
    width: float = 0.0


def alike(first: Sequence[Mark], second: Sequence[Mark]) -> float:
    """F1 of the marks that both drawings have, at the same place among their neighbours and as large, 0 to 1."""
    if not first and not second:
        return 1.0
    first, second = first[:MOST], second[:MOST]
    pairs = [(first[row], second[column]) for row, column in _paired(first, second)]
    shifts = np.array([_shift(one, other) for one, other in pairs if _as_large(one, other)])  # (n, 2)
    good = sum(_stays(shifts, index) for index in range(len(shifts)))
    return 2 * good / (len(first) + len(second))


def same(first: Sequence[Mark], second: Sequence[Mark]) -> bool:
    """Whether two drawings are one: every mark at the same place and as large."""
    if len(first) != len(second):
        return False
    for one, other in zip(*(sorted(marks, key=_by_place) for marks in (first, second)), strict=True):
        apart = np.abs(np.subtract(one[1:], other[1:])).max()
        if one.sign != other.sign or apart > STILL:
            return False
    return True


def _by_place(mark: Mark) -> tuple[str, float, float]:
    return mark.sign, round(mark.x, 1), round(mark.y, 1)


def _paired(first: Sequence[Mark], second: Sequence[Mark]) -> list[tuple[int, int]]:
    """Marks that show the same: runs in the same order, then what is left where the pair nearest to it says it should be."""
    matcher = SequenceMatcher(None, [mark.sign for mark in first], [mark.sign for mark in second], autojunk=False)
    pairs = [(block.a + step, block.b + step) for block in matcher.get_matching_blocks() for step in range(block.size)]
    rows = sorted({*range(len(first))} - {row for row, _ in pairs})
    columns = sorted({*range(len(second))} - {column for _, column in pairs})
    if not pairs or max(len(rows), len(columns)) > MOST_LEFT:
        return pairs
    places = np.array([first[row][1:3] for row, _ in pairs])
    shifts = np.array([_shift(first[row], second[column]) for row, column in pairs])
    for row in rows:
        nearest = shifts[np.abs(places - first[row][1:3]).max(1).argmin()]
        for column in columns:
            if first[row].sign == second[column].sign and np.abs(_shift(first[row], second[column]) - nearest).max() <= AWAY:
                pairs.append((row, column))
                columns.remove(column)
                break
    return sorted(pairs)


def _shift(one: Mark, other: Mark) -> np.ndarray:
    """(2,): how far the middle of a mark is from that of another."""
    return np.array([one.x + one.width / 2 - other.x - other.width / 2, one.y - other.y])


def _as_large(one: Mark, other: Mark) -> bool:
    return abs(one.size - other.size) <= SIZES * max(one.size, other.size, 1e-9)


def _stays(shifts: np.ndarray, index: int) -> bool:
    """True where a pair is shifted as its neighbours are, along the line as those on one side: what is put in shifts the rest."""
    low, high = max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1
    sides = [side for side in (shifts[low : index + 1, 0], shifts[index:high, 0]) if len(side) > 1]
    across, up = shifts[index]
    level = abs(up - _middle(shifts[low:high, 1])) <= AWAY
    return bool(level and (not sides or min(abs(across - _middle(side)) for side in sides) <= AWAY))


def _middle(values: np.ndarray) -> float:
    """The median, of an even count the lower one: of two that differ only one is right."""
    return float(np.sort(values)[(len(values) - 1) // 2])
