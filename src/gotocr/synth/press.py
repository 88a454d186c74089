"""Blocks of a document set into rows, and rows flowing through the columns of as many pages as they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..draw.fonts import covered, require_skia
from ..draw.style import Style, advances
from ..schema import Sample
from .leaf import Leaf
from .paragraph import Faces, Run, Setter, Word, break_lines, width_of, words_of, write_line

ASCENT = 0.78  # baseline below the top of a row, in ems
End = tuple[float, float]  # where a row's ink ends: x and baseline


class Row(NamedTuple):
    """What is never parted: a line, an inset, a listing. `write` puts it at (left, top) and says where it ends."""

    height: float
    write: Callable[[Leaf, float, float], End]
    between: str = " "  # what Markdown writes between the row before and this one
    opening: str = ""  # mark before it
    gap: float = 0.0  # room above, except at the top of a column


@dataclass(frozen=True)
class Look:
    """How the pages of one document are made; lengths in pixels."""

    size: tuple[int, int]  # height, width
    faces: Faces
    title: Style
    leading: float  # of ems
    margins: tuple[float, float, float, float]  # left, top, right, bottom
    columns: int
    gutter: float
    justified: bool
    indent: float  # of a paragraph's first line; 0 = paragraphs stand apart
    ink: tuple[int, int, int]
    paper: tuple[int, int, int]
    rule: bool  # a line between columns
    running: str  # header of every page, "" = none
    numbered: bool  # page numbers below
    first: int  # number of the first page

    @property
    def em(self) -> float:
        return self.faces.body.size

    @property
    def column(self) -> float:
        """Width of a column."""
        left, _, right, _ = self.margins
        return (self.size[1] - left - right - self.gutter * (self.columns - 1)) / self.columns


def paragraph(text: str, look: Look, setter: Setter, opening: str = "", bullet: str = "") -> list[Row]:
    """The rows of a paragraph, or with a `bullet` of a list item whose mark Markdown writes as `opening`."""
    faces, em = look.faces, look.em
    words = words_of(text, faces, setter)
    if not words:
        return []
    space = float(advances(" ", faces.body).sum())
    hang = float(advances(f"{bullet} ", faces.body).sum()) + 0.8 * em if bullet else 0.0
    first = 0.0 if bullet else look.indent
    room = look.column - hang
    lines = break_lines(words, lambda number: room - (0.0 if number else first), space)
    rows = []
    for number, line in enumerate(lines):
        spare = room - (0.0 if number else first) - sum(map(width_of, line)) - space * (len(line) - 1)
        stretch = spare / (len(line) - 1) if look.justified and len(line) > 2 and number + 1 < len(lines) else 0.0
        shift = hang if bullet or number else first
        write = _line_writer(line, shift, space + (stretch if 0 < stretch < 0.9 * em else 0.0), look, "" if number else bullet, opening)
        rows.append(Row(look.leading * em, write))
    tight = bool(bullet)
    gap = 0.15 * em if tight else (0.0 if look.indent else 0.55 * em)
    rows[0] = rows[0]._replace(between="\n\n", gap=gap)
    return rows


def _line_writer(line: Sequence[Word], shift: float, space: float, look: Look, bullet: str, opening: str) -> Callable[[Leaf, float, float], End]:
    def write(leaf: Leaf, left: float, top: float) -> End:
        y = top + (look.leading - 1) / 2 * look.em + ASCENT * look.em
        if bullet:
            wide = float(advances(f"{bullet} ", look.faces.body).sum())
            leaf.bullet((left + shift - wide, y), look.faces.body, opening, f"{bullet} ")
        return write_line(leaf, line, (left + shift, y), look.faces, space), y

    return write


def heading(text: str, level: int, look: Look) -> list[Row]:
    """The rows of a heading of level 1 to 4."""
    style = replace(look.title, size=look.em * (1.0, 1.75, 1.4, 1.18, 1.05)[level])
    faces = replace(look.faces, body=style)
    words = [[run] for run in _plain_runs(text, style)]
    lines = break_lines(words, lambda _: look.column, float(advances(" ", style).sum()))
    rows = []
    for number, line in enumerate(lines):
        def write(leaf: Leaf, left: float, top: float, line=line) -> End:
            y = top + 0.15 * style.size + ASCENT * style.size
            return write_line(leaf, line, (left, y), faces, float(advances(" ", style).sum())), y

        rows.append(Row(1.25 * style.size, write))
    if rows:
        rows[0] = rows[0]._replace(between="\n\n", opening="#" * level + " ", gap=0.9 * look.em)
    return rows


def _plain_runs(text: str, style: Style) -> Iterator[Run]:
    for word in text.split():
        if drawn := covered(style.font, word):
            yield Run(drawn, style, float(advances(drawn, style).sum()))


def inset(sample: Sample, look: Look) -> Row:
    """Another kind's picture, in the middle of its column."""
    height, width = sample.image.shape[:2]

    def write(leaf: Leaf, left: float, top: float) -> End:
        at = round(left + max(0.0, (look.column - width) / 2)), round(top + 0.3 * look.em)
        leaf.inset(sample, at)
        return float(at[0] + width), float(at[1] + height)

    return Row(height + 0.6 * look.em, write, between="\n\n", gap=0.5 * look.em)


def listing(code: str, look: Look) -> list[Row]:
    """Program text in a box of its own, never parted; nothing where a line is too long for the column."""
    style = look.faces.code
    lines = [covered(style.font, line.expandtabs(4)).rstrip() for line in code.split("\n")]
    step = 1.25 * style.size
    widest = max((float(advances(line, style).sum()) for line in lines), default=0.0)
    if not any(lines) or widest > look.column - look.em:
        return []

    def write(leaf: Leaf, left: float, top: float) -> End:
        box = (left, top, left + look.column, top + step * len(lines) + 0.8 * look.em)
        leaf.shape(lambda canvas: _panel(canvas, box, look))
        leaf.mark("```\n")
        x, y = left + 0.5 * look.em, top + 0.4 * look.em + step * 0.75
        for number, line in enumerate(lines):
            if number:
                leaf.line_end((x + widest, y), style, "\n")
                y += step
            leaf.text(line, (x, y), style)
        leaf.mark("\n```")
        return x + widest, y

    return [Row(step * len(lines) + 0.8 * look.em, write, between="\n\n", gap=0.5 * look.em)]


def _panel(canvas, box: tuple[float, float, float, float], look: Look) -> None:
    skia = require_skia()
    tint = [round(0.94 * part + 0.06 * ink) for part, ink in zip(look.paper, look.ink, strict=True)]
    canvas.drawRect(skia.Rect.MakeLTRB(*box), skia.Paint(AntiAlias=True, Color=skia.Color(*tint)))


class Press:
    """Writes rows on pages; `full()` pages are handed out as samples in the end."""

    def __init__(self, look: Look, notes: dict[str, object]) -> None:
        self.look, self.notes = look, notes
        self.leaves: list[Leaf] = []
        self._open()

    def _open(self) -> None:
        look = self.look
        self.leaf = Leaf(look.size)
        self.leaves.append(self.leaf)
        self._column, self._y, self._end = 0, look.margins[1], None
        if look.rule and look.columns > 1:
            self.leaf.shape(self._column_rule)
        if look.running:
            style = replace(look.faces.body, size=0.85 * look.em)
            at = (look.margins[0], look.margins[1] - 1.2 * look.em)
            self.leaf.text(look.running, at, style)
            self._end = (at[0] + float(advances(look.running, style).sum()), at[1])

    def _column_rule(self, canvas) -> None:
        skia, look = require_skia(), self.look
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(*look.ink), StrokeWidth=1.0)
        for number in range(1, look.columns):
            x = self._left(number) - look.gutter / 2
            canvas.drawLine(x, look.margins[1], x, look.size[0] - look.margins[3], paint)

    def _left(self, column: int) -> float:
        return self.look.margins[0] + column * (self.look.column + self.look.gutter)

    def _turn(self) -> None:
        """Go on in the next column, or on the next page."""
        self._column += 1
        self._y = self.look.margins[1]
        if self._column >= self.look.columns:
            self._finish()
            self._open()

    def _finish(self) -> None:
        """The page's number, under its text."""
        look = self.look
        if look.numbered:
            text, style = str(look.first + len(self.leaves) - 1), replace(look.faces.body, size=0.9 * look.em)
            if self._end:
                self.leaf.line_end(self._end, look.faces.body, "\n\n")
            x = (look.size[1] - float(advances(text, style).sum())) / 2
            self.leaf.text(text, (x, look.size[0] - 0.45 * look.margins[3]), style)

    def add(self, rows: Sequence[Row], most_pages: int) -> bool:
        """Write rows one below the other; False when they no longer fit on that many pages."""
        bottom = self.look.size[0] - self.look.margins[3]
        for row in rows:
            if row.height > bottom - self.look.margins[1]:
                continue  # no page holds it
            gap = row.gap if self._y > self.look.margins[1] else 0.0
            if self._y + gap + row.height > bottom:
                if len(self.leaves) >= most_pages and self._column + 1 >= self.look.columns:
                    return False
                self._turn()
                gap = 0.0
            if self._end:
                self.leaf.line_end(self._end, self.look.faces.body, row.between)
            self.leaf.mark(row.opening)
            self._y += gap
            self._end = row.write(self.leaf, self._left(self._column), self._y)
            self._y += row.height
        return True

    def pages(self) -> tuple[Sample, ...]:
        """All pages, with their place in the document among the notes."""
        self._finish()
        count = len(self.leaves)
        place = ({**self.notes, "page": number, "pages": count} for number in range(1, count + 1))
        return tuple(leaf.draw(self.look.paper, notes) for leaf, notes in zip(self.leaves, place, strict=True))


def paper_and_ink(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """White and black mostly."""
    if rng.random() < 0.8:
        return (255, 255, 255), (int(rng.integers(0, 45)),) * 3
    paper = rng.integers(232, 256, 3)
    return tuple(map(int, np.sort(paper)[::-1])), tuple(map(int, rng.integers(0, 60, 3)))
