"""The cells of a table or chart on a grid that every program takes: no cell on another, none beyond the last row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..kinds import KINDS
from ..kinds.chart.writing import figure
from ..kinds.table import Cell, rows
from ..kinds.table.cell import Placed, widths
from ..schema import Block
from .prose import clean

KINDS_WITH_CELLS = ("table", "chart")
MOST_AREA = 2_000_000  # places of a grid whose spans are followed; beyond, each cell stands for itself


@dataclass(frozen=True)
class Grid:
    """Cells by place, row by row from left to right; the first `heads` rows are a header."""

    cells: tuple[Placed, ...]
    height: int
    width: int
    heads: int = 0
    title: str = ""  # what stands above it
    notes: tuple[str, ...] = ()  # what stands below it, and what is wrong with it

    def by_row(self) -> list[list[Placed]]:
        """The cells that begin in each row."""
        found: list[list[Placed]] = [[] for _ in range(self.height)]
        for at in self.cells:
            found[at.row].append(at)
        return found

    def texts(self) -> list[list[str]]:
        """The text of every place: of a cell over several places in its first, "" in the others. All rows are as long."""
        sparse = self.height * self.width > MOST_AREA
        found = []
        for row in self.by_row():
            line = [""] * (max((at.column + 1 for at in row), default=1) if sparse else self.width)
            for at in row:
                line[at.column] = at.cell.text
            found.append(line)
        return found


def grid(block: Block) -> Grid:
    """The cells of a table or a chart; what holds none becomes one cell a line, its source. Never raises."""
    found = _chart(block) if block.kind == "chart" else _table(block)
    if not found.cells:
        source = [[Cell(line.strip())] for line in clean(block.text).split("\n") if line.strip()] or [[Cell("")]]
        found = Grid(*_place(source))
    return replace(found, notes=(*found.notes, *(clean(problem) for problem in (*block.problems, *block.warnings))))


def _table(block: Block) -> Grid:
    if "form" not in block.data:
        if not any(mark in block.text for mark in ("<", "\\", "|")):
            return Grid((), 0, 0)
        block = KINDS["table"].parse(block.text)
    table = [[cell._replace(text=clean(cell.text)) for cell in row] for row in rows(block)]
    cells, height, width = _place(table)
    heads = _marked_heads(table)
    caption, notes = block.data.get("caption", ""), block.data.get("notes", ())
    notes = tuple(clean(str(note)) for note in notes) if isinstance(notes, (list, tuple)) else ()
    return Grid(cells, height, width, min(heads, max(height - 1, 0)), clean(str(caption)), notes)


def _marked_heads(table: Sequence[Sequence[Cell]]) -> int:
    """The first rows of nothing but heads, and what their cells reach down to."""
    heads = 0
    while heads < len(table) and table[heads] and all(cell.head for cell in table[heads]):
        heads += 1
    reach = max((number + cell.rows for number, row in enumerate(table[:heads]) for cell in row), default=0)
    return max(heads, reach) if reach < len(table) else heads


def _place(table: Sequence[Sequence[Cell]]) -> tuple[tuple[Placed, ...], int, int]:
    """Every cell's place, and the size of the grid. A cell that would lie on another is made narrower."""
    table = [row for row in table if row] if not any(cell.rows > 1 for row in table for cell in row) else table
    if max(widths(table), default=0) * len(table) > MOST_AREA:
        table = [[cell._replace(columns=1, rows=1) for cell in row] for row in table]
    placed: list[Placed] = []
    free: dict[int, int] = {}  # column: the first row in which no cell from above lies
    width = 0
    for row, cells in enumerate(table):
        column = 0
        for number, cell in enumerate(cells):
            while free.get(column, 0) > row:
                column += 1
            columns = 1
            while columns < cell.columns and free.get(column + columns, 0) <= row:
                columns += 1
            tall = min(cell.rows, len(table) - row)
            if tall > 1:
                free.update(dict.fromkeys(range(column, column + columns), row + tall))
            placed.append(Placed(row, column, number, cell._replace(columns=columns, rows=tall)))
            column += columns
        width = max(width, column)
    return tuple(placed), len(table), width


def _chart(block: Block) -> Grid:
    """A row a category and a column a series, as a person would lay it out; points as rows of series, x and y."""
    data: Mapping[str, Any] = block.data if "series" in block.data else KINDS["chart"].parse(block.text).data
    series = data.get("series")
    if not isinstance(series, Mapping) or not any(isinstance(values, (Mapping, list)) and values for values in series.values()):
        return Grid((), 0, 0)
    table = _pairs(data, series) if _is_long(series) else _matrix(data, series)
    head = [Cell(clean(text), head=True) for text in table[0]]
    body = [[Cell(clean(text)) for text in row] for row in table[1:]]
    title = ": ".join(_said(data, "title", "subtitle"))
    return Grid(*_place([head, *body]), 1, title, tuple(_said(data, "note", "source")))


def _said(data: Mapping[str, Any], *keys: str) -> list[str]:
    return [clean(str(data[key])) for key in keys if data.get(key)]


def _is_long(series: Mapping[str, Any]) -> bool:
    """Whether a matrix makes no sense: points, or so many series with names of their own that it would be nearly empty."""
    if any(isinstance(values, list) for values in series.values()):
        return True
    return len(series) * len({name for values in series.values() for name in values}) > MOST_AREA


def _matrix(data: Mapping[str, Any], series: Mapping[str, Any]) -> list[list[str]]:
    unit = f" ({data['unit']})" if data.get("unit") else ""
    table = [[str(data.get("x", "")), *(f"{name or data.get('y', '')}{unit}" for name in series)]]
    for category in dict.fromkeys(name for values in series.values() for name in values):
        table.append([str(category), *(_number(values.get(category)) for values in series.values())])
    return table


def _pairs(data: Mapping[str, Any], series: Mapping[str, Any]) -> list[list[str]]:
    named = list(series) != [""]
    table = [[*(["series"] if named else []), str(data.get("x") or "x"), str(data.get("y") or "y")]]
    for name, values in series.items():
        for pair in values if isinstance(values, list) else values.items():
            if isinstance(pair, (list, tuple)) and len(pair) == 2:
                table.append([*([str(name)] if named else []), *map(_number, pair)])
    return table


def _number(value: Any) -> str:
    return figure(value) if isinstance(value, (int, float)) and value == value and abs(value) < 1e300 else str(value or "")
