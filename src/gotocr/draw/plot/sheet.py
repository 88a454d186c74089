"""The sheet a chart stands on: heading, legend, body and notes, stacked from top to bottom; every chart is drawn here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ...schema import Box
from ..style import Style, wrap
from .board import ASCENT, Board, Role, width_of
from .chart import LYING, ROUND, Chart
from .look import Look

LINE = 1.22  # height of a line of text, in ems


@dataclass
class Row:
    """A paragraph: lines with the index of each one's first character, `gap` pixels above it."""

    lines: list[tuple[str, int]]
    style: Style
    role: Role = ()
    align: float = 0.0
    gap: float = 0.0

    @property
    def height(self) -> float:
        return self.gap + len(self.lines) * LINE * self.style.size

    def place(self, board: Board, left: float, top: float, width: float) -> float:
        """Say the lines within `width`; return where the next row begins."""
        y = top + self.gap
        for line, at in self.lines:
            board.say(line, (left + self.align * width, y + 0.95 * self.style.size), self.style, self.role, self.align, start=at)
            y += LINE * self.style.size
        return y


def wrapped(text: str, style: Style, width: float) -> list[tuple[str, int]]:
    """Lines of a text and where in it each begins."""
    lines, at = [], 0
    if text and width_of(text, style) < width - 0.01:
        found = text.strip(" ")
        return [(found, text.index(found))] if found else []
    for line in wrap(text, style, max(width, style.size)):
        at = text.index(line, at)
        lines.append((line, at))
        at += len(line)
    return lines


class Entry(NamedTuple):
    """A name in a legend, `x` pixels from its left; what starts behind the name's first character has no swatch."""

    text: str
    x: float
    role: Role
    index: int
    at: int = 0


@dataclass
class Legend:
    """Names with swatches; `width` in pixels, `place` as in `Look.legend`."""

    place: str = "none"
    style: Style | None = None
    rows: list[list[Entry]] = field(default_factory=list)
    width: float = 0.0
    shape: str = "box"  # "box", "dot", "line"

    @property
    def height(self) -> float:
        return len(self.rows) * 1.5 * self.style.size if self.rows else 0.0

    def draw(self, board: Board, left: float, top: float, look: Look) -> None:
        size = self.style.size
        for number, row in enumerate(self.rows):
            y = top + (number + 1) * 1.5 * size - 0.45 * size
            for text, x, role, index, at in row:
                if not at:
                    self._swatch(board, (left + x, y), look, index)
                board.say(text, (left + x + SWATCH * size, y), self.style, role, start=at)

    def _swatch(self, board: Board, at: tuple[float, float], look: Look, index: int) -> None:
        (x, y), size = at, self.style.size
        shade = look.shades[index % len(look.shades)]
        if self.shape == "line":
            middle = y - 0.32 * size
            board.line([(x - 0.3 * size, middle), (x + 0.9 * size, middle)], shade, look.stroke, dash_of(look, index))
            mark(board, look, (x + 0.3 * size, middle), index)
        elif self.shape == "dot":
            board.dot((x + 0.35 * size, y - 0.33 * size), 0.36 * size, "o", shade)
        else:
            box = (x, y - 0.72 * size, x + 0.75 * size, y + 0.03 * size)
            board.box(box, shade, look.edge if look.hatches else None, look.edge_width)
            if look.hatches:
                board.hatch(box, look.hatches[index % len(look.hatches)], (0, 0, 0), size * 0.3, max(1, size * 0.05))


SWATCH = 1.05  # from a swatch's left to its text, in ems


def dash_of(look: Look, index: int) -> tuple[float, ...]:
    """Lines of black-and-white charts differ by their dashes."""
    if not look.hatches:
        return ()
    s = max(look.stroke, 1.2)
    return [(), (4 * s, 2 * s), (s, 1.5 * s), (5 * s, 1.5 * s, s, 1.5 * s)][index % 4]


def mark(board: Board, look: Look, at: tuple[float, float], index: int) -> None:
    """The marker of a line, if it has any."""
    if not look.markers:
        return
    shade = look.shades[index % len(look.shades)]
    radius = max(2.0, look.stroke * 1.5)
    if look.markers == "open":
        board.dot(at, radius, "o", look.plot or look.paper, (shade, max(1.0, look.stroke * 0.6)))
    else:
        board.dot(at, radius, "os^dv"[index % 5] if look.markers == "mixed" else look.markers, shade)


def entries_of(chart: Chart) -> list[tuple[str, Role, int]]:
    """What a legend names: the slices of a pie, else the series."""
    if chart.type in ROUND:
        return [(name, ("category", j), j) for j, name in enumerate(chart.categories)]
    return [(series.name, ("series", i), i) for i, series in enumerate(chart.series) if not series.column] if chart.named else []


def plan_legend(chart: Chart, look: Look, width: float) -> Legend:
    """Where the names of the series go; no legend where there are none."""
    entries = entries_of(chart)
    if not entries or look.legend in ("none", "direct"):
        return Legend()
    style = look.letters.style(look.size * 0.92, look.ink)
    shape = "line" if chart.type == "line" else "dot" if chart.type == "scatter" or look.markers == "s" else "box"
    legend = Legend(look.legend, style, shape=shape)
    gap, swatch = 1.1 * style.size, SWATCH * style.size
    widths = [swatch + width_of(text, style) for text, _, _ in entries]
    if look.legend in ("right", "inside") and max(widths) < 0.38 * width:
        legend.rows = [[Entry(text, 0.0, role, index)] for text, role, index in entries]
        legend.width = max(widths)
        return legend
    if look.legend in ("right", "inside"):
        legend.place = "top"
    x = 0.0
    for (text, role, index), wide in zip(entries, widths, strict=True):
        if not legend.rows or x + wide > width:
            legend.rows.append([])
            x = 0.0
        if wide > width:  # a name wider than the sheet is broken
            for line, at in wrapped(text, style, width - swatch):
                legend.rows.append([Entry(line, 0.0, role, index, at)])
            x = legend.width = width
            continue
        legend.rows[-1].append(Entry(text, x, role, index))
        x += wide + gap
        legend.width = max(legend.width, x - gap)
    legend.rows = [row for row in legend.rows if row]
    return legend


def heading(chart: Chart, look: Look, width: float) -> list[Row]:
    big = look.heading.style(look.size * look.title_size, look.ink, bold=look.title_bold)
    small = look.letters.style(look.size * 1.02, look.faint, italic=look.subtitle_italic)
    rows = []
    if chart.title:
        rows.append(Row(wrapped(chart.title, big, width), big, ("title",), look.align))
    if chart.subtitle:
        rows.append(Row(wrapped(chart.subtitle, small, width), small, ("subtitle",), look.align, 0.25 * look.size))
    return rows


def footing(chart: Chart, look: Look, width: float) -> list[Row]:
    small = look.letters.style(look.size * 0.85, look.faint)
    strong = look.letters.style(look.size * 0.82, look.ink, bold=False)
    rows = []
    if chart.note:
        rows.append(Row(wrapped(chart.note, small, width), small, ("note",)))
    if chart.source:
        rows.append(Row(wrapped(chart.source, small, width), small, ("source",)))
    if chart.credit:
        rows.append(Row(wrapped(chart.credit, strong, width), strong, (), 0.0, 0.35 * look.size))
    if rows:
        rows[0].gap = 0.5 * look.size
    return rows


def draw(chart: Chart, look: Look, rng: np.random.Generator, room: tuple[int, int]) -> Board:
    """The chart on a board no larger than `room` (height, width); a chart that needs more is drawn smaller."""
    from .lying import Lying
    from .pies import Pie
    from .upright import Upright

    width = natural_width(chart, look, rng)
    pad = look.pad * look.size
    inner = width - 2 * pad
    head, foot = heading(chart, look, inner), footing(chart, look, inner)
    look = legend_of(chart, look, rng)
    legend = plan_legend(chart, look, inner)
    beside = legend.width + look.size if legend.place == "right" else 0.0
    make = Pie if chart.type in ROUND else Lying if chart.type in LYING else Upright
    body = make(chart, look, rng)
    tall = body.height(inner - beside)
    if getattr(body, "unnamed", False):  # the names do not fit over the bars
        look = replace(look, legend="top")
        legend = plan_legend(chart, look, inner)
    between = 0.6 * look.size
    heights = [
        sum(row.height for row in head) + between * bool(head),
        legend.height if legend.place in ("top", "bottom") else 0.0,
    ]
    total = 2 * pad + sum(heights) + tall + sum(row.height for row in foot)
    tall = max(tall, legend.height) if legend.place == "right" else tall
    total = max(total, 2 * pad + sum(heights) + tall + sum(row.height for row in foot))
    scale = min(1.0, (room[0] - 0.5) / total, (room[1] - 0.5) / width)
    board = Board((max(int(total * scale + 0.5), 1), max(int(width * scale + 0.5), 1)), look.paper)
    board.span = (total, width)
    board.skia.scale(scale, scale)
    trim(board, look, (0.0, 0.0, width, total))
    y = pad
    for row in head:
        y = row.place(board, pad, y, inner)
    y += between * bool(head)
    if legend.place == "top":
        legend.draw(board, pad + look.align * (inner - legend.width), y, look)
        y += legend.height
    body.paint(board, (pad, y, pad + inner - beside, y + tall))
    if legend.place == "right":
        legend.draw(board, pad + inner - legend.width, y + max(0.0, (tall - legend.height) * 0.3), look)
    elif legend.place == "inside":
        inside(board, legend, look, body.plot)
    y += tall
    if legend.place == "bottom":
        legend.draw(board, pad + 0.5 * (inner - legend.width), y, look)
        y += legend.height
    for row in foot:
        y = row.place(board, pad, y, inner)
    return board


def natural_width(chart: Chart, look: Look, rng: np.random.Generator) -> float:
    """Pixels, from the size of the letters and how much there is to show."""
    ems = float(np.exp(rng.uniform(np.log(21), np.log(46))))
    if look.theme == "survey":
        ems = float(rng.uniform(22, 38))
    if chart.type not in (*LYING, *ROUND, "scatter"):
        ems = max(ems, 1.5 * len(chart.categories) + 8)
    return ems * look.size


def legend_of(chart: Chart, look: Look, rng: np.random.Generator) -> Look:
    """The look with a legend that this type of chart can have."""
    place = look.legend
    if chart.type in ROUND:
        place = place if place in ("top", "bottom", "right") and rng.random() < 0.6 else "direct"
        if place == "direct" and (len(chart.categories) > 8 or max(map(len, chart.categories)) > 26):
            place = "right"
    elif chart.type == "panel bar":
        place = "direct"
    elif chart.type in ("stacked horizontal bar", "diverging bar"):
        place = "top" if place in ("inside", "direct") else place
        place = "direct" if rng.random() < (0.3 if chart.type[0] == "s" else 0.6) else place
    elif place == "direct" and chart.type != "line" or place == "inside" and chart.type not in ("line", "scatter", "bar"):
        place = "top"
    return replace(look, legend=place)


def trim(board: Board, look: Look, sheet: Box) -> None:
    """Rules and a border around the sheet."""
    left, top, right, bottom = sheet
    thick = max(1.0, look.size * 0.09)
    if look.theme == "economist":
        board.box((left, top, right, top + thick * 1.5), (227, 18, 11))
    elif look.rules:
        for y in (top + thick, bottom - thick):
            board.line([(left, y), (right, y)], look.ink, thick)
    if look.border:
        board.box((left + thick, top + thick, right - thick, bottom - thick), None, look.spine_colour, thick)


def inside(board: Board, legend: Legend, look: Look, plot: Box) -> None:
    """The legend in the corner of the plot where it covers least; on a plate."""
    em = look.size
    width, height = legend.width + em, legend.height + 0.5 * em
    left = plot[2] - width - 0.4 * em if look.align else plot[0] + 0.5 * em
    top = plot[1] + 0.4 * em
    board.box(
        (left, top, left + width, top + height), look.plot or look.paper, look.spine_colour if look.legend_frame else None, 1.0
    )
    legend.draw(board, left + 0.5 * em, top + 0.1 * em, look)


__all__ = ["ASCENT", "LINE", "Row", "draw", "wrapped"]
