"""Write the truth of a table, HTML and plain lines, and say where in it each cell and each of its characters stands.

The HTML has `table`, `tr` and `td` with `colspan` and `rowspan`, no white space between tags, text escaped. Headings are
`td` too: whether a bold or coloured row *is* a heading is meaning, not ink, and the tables people measure with (PubTabNet,
ICDAR 2013) part them by nothing that is drawn alike twice. What is raised or lowered is written with Unicode's raised and
lowered letters, formulas between `$`. Lines within a cell are joined by a space. A caption and notes are paragraphs before
and after the table. In plain text a row is a line, cells are parted by a tab, formulas are bare LaTeX.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from ...schema import AREA
from .cell import Cell
from .content import FORMULA, Content

_MARKED = re.compile("[&<>\x02]")
NONE: Mapping[int, str] = {}  # formulas of most cells


class Text(NamedTuple):
    """Text with the offsets, n each, of its characters in the truths; AREA stands for each formula of `formulas` (place: LaTeX)."""

    text: str
    plain: Sequence[int]
    format: Sequence[int]
    formulas: Mapping[int, str]


class Truth(NamedTuple):
    plain: str
    format: str
    rows: list[tuple[int, int]]  # of each row's mark: -1, offset of `<tr`
    rooms: list[list[tuple[int, int]]]  # of each cell's marks by row: of the tab before it or -1, of `<td`
    cells: list[list[Text]]
    caption: Text
    notes: list[Text]


class _Writer:
    """Two strings that grow together."""

    def __init__(self) -> None:
        self.plain, self.format = _Growing(), _Growing()

    def cell(self, cell: Cell) -> Text:
        """Write a cell with its mark."""
        columns = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        self.format.add(f"<td{columns}{rows}>")
        text = self.text(cell.text)
        self.format.add("</td>")
        return text

    def text(self, text: str, formatted: bool = True) -> Text:
        """Write text with formulas; `formatted` escapes it."""
        if text.isalnum() or not _MARKED.search(text):
            plain, format, length = self.plain.size, self.format.size, len(text)
            self.plain.add(text)
            self.format.add(text)
            return Text(text, range(plain, plain + length), range(format, format + length), NONE)
        shown, plain, format, formulas = "", [], [], {}
        for number, piece in enumerate(FORMULA.split(text)):
            before = self.plain.size, self.format.size
            self.plain.add(piece)
            if number % 2:
                formulas[len(shown)] = piece
                plain.append(before[0])
                format.append(before[1])
                self.format.add(f"${html.escape(piece, quote=False)}$")
                shown += AREA
                continue
            written = [html.escape(letter, quote=False) if formatted else letter for letter in piece]
            plain += range(before[0], self.plain.size)
            format += [*accumulate(map(len, written), initial=before[1])][:-1]
            self.format.add("".join(written))
            shown += piece
        return Text(shown, plain, format, formulas)


class _Growing:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)


def write(content: Content) -> Truth:
    """Both truths of a table and where everything stands in them."""
    out = _Writer()
    caption = out.text(content.caption, formatted=False)
    if content.caption:
        out.plain.add("\n")
        out.format.add("\n\n")
    rows, rooms, cells = [], [], []
    out.format.add("<table>")
    for number, row in enumerate(content.rows):
        rows.append((-1, out.format.size))
        out.format.add("<tr>")
        if number:
            out.plain.add("\n")
        rooms.append([])
        cells.append([])
        for index, cell in enumerate(row.cells):
            rooms[-1].append((out.plain.size if index else -1, out.format.size))
            if index:
                out.plain.add("\t")
            cells[-1].append(out.cell(cell))
        out.format.add("</tr>")
    out.format.add("</table>")
    notes = []
    for note in content.notes:
        out.plain.add("\n")
        out.format.add("\n\n")
        notes.append(out.text(note, formatted=False))
    return Truth("".join(out.plain.parts), "".join(out.format.parts), rows, rooms, cells, caption, notes)
