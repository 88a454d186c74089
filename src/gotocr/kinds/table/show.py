"""A table as clean HTML: only its caption, rows, cells and their spans, all text escaped, formulas in cells as MathML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ...schema import Block
from ..text.show import inline
from .cell import MOST_COLUMNS, Cell, place
from .reading import aligned, rows

MOST_LETTERS = 300  # of a caption
_CAPTION = re.compile(r"<caption\b[^<>]{0,200}>(?P<html>.{1,2000}?)</caption", re.IGNORECASE | re.DOTALL)
_SIDES = ("left", "center", "right")
_TAG = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"[-+−–±~<>≈$€£¥(]{0,4}\d[\d.,' \u202f\u00a0]{0,40}(?:[%‰)*†‡]{0,5}|[ \u00a0]?[±×][ \u00a0]?[\d.,]{1,20}\)?)")


def show(block: Block) -> str:
    """Rows at the top that are all heads are the table's head; cells that hold a number say so by their class."""
    table = rows(block)
    heads = _heads(table)
    sides = _sides(table, aligned(block))
    lines = ["<table>", *_caption(block)]
    for number, row in enumerate(table):
        if heads and number in (0, heads):
            lines.append("<thead>" if number == 0 else "</thead>\n<tbody>")
        lines.append(_row(row, "col" if number < heads else "row", sides.get(number)))
    if heads:
        lines.append("</tbody>" if heads < len(table) else "</thead>")
    return "\n".join([*lines, "</table>", *_notes(block)])


def _heads(table: Sequence[Sequence[Cell]]) -> int:
    """How many rows at the top are of heads alone, with no cell that reaches out of them."""
    heads = 0
    while heads < len(table) and table[heads] and all(cell.head for cell in table[heads]):
        heads += 1
    reaches = (number + cell.rows > heads for number in range(heads) for cell in table[number])
    return 0 if any(reaches) else heads


def _caption(block: Block) -> list[str]:
    said = block.data.get("caption")
    if not isinstance(said, str):
        found = _CAPTION.search(block.text, 0, 20_000)
        said = html.unescape(_TAG.sub(" ", found["html"])) if found else ""
    said = " ".join(said.split())[:MOST_LETTERS]
    return [f"<caption>{inline(said, emphasis=False)}</caption>"] if said else []


def _notes(block: Block) -> list[str]:
    """What a LaTeX table has under it."""
    said = block.data.get("notes")
    lines = [inline(str(line), emphasis=False) for line in said] if isinstance(said, (list, tuple)) else []
    return [f'<p class="notes">{"<br>".join(lines)}</p>'] if lines else []


def _sides(table: Sequence[Sequence[Cell]], columns: Sequence[str]) -> dict[int, list[str]]:
    """Of each row the side that each cell's letters keep to, as its column says; nothing where columns say nothing."""
    sides: dict[int, list[str]] = {}
    if not any(side in _SIDES for side in columns):
        return sides
    for at in place(table):
        side = columns[at.column] if at.column < len(columns) and at.cell.columns == 1 else ""
        sides.setdefault(at.row, []).append(side if side in _SIDES else "")
    return sides


def _row(row: Sequence[Cell], scope: str, sides: Sequence[str] | None) -> str:
    cells, width = [], 0
    for cell, side in zip(row, sides or [""] * len(row), strict=True):
        columns = max(1, min(cell.columns, MOST_COLUMNS - width))
        width += columns
        held = "".join(f' {name}="{count}"' for name, count in (("colspan", columns), ("rowspan", cell.rows)) if count > 1)
        number = not cell.head and not side and len(cell.text) < 64 and _NUMBER.fullmatch(cell.text)
        if side or number:
            held += f' class="{side or "number"}"'
        tag, scoped = ("th", f' scope="{scope}"') if cell.head else ("td", "")
        cells.append(f"<{tag}{scoped}{held}>{inline(cell.text, emphasis=False)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"
