"""Tables, kept as they were written (HTML or LaTeX tabular), and read far enough to show them and to check the grid."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from ..schema import Block
from .kind import Kind, Span

MOST_COLUMNS, MOST_ROWS = 1000, 65534  # the HTML standard's caps on colspan and rowspan

_OPEN = re.compile(r"<table\b|\\begin\{(?P<environment>table\*?|tabular[x*]?|longtable)\}", re.IGNORECASE)
_TAG = re.compile(r"<(?P<close>/?)table\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_LATEX_MARKUP = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}(?:\{[^{}]*\})?|\\(?:hline|toprule|midrule|bottomrule|centering)(?![A-Za-z])"
    r"|\\c(?:line|midrule)\{[^{}]*\}"
)
_MULTICOLUMN = re.compile(r"\s*\\multicolumn\{(?P<n>\d{1,4})\}\{[^{}]*\}\{(?P<text>.*)\}\s*", re.DOTALL)
_MULTIROW = re.compile(r"\s*\\multirow\{[^{}]*\}\{[^{}]*\}\{(?P<text>.*)\}\s*", re.DOTALL)


class Cell(NamedTuple):
    """One cell as written; `text` has no tags and real characters."""

    text: str
    columns: int = 1
    rows: int = 1
    head: bool = False


def find(text: str) -> Iterator[Span]:
    """`<table>` to its own `</table>`, `\\begin{tabular}` to its `\\end`; an unclosed one runs to the end of the text."""
    at = 0
    while opened := _OPEN.search(text, at):
        if opened["environment"]:
            closing = rf"\end{{{opened['environment']}}}"
            closed = text.find(closing, opened.end())
            at = closed + len(closing) if closed >= 0 else len(text)
        else:
            at = _table_end(text, opened.start())
        yield Span(opened.start(), at)


def _table_end(text: str, start: int) -> int:
    depth = 0
    for tag in _TAG.finditer(text, start):
        depth += -1 if tag["close"] else 1
        if depth <= 0:
            return tag.end()
    return len(text)


def parse(source: str) -> Block:
    """The table's source, whole; `data["form"]` is "html" or "latex"."""
    text = source.strip()
    form = "html" if text[:1] == "<" else "latex"
    block = Block("table", text, data={"form": form})
    return Block("table", text, problems=tuple(check(block)), data=block.data)


def check(block: Block) -> list[str]:
    """A table must be closed, have cells, and be a grid: every row as wide as the first, spans counted."""
    latex = block.data.get("form") == "latex"
    environment = _OPEN.match(block.text)
    if latex and (not environment or not block.text.endswith(rf"\end{{{environment['environment']}}}")):
        return ["the table is never closed"]
    if not latex and _table_end(block.text, 0) == len(block.text) and not block.text.lower().endswith("</table>"):
        return ["the table is never closed"]
    widths = _widths(rows(block))
    if not any(widths):
        return ["the table has no cells"]
    for number, width in enumerate(widths, 1):
        if width != widths[0]:
            return [f"row {number} is {width} columns wide, row 1 is {widths[0]}"]
    return []


def rows(block: Block) -> list[list[Cell]]:
    """The cells, row by row as written: a cell that spans several rows stands in its first. Never raises."""
    if block.data.get("form") == "latex":
        return _latex_rows(block.text)
    reader = _Reader()
    reader.feed(block.text)
    reader.close()
    return reader.table


def _widths(table: list[list[Cell]]) -> list[int]:
    """Width of each row in columns, with what reaches down into it from the rows above."""
    above: list[tuple[int, int]] = []  # (rows still to come, columns)
    widths = []
    for row in table:
        widths.append(sum(cell.columns for cell in row) + sum(columns for _, columns in above))
        above = [(left - 1, columns) for left, columns in above if left > 1]
        above += [(cell.rows - 1, cell.columns) for cell in row if cell.rows > 1]
    return widths


class _Reader(HTMLParser):
    """HTML to cells; unknown tags are dropped, their text is kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.table: list[list[Cell]] = []
        self._cell: Cell | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end()
            self.table.append([])
        elif tag in ("td", "th"):
            self._end()
            named = dict(attrs)
            spans = _span(named.get("colspan"), MOST_COLUMNS), _span(named.get("rowspan"), MOST_ROWS)
            self._cell = Cell("", *spans, tag == "th")
        elif tag == "br":
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end()

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        if self._cell:
            if not self.table:
                self.table.append([])
            self.table[-1].append(self._cell._replace(text=" ".join("".join(self._text).split())))
        self._cell, self._text = None, []


def _span(value: str | None, most: int) -> int:
    digits = (value or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1


def _latex_rows(text: str) -> list[list[Cell]]:
    """Split at `\\\\` and `&`. The blank cells that LaTeX writes under a `\\multirow` stay cells of their own."""
    body = _LATEX_MARKUP.sub("", text)
    lines = [line for line in re.split(r"\\\\(?:\[[^\]]*\])?", body) if line.strip()]
    return [[_latex_cell(cell) for cell in re.split(r"(?<!\\)&", line)] for line in lines]


def _latex_cell(text: str) -> Cell:
    wide = _MULTICOLUMN.fullmatch(text)
    columns = _span(wide["n"], MOST_COLUMNS) if wide else 1
    text = wide["text"] if wide else text
    tall = _MULTIROW.fullmatch(text)
    return Cell(" ".join((tall["text"] if tall else text).split()), columns)


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The words between the tags of an HTML table; a LaTeX table's words are those between its marks."""
    markup = _MARKUP if source.lstrip()[:1] == "<" else re.compile(_LATEX_MARKUP.pattern + r"|\\\\|(?<!\\)&")
    at = 0
    for start, end in [*(match.span() for match in markup.finditer(source)), (len(source), len(source))]:
        for word in re.finditer(r"\S+", source[at:start]):
            yield Span(at + word.start(), at + word.end()), html.unescape(word[0])
        at = end


def show(block: Block) -> str:
    """The table as clean HTML: only rows, cells and their spans, all text escaped."""
    lines = ["<table>"]
    for row in rows(block):
        cells = []
        for cell in row:
            spans = "".join(
                f' {name}="{count}"' for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1
            )
            tag = "th" if cell.head else "td"
            cells.append(f"<{tag}{spans}>{html.escape(cell.text)}</{tag}>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])


def markdown(block: Block) -> str:
    return block.text


KIND = Kind(name="table", find=find, parse=parse, html=show, markdown=markdown, check=check, words=words)
