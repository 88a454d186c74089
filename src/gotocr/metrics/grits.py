"""How alike two tables are as grids: GriTS, the grid table similarity of Smock, Pesala and Abraham.

"GriTS: Grid table similarity metric for table structure recognition", arXiv 2203.12555 (2022; ICDAR 2023), section 4, as the
authors' program (microsoft/table-transformer, src/grits.py) computes it. The two most similar substructures (a choice of rows
and of columns of each grid, in order) would take too long to find, so they are approximated: rows are aligned by themselves,
the likeness of two rows being that of their best aligned cells; then columns; what the places in both alignments share is the
score. It is at most the true one. F1, precision and recall divide it by the sizes of the grids. Places without a cell, which
no table of theirs has, are like each other alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

from .boxes import overlaps

MOST_PLACES = 10_000  # of a grid; tables of more are alike only where they are equal
MOST_PAIRS = 4_000_000  # places of one grid times those of the other, likewise
MOST_TEXTS = 200_000  # pairs of different texts compared letter by letter; of more, only equal texts are alike


class GridCell(NamedTuple):
    """A cell at its upper left place on the grid, counted from 0, with its spans; `box` is (left, top, right, bottom)."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str = ""
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


class Grits(NamedTuple):
    f1: float
    precision: float
    recall: float


Table = Sequence[GridCell]


def topology(read: Table, truth: Table) -> Grits:
    """GriTS-Top: at each place, how far its cell reaches to all four sides; alike by intersection over union."""
    return _compare(read, truth, lambda one, other: overlaps(_reach(one), _reach(other)))


def content(read: Table, truth: Table) -> Grits:
    """GriTS-Con: at each place, the text of its cell; alike by the share of letters in common blocks (difflib's)."""
    return _compare(read, truth, _same_texts)


def location(read: Table, truth: Table) -> Grits:
    """GriTS-Loc: at each place, the box of its cell in the picture; alike by intersection over union."""
    return _compare(read, truth, lambda one, other: overlaps(_boxes(one), _boxes(other)))


class _Grid:
    """A table laid out: the number of the cell at each place, -1 = none."""

    def __init__(self, table: Table, size: tuple[int, int]) -> None:
        self.table = table
        self.numbers = np.full(size, -1)
        for number, cell in enumerate(table):
            self.numbers[cell.row : cell.row + cell.rows, cell.column : cell.column + cell.columns] = number


def _compare(read: Table, truth: Table, alike: Callable[[_Grid, _Grid], np.ndarray]) -> Grits:
    """`alike` gives (n, m): how alike each place of the true grid and of the read one are, row by row."""
    sizes = [_size(table) for table in (truth, read)]
    areas = [rows * columns for rows, columns in sizes]
    if not all(areas) or max(areas) > MOST_PLACES or areas[0] * areas[1] > MOST_PAIRS:
        return Grits(*[float(sorted(read) == sorted(truth))] * 3)
    grids = [_Grid(table, size) for table, size in zip((truth, read), sizes, strict=True)]
    holes = [grid.numbers.ravel() < 0 for grid in grids]
    likeness = alike(*grids)
    likeness[holes[0]], likeness[:, holes[1]] = 0.0, 0.0
    likeness[np.ix_(*holes)] = 1.0
    return most_similar(likeness.reshape(*sizes[0], *sizes[1]))


def _size(table: Table) -> tuple[int, int]:
    """Rows and columns of the grid."""
    rows, columns = ((cell.row + cell.rows for cell in table), (cell.column + cell.columns for cell in table))
    return max(rows, default=0), max(columns, default=0)


def _reach(grid: _Grid) -> np.ndarray:
    """(n, 4): where the cell at each place begins and ends, counted from that place."""
    rows, columns = (at.ravel() for at in np.indices(grid.numbers.shape))
    cells = np.array([(cell.column, cell.row, cell.columns, cell.rows) for cell in grid.table])[grid.numbers.ravel()]
    left, top = cells[:, 0] - columns, cells[:, 1] - rows
    return np.stack([left, top, left + cells[:, 2], top + cells[:, 3]], 1)


def _boxes(grid: _Grid) -> np.ndarray:
    """(n, 4): the box of the cell at each place."""
    return np.array([cell.box for cell in grid.table], np.float64)[grid.numbers.ravel()]


def _same_texts(true: _Grid, read: _Grid) -> np.ndarray:
    """(n, m) likeness of the texts at all places."""
    texts: list[dict[str, int]] = [{}, {}]
    at = []
    for known, grid in zip(texts, (true, read), strict=True):
        numbers = [known.setdefault(cell.text, len(known)) for cell in grid.table]
        at.append(np.array(numbers)[grid.numbers.ravel()])
    matcher = SequenceMatcher(None)
    letter_by_letter = len(texts[0]) * len(texts[1]) <= MOST_TEXTS
    alike = np.zeros((len(texts[0]), len(texts[1])))
    for second, column in texts[1].items():
        matcher.set_seq2(second)
        for first, row in texts[0].items():
            if first == second:
                alike[row, column] = 1.0
            elif letter_by_letter and first and second:
                matcher.set_seq1(first)
                alike[row, column] = matcher.ratio()
    return alike[at[0][:, None], at[1][None]]


def most_similar(likeness: np.ndarray) -> Grits:
    """The score of two grids, given how alike each place of the true one (R, C) and of the read one (r, c) are: (R, C, r, c)."""
    rows = aligned(lines(likeness.transpose(0, 2, 1, 3)))
    columns = aligned(lines(likeness.transpose(1, 3, 0, 2)))
    shared = float(sum(likeness[row, column, r, c] for row, r in rows for column, c in columns))
    true, read = (float(likeness.shape[at] * likeness.shape[at + 1]) for at in (0, 2))
    return Grits(2 * shared / (true + read), shared / read, shared / true)


def lines(likeness: np.ndarray) -> np.ndarray:
    """(R, r) likeness of rows, given that of their places (R, r, C, c): twice the best alignment's over the places of both."""
    count = likeness.shape[2:]
    above = [np.zeros(likeness.shape[:2])] * (count[1] + 1)
    for first in range(count[0]):
        row = [above[0]]
        for second in range(count[1]):
            paired = above[second] + likeness[:, :, first, second]
            row.append(np.maximum(np.maximum(paired, above[second + 1]), row[second]))
        above = row
    return 2 * above[-1] / sum(count)


def aligned(rewards: np.ndarray) -> list[tuple[int, int]]:
    """Pairs, rising in both numbers, with the greatest sum of `rewards` (n, m); of equal sums the one with later pairs."""
    n, m = rewards.shape
    best = np.zeros((n + 1, m + 1))
    for row in range(n):
        for column in range(m):
            skipped = max(best[row, column + 1], best[row + 1, column])
            best[row + 1, column + 1] = max(best[row, column] + rewards[row, column], skipped)
    pairs, row, column = [], n, m
    while row and column:
        if best[row, column] == best[row - 1, column - 1] + rewards[row - 1, column - 1]:
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif best[row, column] == best[row - 1, column]:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]
