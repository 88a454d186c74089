"""XLSX: a workbook with a sheet for each table and chart; numbers are numbers, and nothing is ever a formula.

A cell over several places is merged, header rows are bold and stay in sight, and what stands around a chart or is wrong
with a table stands below it. A text of more than 32,767 letters, which is all that a cell holds, is cut. Sheets are named
by page: "p3 table 1". A document without tables is a workbook that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError
from ..kinds.flow import joined
from ..schema import Leaf
from .format import Format, blocks_of
from .grid import KINDS_WITH_CELLS, Grid, grid
from .numbers import decimal_mark, number
from .package import repacked
from .prose import clean

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

MOST_LETTERS, MOST_ROWS, MOST_COLUMNS = 32_767, 1_048_576, 16_384  # what a sheet holds
WIDEST, NARROWEST = 60, 8  # of a column, in letters
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def ready() -> None:
    try:
        import openpyxl  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("formats", "writing XLSX", error) from None


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    ready()
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "gotocr", clean(source)[:255]
    names: set[str] = set()
    lost = []
    for leaf in joined(leaves):
        if leaf.error:
            lost.append(f"page {leaf.index + 1} could not be read: {leaf.error}")
        counts = dict.fromkeys(KINDS_WITH_CELLS, 0)
        for block in blocks_of(leaf):
            if block.kind in counts:
                counts[block.kind] += 1
                _sheet(book, _name(f"p{leaf.index + 1} {block.kind} {counts[block.kind]}", names), grid(block))
    if not names:
        lost.insert(0, f"There is no table and no chart in {source}.")
    if lost:
        _remarks(book, _name("notes" if names else "no tables", names), lost)
    out = BytesIO()
    book.save(out)
    yield _timeless(out.getvalue())


def _timeless(package: bytes) -> bytes:
    """The workbook without the hour it was made."""
    import zipfile

    core = "docProps/core.xml"
    with zipfile.ZipFile(BytesIO(package)) as opened:
        said = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", opened.read(core))
    return repacked(package, {core: said})


def _name(wanted: str, names: set[str]) -> str:
    """A sheet's name that is not taken: at most 31 letters, none of them forbidden."""
    wanted, number = wanted[:31], 1
    name = wanted
    while name in names:
        number += 1
        name = f"{wanted[:24]} ({number})"
    names.add(name)
    return name


def _sheet(book: Workbook, name: str, found: Grid) -> None:
    from openpyxl.utils import get_column_letter as letters

    sheet = book.create_sheet(name)
    by_row = found.by_row()[: MOST_ROWS - len(found.notes) - 2]
    mark = decimal_mark(at.cell.text for at in found.cells)
    for column, width in enumerate(_widths(found), 1):
        sheet.column_dimensions[letters(column)].width = width
    if found.heads:
        sheet.freeze_panes = f"A{found.heads + 1}"
    merged = []
    for row, cells in enumerate(by_row):
        line: list[Any] = []
        for at in cells:
            if at.column < MOST_COLUMNS:
                line += [None] * (at.column - len(line))
                line.append(_cell(sheet, at.cell.text, mark, at.cell.head or row < found.heads) if at.cell.text else None)
                if at.cell.columns > 1 or at.cell.rows > 1:
                    right, bottom = min(at.column + at.cell.columns, MOST_COLUMNS), min(row + at.cell.rows, len(by_row))
                    merged.append(f"{letters(at.column + 1)}{row + 1}:{letters(right)}{bottom}")
        sheet.append(line)
    _below(sheet, found)
    sheet.merged_cells = merged  # in order; openpyxl's own keeps them in a set
    sheet.close()  # a sheet keeps a file open until then


def _below(sheet: Any, found: Grid) -> None:
    said = [*([found.title] if found.title else []), *found.notes]
    for text in [None, *said] if said else []:
        sheet.append([_text(sheet, text, italic=True)] if text else [])


def _remarks(book: Workbook, name: str, said: list[str]) -> None:
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width = WIDEST
    for text in said:
        sheet.append([_text(sheet, text)])
    sheet.close()


def _widths(found: Grid) -> list[int]:
    """Of each column, by its longest text."""
    widths = [NARROWEST] * min(found.width, MOST_COLUMNS)
    for at in found.cells:
        if at.cell.columns == 1 and at.column < len(widths):
            widths[at.column] = max(widths[at.column], min(len(at.cell.text) + 2, WIDEST))
    return widths


def _cell(sheet: Any, text: str, mark: str | None, bold: bool) -> WriteOnlyCell:
    said = number(text, mark)
    if said is None:
        return _text(sheet, text, bold)
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, said.value if said.value % 1 else int(said.value))
    cell.number_format = said.look
    _dress(cell, bold, italic=False)
    return cell


def _text(sheet: Any, text: str, bold: bool = False, italic: bool = False) -> WriteOnlyCell:
    """A cell that is text whatever it begins with, and stays text when somebody edits it."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, "")
    cell._value, cell.data_type = clean(text)[:MOST_LETTERS], "s"
    if text[:1] in ("=", "+", "-", "@", "'"):
        cell.quotePrefix = True
    _dress(cell, bold, italic, wrap=len(text) > WIDEST)
    return cell


def _dress(cell: WriteOnlyCell, bold: bool, italic: bool, wrap: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    if bold or italic:
        cell.font = Font(bold=bold, italic=italic)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


FORMAT = Format(
    "xlsx",
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    parts,
    whole=True,
    binary=True,
    drops="all but table, chart",
    ready=ready,
)
