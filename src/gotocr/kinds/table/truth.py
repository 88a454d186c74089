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
from typing import TYPE_CHECKING, NamedTuple

from .content import FORMULA, Content

if TYPE_CHECKING:
    import numpy as np


_MARKED = re.compile("[&<>\x02]")


class Text(NamedTuple):
    """Text with the offsets (n,) of its characters in the truths; AREA stands for each formula of `formulas` (place: LaTeX)."""

    text: str
    plain: np.ndarray
    format: np.ndarray
    formulas: dict[int, str]


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

    def text(self, text: str, formatted: bool = True) -> Text:
        """Write text with formulas; `formatted` escapes it."""
        import numpy as np

        from ...schema import AREA

        if text.isalnum() or not _MARKED.search(text):
            places = np.arange(len(text), dtype=np.int32)
            found = Text(text, places + self.plain.size, places + self.format.size, {})
            self.plain.add(text)
            self.format.add(text)
            return found
        pieces = FORMULA.split(text)
        shown, plain, format, formulas = [], [], [], {}
        length = 0
        for number, piece in enumerate(pieces):
            if number % 2:
                formulas[length] = piece
                plain.append([self.plain.size])
                format.append([self.format.size])
                self.plain.add(piece)
                self.format.add(f"${html.escape(piece, quote=False)}$")
                shown.append(AREA)
                length += 1
                continue
            written = html.escape(piece, quote=False) if formatted else piece
            plain.append(np.arange(self.plain.size, self.plain.size + len(piece)))
            steps = np.arange(len(piece))
            if len(written) != len(piece):
                wide = np.array([{"&": 5, "<": 4, ">": 4}.get(letter, 1) for letter in piece])
                steps = np.cumsum(wide) - wide
            format.append(self.format.size + steps)
            self.plain.add(piece)
            self.format.add(written)
            shown.append(piece)
            length += len(piece)
        offsets = (np.concatenate(found).astype(np.int32) for found in (plain, format))
        return Text("".join(shown), *offsets, formulas)


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
            spans = "".join(
                f' {name}="{count}"' for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1
            )
            out.format.add(f"<td{spans}>")
            cells[-1].append(out.text(cell.text))
            out.format.add("</td>")
        out.format.add("</tr>")
    out.format.add("</table>")
    notes = []
    for note in content.notes:
        out.plain.add("\n")
        out.format.add("\n\n")
        notes.append(out.text(note, formatted=False))
    return Truth("".join(out.plain.parts), "".join(out.format.parts), rows, rooms, cells, caption, notes)
