"""A table of Word: merged cells, header rows that come again on every page, numbers to the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..grid import Grid
from ..numbers import number
from .xml import paragraph

MOST_COLUMNS = 63  # that Word allows
WIDTH = 9070  # of the text on a page, in twentieths of a point
_LEAST, _MOST = 4, 40  # letters that a column's width is reckoned with


def table(grid: Grid, write: Callable[[str, bool], str]) -> Iterator[str]:
    """The XML, piece by piece; `write(text, bold)` makes runs of a cell's text."""
    columns = _columns(grid)
    yield (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/>'
        '<w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        "</w:tblPr><w:tblGrid>" + "".join(f'<w:gridCol w:w="{width}"/>' for width in columns) + "</w:tblGrid>"
    )
    below: dict[int, dict[int, int]] = {}  # row: column: columns of the cell from above that reaches into it
    for row, cells in enumerate(grid.by_row()):
        is_head = row < grid.heads
        entries = {column: _cell(wide, columns, column, "<w:vMerge/>", paragraph("")) for column, wide in below.get(row, {}).items()}
        taken = below.pop(row, {})
        for at in cells:
            for reached in range(row + 1, row + at.cell.rows):
                below.setdefault(reached, {})[at.column] = at.cell.columns
            merged = '<w:vMerge w:val="restart"/>' if at.cell.rows > 1 else ""
            bold = at.cell.head or is_head
            side = '<w:jc w:val="right"/>' if not bold and number(at.cell.text) is not None else ""
            inner = paragraph(write(at.cell.text, bold), more=f'<w:spacing w:after="0"/>{side}')
            entries[at.column] = _cell(at.cell.columns, columns, at.column, merged, inner)
            taken[at.column] = at.cell.columns
        kept = '<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>' if is_head else ""
        yield f"<w:tr>{kept}{''.join(_filled(entries, taken, columns))}</w:tr>"
    yield "</w:tbl>"


def _columns(grid: Grid) -> list[int]:
    """The width of each column, by its longest text."""
    longest = [_LEAST] * grid.width
    for at in grid.cells:
        if at.cell.columns == 1:
            longest[at.column] = max(longest[at.column], min(len(at.cell.text), _MOST))
    share = WIDTH / max(sum(longest), 1)
    return [max(int(letters * min(share, 240)), 100) for letters in longest]


def _cell(wide: int, columns: list[int], column: int, merged: str, inner: str) -> str:
    span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
    room = f'<w:tcW w:w="{sum(columns[column : column + wide])}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{room}{span}{merged}</w:tcPr>{inner}</w:tc>"


def _filled(entries: dict[int, str], taken: dict[int, int], columns: list[int]) -> Iterator[str]:
    """The cells of a row from left to right, empty ones where it has none."""
    column = 0
    while column < len(columns):
        yield entries.get(column) or _cell(1, columns, column, "", paragraph(""))
        column += taken.get(column, 1)
