"""Rows of cells made a grid: spans that run into others or beyond the edge are cut, short rows are filled up; no text is dropped."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .cell import MOST_COLUMNS, Cell, place, widths

MOST_LOOKS = 200_000  # at cells in the way of others; larger tables are not looked at
Table = Sequence[Sequence[Cell]]


class Levelled(NamedTuple):
    """A grid: for each row its cells, those that were there in their order and then blank ones, and what was done.

    `kept` are the numbers of a row's own cells that are left: blank ones that no other row has room for are not.
    """

    rows: list[list[Cell]]
    kept: list[list[int]]
    done: list[str]


def faults(table: Table) -> list[str]:
    """Why the cells are no grid."""
    wide = widths(table)
    found = [f"row {n} is {width} columns wide, row 1 is {wide[0]}" for n, width in enumerate(wide, 1) if width != wide[0]]
    found += [f"a cell of row {row + 1} runs into one from above" for row, _ in collisions(table)]
    last = len(table)
    found += [
        f"a cell of row {n} reaches below the last row" for n, row in enumerate(table, 1) if any(cell.rows > last - n + 1 for cell in row)
    ]
    return found


def collisions(table: Table) -> Iterator[tuple[int, int]]:
    """Row and number of the cells whose columns overlap those of a cell that reaches down from above."""
    above: list[tuple[int, int, int]] = []  # first column, column behind the last, the last row
    placed: dict[int, list] = {}
    if _looks(table) > MOST_LOOKS:
        return
    for at in place(table):
        placed.setdefault(at.row, []).append(at)
    for row, cells in placed.items():
        above = [reach for reach in above if reach[2] >= row]
        starts = sorted(first for first, _, _ in above)
        for at in cells:
            behind = bisect_left(starts, at.column)  # the cell begins where there is room
            if behind < len(starts) and starts[behind] < at.column + at.cell.columns:
                yield row, at.number
        above += [(at.column, at.column + at.cell.columns, row + at.cell.rows - 1) for at in cells if at.cell.rows > 1]


def _looks(table: Table) -> int:
    """How many cells reach into rows, summed over rows."""
    reaching, looks = 0, 0
    ends: Counter[int] = Counter()
    for number, row in enumerate(table):
        reaching -= ends[number]
        looks += reaching
        tall = [cell.rows for cell in row if cell.rows > 1]
        reaching += len(tall)
        ends.update(number + rows for rows in tall)
    return looks


def level(table: Table) -> Levelled | None:
    """The grid; None where that takes more blank cells than anybody would write."""
    rows = [list(row) for row in table]
    done: list[str] = []
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if cell.rows > len(rows) - number:
                row[at] = cell._replace(rows=len(rows) - number)
                done.append(f"a cell of row {number + 1} that reached below the last row was cut")
    for number, at in list(collisions(rows)):
        rows[number][at] = rows[number][at]._replace(columns=1)
        done.append(f"a cell of row {number + 1} that ran into one from above was cut")
    kept = [[*range(len(row))] for row in rows]
    wide = widths(rows)
    aim = max(_usual(wide), max((_least(row, all_of) for row, all_of in zip(rows, wide, strict=True)), default=0))
    if aim > MOST_COLUMNS or sum(max(aim - width, 0) for width in wide) > 10 * sum(map(len, kept)) + 1000:
        return None
    above, ends = 0, Counter()  # columns of cells that reach into this row; of those that end before a row
    for number, row in enumerate(rows if wide and min(wide) != aim or max(wide, default=0) != aim else ()):
        above -= ends[number]
        over = above + sum(cell.columns for cell in row) - aim
        if over > 0:
            _cut(row, kept[number], over, number, done)
        elif over < 0:
            row += [Cell("", head=bool(row) and row[-1].head)] * -over
            done.append(f"row {number + 1} was filled up with {-over} empty cell{'s' * (over < -1)}")
        for cell in row:
            if cell.rows > 1:
                above += cell.columns
                ends[number + cell.rows] += cell.columns
    return Levelled(rows, kept, done)


def _usual(wide: Sequence[int]) -> int:
    """The width most rows have; of several the larger."""
    counts = Counter(wide)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _least(row: Sequence[Cell], wide: int) -> int:
    """How narrow a row can be made without dropping a text."""
    last = max((n for n, cell in enumerate(row, 1) if cell.text), default=1)
    return wide - sum(cell.columns for cell in row) + min(last, len(row)) - (_odd(row[:last]) is not None)


def _odd(row: Sequence[Cell]) -> int | None:
    """The only cell of a row without a text, if there is one."""
    blank = [n for n, cell in enumerate(row) if not cell.text]
    return blank[0] if len(blank) == 1 and len(row) > 1 and row[blank[0]][1:3] == (1, 1) else None


def _cut(row: list[Cell], kept: list[int], over: int, number: int, done: list[str]) -> None:
    """Take `over` columns from a row: blank cells at its end, else its only blank one, else of cells that span several."""
    why = f"an empty cell of row {number + 1} beyond the others was left out"
    while over > 0 and len(row) > 1 and not row[-1].text and row[-1].columns <= over:
        over -= row.pop().columns
        kept.pop()
        done.append(why)
    if over > 0 and (odd := _odd(row)) is not None:
        del row[odd], kept[odd]
        over -= 1
        done.append(why)
    for at in range(len(row) - 1, -1, -1):
        less = min(over, row[at].columns - 1)
        if less > 0:
            row[at] = row[at]._replace(columns=row[at].columns - less)
            over -= less
            done.append(f"a cell of row {number + 1} that reached beyond the others was cut")
