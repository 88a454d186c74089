"""A table as LaTeX: rules above, below and under the head, spans, columns that fit the page, long ones over several pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...kinds.table.cell import Placed
from ..grid import Grid
from ..numbers import number
from .letters import led

MOST_COLUMNS = 24  # more fit no page; such a table is printed as lines
SOME = 7  # columns that have room to spare
_TIGHT = r"\footnotesize\setlength{\tabcolsep}{2pt}"
LONG = 30  # rows that fit a page for certain
NATURAL = 72  # letters of a line that fit side by side
LEAST = 6.0  # a column's share of the line is that of so many letters at least


def table(grid: Grid, write: Callable[[str], str]) -> Iterator[str]:
    """The lines of a table of at most MOST_COLUMNS columns; `write` makes LaTeX of a cell's text."""
    widths = _widths(grid)
    total = sum(widths) + 2 * len(widths)
    shares = [width / sum(widths) for width in widths] if total > NATURAL else None
    columns = "".join(_column(grid, number, shares) for number in range(grid.width))
    head, body = _rows(grid, shares, write)
    is_long = grid.height > LONG
    yield "\\begingroup" + _TIGHT * (grid.width > SOME)
    if is_long:
        yield f"\\begin{{longtable}}{{{columns}}}"
        yield "\\toprule"
        if head:
            yield from [*head, "\\midrule", "\\endhead"]
        yield from [*body, "\\bottomrule", "\\end{longtable}", "\\endgroup"]
        return
    yield f"\\par\\noindent\\begin{{tabular}}{{{columns}}}"
    yield "\\toprule"
    yield from [*head, "\\midrule"] if head else []
    yield from [*body, "\\bottomrule", "\\end{tabular}\\par", "\\endgroup"]


def _widths(grid: Grid) -> list[float]:
    """Letters that each column would take, the longest cells of one column counting."""
    widths = [LEAST] * grid.width
    for at in grid.cells:
        if at.cell.columns == 1:
            widths[at.column] = max(widths[at.column], min(len(at.cell.text), 60.0))
    return widths


def _column(grid: Grid, column: int, shares: list[float] | None) -> str:
    if shares:
        return f">{{\\raggedright\\arraybackslash}}p{{{_length(shares[column : column + 1])}}}"
    body = [at.cell.text for at in grid.cells if at.column == column and at.row >= grid.heads and at.cell.columns == 1]
    figures = sum(number(text) is not None for text in body)
    return "r" if body and figures * 2 > len(body) else "l"


def _length(shares: list[float]) -> str:
    """Of columns side by side, the room between them counted in where they are several."""
    between = f"+{2 * (len(shares) - 1)}\\tabcolsep" if len(shares) > 1 else ""
    return f"\\dimexpr{sum(shares):.3f}\\linewidth-{2 * len(shares)}\\tabcolsep{between}\\relax"


def _rows(grid: Grid, shares: list[float] | None, write: Callable[[str], str]) -> tuple[list[str], list[str]]:
    below: dict[int, dict[int, int]] = {}  # row: column: columns of a cell from above that stands there
    lines = []
    for row, cells in enumerate(grid.by_row()):
        entries = {column: _blank(columns, shares, column) for column, columns in below.pop(row, {}).items()}
        for at in cells:
            entries[at.column] = _cell(at, shares, write, at.cell.head or row < grid.heads)
            for reached in range(row + 1, row + at.cell.rows):
                below.setdefault(reached, {})[at.column] = at.cell.columns
        taken = {at.column: at.cell.columns for at in cells}
        lines.append(" & ".join(_filled(entries, taken, grid.width)) + r" \\")
    return lines[: grid.heads], lines[grid.heads :]


def _filled(entries: dict[int, str], taken: dict[int, int], width: int) -> Iterator[str]:
    column = 0
    while column < width:
        written = entries.get(column, "")
        yield written
        column += max(taken.get(column, 1), _wide(written))


def _wide(written: str) -> int:
    """Columns that an entry takes."""
    head = "\\multicolumn{"
    return int(written[len(head) : written.index("}")]) if written.startswith(head) else 1


def _blank(columns: int, shares: list[float] | None, column: int) -> str:
    return f"\\multicolumn{{{columns}}}{{l}}{{}}" if columns > 1 else ""


def _cell(at: Placed, shares: list[float] | None, write: Callable[[str], str], bold: bool) -> str:
    text = write(at.cell.text)
    text = f"\\textbf{{{text}}}" if bold and text else text
    if at.cell.rows > 1 and text:
        text = f"\\multirow{{{at.cell.rows}}}{{{'*' if shares is None or at.cell.columns > 1 else '='}}}{{{text}}}"
    if at.cell.columns == 1:
        return led(text)
    room = shares and f"p{{{_length(shares[at.column : at.column + at.cell.columns])}}}"
    if not shares and len(at.cell.text) > NATURAL:
        room = f"p{{{_length([1.0])}}}"
    return f"\\multicolumn{{{at.cell.columns}}}{{{room or 'c'}}}{{{text}}}"
