"""One cell of a table as written, the place it gets on the grid, and whether all of them make a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

MOST_COLUMNS, MOST_ROWS = 1000, 65534  # the HTML standard's caps on colspan and rowspan


class Cell(NamedTuple):
    """One cell as written; `text` has no tags and real characters."""

    text: str
    columns: int = 1
    rows: int = 1
    head: bool = False


class Placed(NamedTuple):
    """A cell with its upper left place on the grid, counted from 0, and its number within its row."""

    row: int
    column: int
    number: int
    cell: Cell


def span(value: str | None, most: int) -> int:
    """A span as written: 1 where it is no number, never more than `most`."""
    digits = (value or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1


def place(table: Sequence[Sequence[Cell]]) -> list[Placed]:
    """Every cell's place, as a browser gives it: in the first column that no cell from above reaches into."""
    placed = []
    above: list[tuple[int, int, int]] = []  # (first column, column behind the last, rows still to come)
    for row, cells in enumerate(table):
        column, taken, here = 0, sorted(above), []
        at = 0
        for number, cell in enumerate(cells):
            while at < len(taken) and taken[at][0] <= column:
                column = max(column, taken[at][1])
                at += 1
            placed.append(Placed(row, column, number, cell))
            if cell.rows > 1:
                here.append((column, column + cell.columns, cell.rows - 1))
            column += cell.columns
        above = [(first, last, left - 1) for first, last, left in above if left > 1] + here
    return placed


def widths(table: Sequence[Sequence[Cell]]) -> list[int]:
    """Width of each row in columns, with what reaches down into it from the rows above."""
    found, above = [], 0
    ends: dict[int, int] = {}  # row that cells from above no longer reach: their columns
    for number, row in enumerate(table):
        above -= ends.pop(number, 0)
        found.append(sum(cell.columns for cell in row) + above)
        for cell in row:
            if cell.rows > 1:
                ends[number + cell.rows] = ends.get(number + cell.rows, 0) + cell.columns
                above += cell.columns
    return found
