"""What a drawn table says, before it has a look: rows of cells with their roles; and what of its spans can be seen."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from .cell import Cell, Placed, place

FORMULA = re.compile("\x02([^\x02\x03]*)\x03")  # LaTeX in a cell's text, as a writer marks it
LONG_TITLE = 32  # letters of a section's title that stand out of the first column


class Row(NamedTuple):
    """Cells with what the row is for: "head", "body", "section" (a title over the rows below) or "total"."""

    cells: tuple[Cell, ...]
    role: str = "body"
    indent: int = 0  # levels that the first cell is set in


@dataclass(frozen=True)
class Content:
    """A table to draw; `strong` cells are (row, number) of those set in bold, as the best results of experiments are."""

    rows: tuple[Row, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()
    stub: bool = True  # the first column names the rows
    strong: frozenset[tuple[int, int]] = frozenset()
    style: str = ""  # the look that it asks for; empty = any

    @cached_property
    def heads(self) -> int:
        return next((number for number, row in enumerate(self.rows) if row.role != "head"), len(self.rows))

    @cached_property
    def cells(self) -> list[Placed]:
        return place([row.cells for row in self.rows])

    @cached_property
    def columns(self) -> int:
        return max((at.column + at.cell.columns for at in self.cells), default=0)


def settle(content: Content) -> Content | None:
    """The content with one space between words and its formulas in their one spelling; None where one cannot be written so."""
    rows = []
    for row in content.rows:
        texts = [_settled(cell.text) for cell in row.cells]
        if any("\0" in text for text in texts):
            return None
        cells = [cell if cell.text == text else cell._replace(text=text) for cell, text in zip(row.cells, texts, strict=True)]
        rows.append(Row(tuple(cells), row.role, row.indent))
    return replace(content, rows=tuple(rows), caption=_settled(content.caption), notes=tuple(map(_settled, content.notes)))


def _settled(text: str) -> str:
    """The settled text; it holds a null character where a formula is broken, or would have to be escaped."""
    if "\x02" in text:
        from ..formula.normal import normalise

        text = FORMULA.sub(lambda found: f"\x02{normalise(found[1]) or chr(0)}\x03", text)
        if any(re.search(r"[&<>\n]", formula) for formula in FORMULA.findall(text)):
            return "\0"
    return " ".join(text.split())


def rebuild(content: Content, placed: Iterable[Placed], rows: Sequence[Row] | None = None) -> Content:
    """The content with other cells; `number` of a placed one says which cell of the row before it was, -1 = none."""
    kept = content.rows if rows is None else rows
    lines: list[list[Placed]] = [[] for _ in kept]
    for at in placed:
        lines[at.row].append(at)
    strong, built = set(), []
    for number, (row, line) in enumerate(zip(kept, lines, strict=True)):
        line.sort(key=itemgetter(1))  # by column
        if content.strong:
            strong |= {(number, index) for index, at in enumerate(line) if (number, at.number) in content.strong}
        built.append(Row(tuple([at.cell for at in line]), row.role, row.indent))
    return replace(content, rows=tuple(built), strong=frozenset(strong))


def crop(content: Content, rows: int, columns: int) -> Content:
    """The upper left part of a table: what reaches out of it is cut to it."""
    if rows >= len(content.rows) and columns >= content.columns:
        return content
    kept = []
    for at in content.cells:
        if at.row < rows and at.column < columns:
            cell = at.cell
            if at.row + cell.rows > rows or at.column + cell.columns > columns:
                cell = cell._replace(rows=min(cell.rows, rows - at.row), columns=min(cell.columns, columns - at.column))
            kept.append(Placed(at.row, at.column, at.number, cell))
    return rebuild(content, kept, content.rows[:rows])


def tidy(content: Content) -> Content:
    """Without the columns that say nothing of their own, which nobody sees where there are no rules."""
    said = sorted({at.column for at in content.cells if at.cell.columns == 1 and at.cell.text} or {0})
    if len(said) == content.columns:
        return content
    kept = []
    for at in content.cells:
        first, last = bisect_left(said, at.column), bisect_left(said, at.column + at.cell.columns)
        if first < last:
            kept.append(at._replace(column=first, cell=at.cell._replace(columns=last - first)))
    return rebuild(content, kept)


def visible(content: Content, level: bool, upright: bool, groups: bool, centred: bool = False) -> Content:
    """The content with no other spans than those that the look shows, so that a picture has one truth.

    `level` and `upright`: rules part all rows, all columns; `groups`: rules part groups of rows, or what spans rows stands in
    their middle; `centred`: so are titles over sections. Where nothing shows it, an empty cell spans nothing, a short title
    stands in the first column, and a text in the head with nothing under or over it in its column has all that height.
    """
    if level and upright or all(at.cell.rows == at.cell.columns == 1 for at in content.cells) and content.heads < 2:
        return content
    placed: list[Placed] = []
    for at in content.cells:
        cell, body = at.cell, at.row >= content.heads
        rows, columns = cell.rows, cell.columns
        if not cell.text:
            rows = columns = 1
        elif body and not (level or groups):
            rows = 1
        section = content.rows[at.row].role == "section"
        if section and not (upright or centred) and at.column == 0 and len(cell.text) <= LONG_TITLE:
            columns = 1
        placed += _parts(at, rows, columns)
    if not level:
        placed = _joined(placed, content.heads)
    return rebuild(content, placed)


def _parts(at: Placed, rows: int, columns: int) -> list[Placed]:
    """The cell made smaller, and empty cells where it was."""
    cell = at.cell
    parts = [at._replace(cell=cell._replace(rows=rows, columns=columns))]
    for row in range(cell.rows):
        for column in range(cell.columns):
            if row >= rows or column >= columns:
                parts.append(Placed(at.row + row, at.column + column, -1, Cell("", head=cell.head)))
    return parts


def _joined(placed: list[Placed], heads: int) -> list[Placed]:
    """Texts in the head reach over the empty cells under and over them."""
    columns: dict[int, list[Placed]] = {}
    for at in placed:
        if at.row < heads and at.cell.columns == 1:
            columns.setdefault(at.column, []).append(at)
    gone, changed = set(), {}
    for stack in columns.values():
        stack.sort(key=lambda at: at.row)
        texts = [at for at in stack if at.cell.text]
        if len(texts) != 1 or len(stack) < 2 or stack[-1].row - stack[0].row != sum(at.cell.rows for at in stack[:-1]):
            continue
        high = sum(at.cell.rows for at in stack)
        gone |= {(at.row, at.column) for at in stack}
        changed[stack[0].row, stack[0].column] = texts[0]._replace(row=stack[0].row, cell=texts[0].cell._replace(rows=high))
    return [at for at in placed if (at.row, at.column) not in gone] + [*changed.values()]
