"""Tables that are no grid made one: closed, rows filled up, spans cut, in the notation they are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...schema import Block
from ..mending import Edit, edited, mend
from .cell import MOST_COLUMNS, MOST_ROWS, Cell, span
from .latex_mend import repair_latex
from .level import level
from .pipes import extra
from .reading import parse, rows

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<rest>[^<>]*)>")
_HALF = re.compile(r"<(?:[/A-Za-z][^<>]{0,200})?\Z")
_DEBRIS = re.compile(r"[\s<>/]*(?:t?[rdh]?|[rdh]t?)[\s<>/]*")  # what a broken tag leaves outside of cells
_OTHERS = frozenset("a b i u s p q em br hr sub sup del ins kbd var tt big div col".split())  # short names of tags that are no slips
_SPAN = re.compile(r"\s*(?P<name>colspan|rowspan)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]*)", re.IGNORECASE)


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    form = block.data.get("form")
    if form == "pipes":
        return mend(block, parse, _repair_pipes)
    return mend(block, parse, repair_latex if form == "latex" else _repair_html)


def _repair_pipes(text: str) -> tuple[str, list[str]]:
    """Columns without a head for cells that the head has none for."""
    more, lines = extra(text), text.split("\n")
    if not more or more * len(lines) > len(text) + 1000:  # more blank cells than anybody would write
        return text, []
    for number, put in ((0, " "), (1, "---")):
        line = lines[number].rstrip()
        lines[number] = line + ("" if line.endswith("|") else "|") + f"{put}|" * more
    return "\n".join(lines), [f"the head was filled up with {more} empty cell{'s' * (more > 1)}"]


@dataclass
class _Row:
    """A row of HTML: for each cell where its opening tag stands and ends; where more cells may be put."""

    tags: list[tuple[int, int]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    end: int = 0


def _repair_html(text: str) -> tuple[str, list[str]]:
    """First what is open or cut is closed; then text outside of cells gets one; then the grid is made."""
    half = _HALF.search(text)
    if half:
        return text[: half.start()], [f"the half tag {half[0][:40]} at the end was left out"]
    quotes = [
        Edit(found.end() - 1, found.end() - 1, '"', "a quote in a tag was closed") for found in _TAG.finditer(text) if found["rest"].count('"') % 2
    ]
    if quotes:
        return edited(text, quotes)
    scan = _Scan(text)
    if scan.closing:
        return text + scan.closing, ["the table was closed"]
    if scan.loose:
        return edited(text, scan.loose)
    return _levelled(text, scan.rows) if not scan.nested else (text, [])


class _Scan:
    """The rows and cells of HTML and where they stand; what has to be closed at its end; text outside of cells."""

    def __init__(self, text: str) -> None:
        self.rows: list[_Row] = []
        self.loose: list[Edit] = []
        self._tables = self._at = 0
        self.nested = self._in_cell = self._in_row = self._aside = False
        for tag in _TAG.finditer(text):
            self._text(text, tag.start())
            self._tag(tag)
            self._at = tag.end()
        self._text(text, len(text))
        inner = "</td>" * self._in_cell + "</tr>" * self._in_row
        self.closing = (inner + "</table>" * self._tables) if self._tables > 0 else ""
        if self.rows and not self.rows[-1].end:
            self.rows[-1].end = len(text)

    def _text(self, text: str, end: int) -> None:
        if self._in_cell or self._aside or not self._tables or not text[self._at : end].strip():
            return
        if _DEBRIS.fullmatch(text, self._at, end):
            self.loose.append(Edit(self._at, end, "", "what was left of a broken tag was left out"))
            return
        before, behind = ("<td>", "</td>") if self._in_row else ("<tr><td>", "</td></tr>")
        why = "text outside of the cells was put into one"
        self.loose += [Edit(self._at, end, before + text[self._at : end] + behind, why)]

    def _tag(self, tag: re.Match[str]) -> None:
        name, ends = tag["name"].lower(), bool(tag["end"])
        if self._tables and len(name) < 4 and name not in ("td", "tr", "th") and name not in _OTHERS:
            name = self._meant(tag, name, ends)
        if name == "table":
            self.nested = self.nested or (self._tables > 0 and not ends)
            self._tables += -1 if ends else 1
        elif name == "caption":
            self._aside = not ends
        if name in ("tr", "td", "th", "table"):
            self._in_cell = False
        if name in ("tr", "table") and self.rows and not self.rows[-1].end:
            self.rows[-1].end = tag.start()
        if name == "tr":
            self._in_row = not ends
        if ends or name not in ("tr", "td", "th"):
            return
        if name == "tr" or not self.rows:
            self.rows.append(_Row())
        if name != "tr":
            said = {found["name"].lower(): found[0].partition("=")[2].strip(" \"'") for found in _SPAN.finditer(tag["rest"])}
            self._in_cell = True
            self.rows[-1].end = 0
            self.rows[-1].tags.append(tag.span())
            spans = span(said.get("colspan"), MOST_COLUMNS), span(said.get("rowspan"), MOST_ROWS)
            self.rows[-1].cells.append(Cell("", *spans, name == "th"))


    def _meant(self, tag: re.Match[str], name: str, ends: bool) -> str:
        """The tag that a misspelt one stands for; it is written so."""
        cell = self._in_cell if ends else self._in_row or "r" not in name
        meant = "td" if cell else "tr"
        put = tag[0].replace(tag["name"], meant, 1)
        self.loose.append(Edit(*tag.span(), put, f"the tag {tag[0][:20]} was read as {put[:20]}"))
        return meant


def _levelled(text: str, scanned: list[_Row]) -> tuple[str, list[str]]:
    read = rows(Block("table", text, data={"form": "html"}))
    shape = [[cell[1:] for cell in row] for row in read]
    if shape != [[cell[1:] for cell in row.cells] for row in scanned]:
        return text, []  # HTML with more in it than is looked at here
    grid = level(read)
    if grid is None or not grid.done:
        return text, []
    edits = []
    for row, before, after, kept in zip(scanned, read, grid.rows, grid.kept, strict=True):
        ends = [*(start for start, _ in row.tags[1:]), row.end]
        for number, ((start, end), cell) in enumerate(zip(row.tags, before, strict=True)):
            if number not in kept:
                edits.append(Edit(start, ends[number], "", ""))
            elif after[kept.index(number)] != cell:
                edits.append(Edit(start, end, _spanned(text[start:end], after[kept.index(number)]), ""))
        blank = "<th></th>" if row.cells and row.cells[-1].head else "<td></td>"
        if len(after) > len(kept):
            edits.append(Edit(row.end, row.end, blank * (len(after) - len(kept)), ""))
    return edited(text, edits)[0], grid.done


def _spanned(tag: str, cell: Cell) -> str:
    """An opening tag with other spans."""
    spans = "".join(f' {name}="{n}"' for name, n in (("rowspan", cell.rows), ("colspan", cell.columns)) if n > 1)
    return _SPAN.sub("", tag)[:-1].rstrip() + spans + ">"
