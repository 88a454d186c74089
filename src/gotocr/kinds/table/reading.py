"""Read a table as it was written (HTML, LaTeX or pipes), and check its grid."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from ...schema import Block
from ..kind import Span
from . import latex, latex_mend, latex_text, pipes
from .cell import MOST_COLUMNS, MOST_ROWS, Cell, span, widths
from .latex_tokens import TABULAR
from .level import faults

_NAMES = "|".join(re.escape(name) for name in sorted(TABULAR, key=len, reverse=True))
_AROUND = "table\\*?|sidewaystable\\*?|wraptable|threeparttable"  # environments that hold a tabular and its caption
_OPEN = re.compile(
    rf"(?<!`)(?:<table\b|\\begin\s?\{{\s?(?P<environment>{_AROUND}|{_NAMES}|array)\s?\}})", re.IGNORECASE
)
_BEFORE_ARRAY = re.compile(r"(?:^|\n[ \t]*\n)[ \t]*$")  # one within a formula is none of ours
_TAG = re.compile(r"<(?P<close>/?)table\b[^<>]*>", re.IGNORECASE)
_CAPTION = re.compile(r"<caption\b[^<>]{0,200}>(?P<text>.{1,2000}?)</caption", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
_UNCLOSED = "the table is never closed"
MOST_PROBLEMS = 20


def find(text: str) -> Iterator[Span]:
    """`<table>` to its own `</table>`, `\\begin{tabular}` to its `\\end`, pipe tables; one that is never closed runs to the end.

    A `table` environment with one tabular in it is that table, with its caption; of several, each tabular is found. An
    `array` is a table where it is a paragraph of its own, not in a formula.
    """
    marked, piped = _marked(text), pipes.find(text)
    one, other = next(marked, None), next(piped, None)
    at = 0
    while one or other:
        if other is None or (one is not None and one.start <= other.start):
            found, one = one, next(marked, None)
        else:
            found, other = other, next(piped, None)
        if found.start >= at:
            yield found
            at = found.end


def _marked(text: str) -> Iterator[Span]:
    at, last_split = 0, max(text.rfind("&"), text.rfind("\\\\"))
    ends: dict[str, dict[int, int]] = {}
    while opened := _OPEN.search(text, at):
        start, name = opened.start(), opened["environment"]
        if name is None:
            at = _table_end(text, start)
            yield Span(start, at)
        elif name == "array" and not _BEFORE_ARRAY.search(text, max(start - 80, 0), start):
            at = opened.end()
        else:
            end = environment_end(text, start, name, ends)
            if re.fullmatch(_AROUND, name) and not _holds_one(text, Span(opened.end(), end), ends):
                at = opened.end()  # what is in it is looked at by itself
                continue
            if end < 0 and last_split < opened.end():
                at = opened.end()
                continue
            at = end if end >= 0 else len(text)
            yield Span(start, at)


def environment_end(text: str, start: int, name: str, kept: dict[str, dict[int, int]]) -> int:
    """Where the environment that begins at `start` ends, those of the same name within it counted; -1 = never.

    `kept` is for one text: of each name, the ends that were worked out, so that nothing is looked at twice.
    """
    if name not in kept:
        marks = list(re.finditer(rf"\\(begin|end)\s?\{{\s?{re.escape(name)}\s?\}}", text))
        ends, stack = {}, []
        for mark in marks:
            if mark[1] == "begin":
                stack.append(mark.start())
            elif stack:
                ends[stack.pop()] = mark.end()
        kept[name] = ends
    return kept[name].get(start, -1)


def _holds_one(text: str, inside: Span, kept: dict[str, dict[int, int]]) -> bool:
    """Whether exactly one tabular, and what is nested in it, stands between two places."""
    start, end = inside
    if end < 0:
        return False
    first = next((found for found in _OPEN.finditer(text, start, end) if found["environment"] in TABULAR), None)
    if first is None:
        return _OPEN.search(text, start, end) is not None and "array" in text[start:end] and "\\end{array}" in text[start:end]
    behind = environment_end(text, first.start(), first["environment"], kept)
    if behind < 0 or behind > end:
        return False
    return not any(found["environment"] in TABULAR for found in _OPEN.finditer(text, behind, end))


def _table_end(text: str, start: int) -> int:
    depth = 0
    for tag in _TAG.finditer(text, start):
        depth += -1 if tag["close"] else 1
        if depth <= 0:
            return tag.end()
    return len(text)


def parse(source: str) -> Block:
    """The table's source, whole; `data["form"]` is "html", "latex" or "pipes".

    A caption is `data["caption"]`; what stands around the tabular of LaTeX `data["notes"]`, a list of lines.
    """
    text = source.strip()
    form = "html" if text[:1] == "<" else "latex" if text[:1] == "\\" or "\n" not in text else "pipes"
    data: dict[str, object] = {"form": form}
    if form == "html" and (found := _CAPTION.search(text, 0, 20_000)):
        said = " ".join(html.unescape(_MARKUP.sub(" ", found["text"])).split())
        data |= {"caption": said} if said else {}
    if form == "latex":
        said = latex.read(text)
        data |= {"caption": said.caption} if said.caption else {}
        data |= {"notes": list(said.notes)} if said.notes else {}
    block = Block("table", text, data=data)
    return Block("table", text, problems=tuple(check(block)), data=block.data)


def check(block: Block) -> list[str]:
    """A table must be closed, have cells, and be a grid: every row as wide as the first, spans counted, none over another.

    All its text stands in cells; the braces of LaTeX pair.
    """
    form = block.data.get("form")
    found = []
    if form == "latex":
        environment = _OPEN.match(block.text)
        if not environment or not _is_closed(block.text, environment["environment"]):
            found.append(_UNCLOSED)
        found += latex_mend.faults(block.text)
    elif form == "pipes":
        more = pipes.extra(block.text)
        found += [f"a row has {more} cells more than the head"] if more else []
    elif _table_end(block.text, 0) == len(block.text) and not block.text.lower().endswith("</table>"):
        found.append(_UNCLOSED)
    table, loose = _read(block)
    if not any(widths(table)):
        return [*found, "the table has no cells"][:MOST_PROBLEMS]
    found += ["text stands outside of the cells"] if loose else []
    return [*found, *faults(table)][:MOST_PROBLEMS]


def _is_closed(text: str, name: str | None) -> bool:
    return name is None or re.search(rf"\\end\s?\{{\s?{re.escape(name)}\s?\}}\Z", text) is not None


def rows(block: Block) -> list[list[Cell]]:
    """The cells, row by row as written: a cell that spans several rows stands in its first. Never raises."""
    return _read(block)[0]


def _read(block: Block) -> tuple[list[list[Cell]], bool]:
    """The cells, and whether there is text outside of them."""
    if block.data.get("form") == "latex":
        return latex.rows(block.text), False
    if block.data.get("form") == "pipes":
        return pipes.rows(block.text), False
    reader = _Reader()
    reader.feed(block.text)
    reader.close()
    return reader.table, reader.loose


def aligned(block: Block) -> tuple[str, ...]:
    """"left", "center", "right" or "" for each column, where the table says so; none for HTML."""
    if block.data.get("form") == "latex":
        return latex.read(block.text).aligned
    return pipes.aligned(block.text) if block.data.get("form") == "pipes" else ()


class _Reader(HTMLParser):
    """HTML to cells; unknown tags are dropped, their text is kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.table: list[list[Cell]] = []
        self.loose = False  # text stands outside of the cells
        self._cell: Cell | None = None
        self._text: list[str] = []
        self._in_caption = False

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
        elif tag == "caption":
            self._in_caption = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end()
        elif tag == "caption":
            self._in_caption = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._text.append(data)
        elif not self._in_caption and data.strip():
            self.loose = True

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
    """The words between the tags of an HTML table; of a LaTeX table, or one of pipes, the words as they are printed."""
    start = source.lstrip()[:1]
    if start == "\\":
        for bits in latex.read(source).bits:
            yield from latex_text.words(bits)
        return
    if start != "<" and "\n" in source.strip():
        yield from pipes.words(source)
        return
    at = 0
    for start, end in [*(match.span() for match in _MARKUP.finditer(source)), (len(source), len(source))]:
        for word in re.finditer(r"\S+", source[at:start]):
            yield Span(at + word.start(), at + word.end()), html.unescape(word[0])
        at = end


def markdown(block: Block) -> str:
    return block.text


def write(table: Sequence[Sequence[Cell]]) -> str:
    """The HTML of cells, a row a line, as it is read again: spans, heads and escaped text, and nothing else."""
    lines = ["<table>"]
    for row in table:
        cells = []
        for cell in row:
            tag = "th" if cell.head else "td"
            spans = "".join(f' {name}="{n}"' for name, n in (("rowspan", cell.rows), ("colspan", cell.columns)) if n > 1)
            cells.append(f"<{tag}{spans}>{html.escape(cell.text, quote=False)}</{tag}>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])
