"""Read a table as it was written (HTML or LaTeX tabular), and check its grid."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ...schema import Block
from ..kind import Span
from . import latex
from .cell import MOST_COLUMNS, MOST_ROWS, Cell, span, widths

_OPEN = re.compile(r"<table\b|\\begin\{(?P<environment>table\*?|tabular[x*]?|longtable)\}", re.IGNORECASE)
_TAG = re.compile(r"<(?P<close>/?)table\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_LATEX_MARKUP = re.compile(rf"{latex.MARKUP.pattern}|{latex.CELL_ENDS.pattern}|\\\\")


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
    wide = widths(rows(block))
    if not any(wide):
        return ["the table has no cells"]
    for number, width in enumerate(wide, 1):
        if width != wide[0]:
            return [f"row {number} is {width} columns wide, row 1 is {wide[0]}"]
    return []


def rows(block: Block) -> list[list[Cell]]:
    """The cells, row by row as written: a cell that spans several rows stands in its first. Never raises."""
    if block.data.get("form") == "latex":
        return latex.rows(block.text)
    reader = _Reader()
    reader.feed(block.text)
    reader.close()
    return reader.table


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
            spans = span(named.get("colspan"), MOST_COLUMNS), span(named.get("rowspan"), MOST_ROWS)
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


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The words between the tags of an HTML table; a LaTeX table's words are those between its marks."""
    markup = _MARKUP if source.lstrip()[:1] == "<" else _LATEX_MARKUP
    at = 0
    for start, end in [*(match.span() for match in markup.finditer(source)), (len(source), len(source))]:
        for word in re.finditer(r"\S+", source[at:start]):
            yield Span(at + word.start(), at + word.end()), html.unescape(word[0])
        at = end


def markdown(block: Block) -> str:
    return block.text
