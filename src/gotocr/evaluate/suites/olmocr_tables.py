"""The tables of a page as olmOCR-bench finds them: lines parted by `|`, and HTML; headings as it takes them.

In a table of lines the first row and the first column are headings; in HTML the cells of `thead` and those written `th`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from ...kinds.table.cell import MOST_COLUMNS, MOST_ROWS, Cell, place, span
from ...metrics.facts import Grid, GridCell

MOST_PLACES = 200_000  # of a table; a larger one is not looked at


def grids(reading: str, lines: bool = True) -> list[Grid]:
    """Every table of a page of Markdown, those of lines first, if they count."""
    reader = _Reader()
    reader.feed(reading)
    reader.close()
    found = [_grid(rows) for rows in (*(_of_lines(reading) if lines else ()), *reader.tables)]
    return [grid for grid in found if grid.cells]


def _grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    placed = place(rows)
    width = max((at.column + at.cell.columns for at in placed), default=0)
    if width * len(rows) > MOST_PLACES:
        return Grid((), ())
    places = [[-1] * width for _ in rows]
    cells = []
    for number, (row, column, _, cell) in enumerate(placed):
        bottom, right = min(row + cell.rows, len(rows)), column + cell.columns
        cells.append(GridCell(cell.text, cell.head, row, column, bottom, right))
        for line in places[row:bottom]:
            line[column:right] = [number] * cell.columns
    return Grid(cells, places)


def _of_lines(reading: str) -> Iterator[list[list[Cell]]]:
    """Tables of two or more lines in a row that have a `|`, without the one under the headings."""
    block: list[str] = []
    for line in (*reading.strip().split("\n"), ""):
        if "|" in line:
            block.append(line)
            continue
        if len(block) > 1:
            rows = [row for row in map(_fields, block) if row]
            yield [
                [Cell(text, head=not number or not column) for column, text in enumerate(row)] for number, row in enumerate(rows)
            ]
        block = []


def _fields(line: str) -> list[str]:
    if not line.strip(" -:|"):
        return []
    fields = [field.strip() for field in line.split("|")]
    return fields[fields[0] == "" : len(fields) - (fields[-1] == "")]


class _Reader(HTMLParser):
    """HTML to rows of cells, of tables within cells too; what is not closed ends with the next of its sort."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1].rows)
        elif not self._open:
            return
        elif tag in ("thead", "tbody", "tfoot"):
            self._open[-1].in_head = tag == "thead"
        elif tag == "tr":
            self._open[-1].end_cell()
            self._open[-1].rows.append([])
        elif tag in ("td", "th"):
            self._open[-1].begin_cell(tag, dict(attrs))
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag in ("td", "th", "tr", "table"):
            self._open[-1].end_cell()
        if tag == "thead":
            self._open[-1].in_head = False
        elif tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for table in self._open:
            if table.cell:
                table.text.append(data)

    def close(self) -> None:
        super().close()
        for table in self._open:
            table.end_cell()


class _Table:
    """A table that is being read."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.in_head = False
        self.cell: Cell | None = None
        self.text: list[str] = []

    def begin_cell(self, tag: str, named: dict[str, str | None]) -> None:
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        to_the_end = (named.get("rowspan") or "").strip() == "0"
        rows = MOST_ROWS if to_the_end else span(named.get("rowspan"), MOST_ROWS)
        self.cell = Cell("", span(named.get("colspan"), MOST_COLUMNS), rows, tag == "th" or self.in_head)

    def end_cell(self) -> None:
        if self.cell:
            self.rows[-1].append(self.cell._replace(text="".join(self.text).strip()))
        self.cell, self.text = None, []
