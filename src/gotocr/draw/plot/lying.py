"""Charts whose bars lie: plain, grouped, stacked, diverging from a middle, or in one panel a series."""

from __future__ import annotations

import numpy as np

from ...schema import Box
from . import axes
from .bars import Field, bars
from .board import Board, place, width_of
from .chance import choice
from .chart import STACKED, Chart
from .look import Look
from .numbers import Scale, scale_for
from .sheet import LINE, wrapped
from .values import Teller

HEADS = 3  # most lines of a name over its bars


class Lying:
    """A body between heading and notes; `plot` is where its data lie once it is painted."""

    def __init__(self, chart: Chart, look: Look, rng: np.random.Generator) -> None:
        self.chart, self.look, self.rng = chart, look, rng
        self.plot: Box = (0.0, 0.0, 1.0, 1.0)
        self.drawn = [i for i, series in enumerate(chart.series) if not series.column]
        self.columns = [i for i, series in enumerate(chart.series) if series.column]
        values = _extent(chart, self.drawn)
        tight = not look.axis or chart.type in ("diverging bar", "panel bar")
        self.scale = scale_for(values, int(rng.integers(3, 8)), True, 0.04 if look.labels and chart.type not in STACKED else 0.0)
        if tight:
            self.scale = Scale(min(values + [0.0]), max(values + [0.0]) * 1.001 + 1e-9, self.scale.ticks)
        self.axis = look.axis and not tight
        side = 1 if chart.type in (*STACKED, "panel bar") else len(self.drawn)
        self.pitch = look.size * (0.8 + (1.0 if look.labels else 0.55) * side) * float(rng.uniform(1.05, 1.8))
        self.over = chart.type == "horizontal bar" and side == 1 and rng.random() < 0.12  # names above the bars
        self.right = bool(rng.random() < 0.75)  # names end at the bars
        self.between = side > 1 and rng.random() < 0.4  # lines between the groups
        self.top_axis = self.axis and rng.random() < 0.15
        self.places = self.label_place()

    def label_place(self) -> str:
        if not self.look.labels:
            return "none"
        if self.chart.type == "diverging bar" or self.chart.type in STACKED:
            return "middle"
        return choice(self.rng, ["out", "end", "base"], p=[0.6, 0.2, 0.2])

    def height(self, width: float) -> float:
        """Rows, and what stands over and under them."""
        em, look, chart = self.look.size, self.look, self.chart
        bold = look.letters.style(em * 0.95, look.ink, bold=True)
        self.style = look.letters.style(em * 0.95, look.ink)
        widest = max(width_of(name, bold) for name in chart.categories)
        self.room = 0.0 if self.over else min(widest + 0.2 * em, width * 0.42)
        self.names = [
            wrapped(name, bold if self.over else self.style, width if self.over else self.room) for name in chart.categories
        ]
        self.rows = [
            max(self.pitch, (len(lines) * LINE + 0.35) * em * 0.95) + (len(lines) * LINE * em if self.over else 0.0)
            for lines in self.names
        ]
        self.left = self.room + 0.6 * em + self.side_width(sum(self.rows))
        reach = width_of(chart.figures.show(max(self.scale.high, 1)), self.style) + 0.5 * em if self.places == "out" else 0.5 * em
        self.margin = reach + sum(self.column_width(i) for i in self.columns)
        self.before = self.numbers_before()
        self.left += self.before
        if self.axis:  # half of the first and the last number of the axis stand outside
            first, *_, last = (width_of(text, self.style) / 2 for text in axes.tick_texts(self.scale, chart.figures))
            self.left, self.margin = max(self.left, first), max(self.margin, last)
        room = max(width - self.left - self.margin, 4 * em)
        self.heads = self.plan_heads(room)
        self.unnamed = self.look.legend == "direct" and chart.named and not self.heads and chart.type != "panel bar"
        self.top = max([len(lines) for _, lines, _, _ in self.heads] + [0]) * LINE * 0.95 * em + 0.4 * em
        self.top += 1.4 * em if self.top_axis else 0.0
        self.below = (1.4 + look.tick) * em if self.axis and not self.top_axis else 0.2 * em
        self.below += 1.4 * em * len(wrapped(chart.y, self.style, room)) if self.titled else 0.0
        return self.top + sum(self.rows) + self.below

    @property
    def titled(self) -> bool:
        return bool(self.chart.y) and self.axis

    def side_width(self, tall: float) -> float:
        self.side = self.chart.x if self.axis and self.rng.random() < 0.5 else ""
        return axes.beside_width(self.side, self.look, tall)

    def column_width(self, i: int) -> float:
        style = self.look.letters.style(self.look.size * 0.95, self.look.ink, bold=True)
        texts = [self.chart.series[i].name, *(self.chart.figures.show(v) for v in self.chart.series[i].values if v is not None)]
        return max(width_of(text, style) for text in texts) + 0.7 * self.look.size

    def plan_heads(self, room: float) -> list[tuple[int, list, float, float]]:
        """Names over the bars: (series, lines, middle of the column as share of the plot, its width in pixels)."""
        chart = self.chart
        if not chart.named:
            return []
        if chart.type == "panel bar":
            shares = self.panels(room)
            return [
                (i, self.head(i, share * room), start + share / 2, share * room)
                for i, (start, share) in zip(self.drawn, shares, strict=True)
            ]
        if self.look.legend != "direct" or chart.type not in ("stacked horizontal bar", "diverging bar"):
            return []
        found, at = [], 0.0
        first = [chart.series[i].values[0] or 0.0 for i in self.drawn]
        if chart.type == "diverging bar":
            middle = self.scale.at(0)
            return [
                (i, self.head(i, room * 0.5 - 6), middle + (0.25 if n else -0.25) * 0.9, room * 0.45)
                for n, i in enumerate(self.drawn)
            ]
        for i, value in zip(self.drawn, first, strict=True):
            share = self.scale.at(at + value) - self.scale.at(at)
            found.append(
                (
                    i,
                    self.head(i, max(share * room, 5 * self.look.size)),
                    self.scale.at(at) + share / 2,
                    max(share * room, 5 * self.look.size),
                )
            )
            at += value
        ends = [(share * room - width_ / 2, share * room + width_ / 2) for _, _, share, width_ in found]
        apart = (
            all(before[1] <= after[0] + 1 for before, after in zip(ends, ends[1:], strict=False))
            and ends[-1][1] <= room + self.margin
        )
        return found if apart and max(len(lines) for _, lines, _, _ in found) <= HEADS + 1 else []

    def head(self, i: int, width: float) -> list[tuple[str, int]]:
        style = self.look.letters.style(self.look.size * 0.95, self.look.ink, bold=True)
        return wrapped(self.chart.series[i].name, style, width)

    def panels(self, room: float) -> list[tuple[float, float]]:
        """Start and width of each panel, as shares of `room` pixels, as wide as their values are large and their names ask."""
        style = self.look.letters.style(self.look.size * 0.95, self.look.ink, bold=True)
        words = [max(width_of(word, style) for word in (self.chart.series[i].name or "-").split()) + 4 for i in self.drawn]
        most = [max(max(v or 0.0 for v in self.chart.series[i].values), 1e-9) for i in self.drawn]
        gaps = 0.06
        sizes = np.array([max(value / sum(most), 0.13, word / room) for value, word in zip(most, words, strict=True)])
        sizes = sizes / sizes.sum() * (1 - gaps * len(sizes))
        starts = np.concatenate([[0.0], np.cumsum(sizes + gaps)[:-1]])
        return [(float(start), float(size)) for start, size in zip(starts, sizes, strict=True)]

    def paint(self, board: Board, box: Box) -> None:
        look, em = self.look, self.look.size
        self.plot = plot = (
            box[0] + self.left,
            box[1] + self.top,
            max(box[2] - self.margin, box[0] + self.left + 4 * em),
            box[1] + self.top + sum(self.rows),
        )
        scale = self.scale
        if self.axis:
            along = [plot[0] + scale.at(tick) * (plot[2] - plot[0]) for tick in scale.ticks] if look.grid != "none" else []
            axes.grid(board, look, plot, [], along)
            axes.numbers_below(board, look, plot, scale, axes.tick_texts(scale, self.chart.figures), self.top_axis)
            axes.spines(board, look, plot, look.spines)
        if self.titled:
            lines = len(wrapped(self.chart.y, self.style, plot[2] - plot[0]))
            axes.title_below(board, self.chart, look, plot, box[1] + self.height_of() - 1.4 * em * lines, "y")
        if self.side:
            axes.title_beside(board, self.side, look, plot, box[0] + 0.85 * em, "x")
        self.heading(board)
        tops = plot[1] + np.concatenate([[0.0], np.cumsum(self.rows)])
        self.lit = self.standing_out()
        self.name(board, tops)
        self.fill(board, tops)
        self.print_columns(board, tops)

    def height_of(self) -> float:
        return self.top + sum(self.rows) + self.below

    def standing_out(self) -> int:
        if len(self.drawn) > 1 or self.chart.type in STACKED or self.rng.random() > 0.3:
            return -1
        return int(self.rng.integers(len(self.chart.categories))) if self.rng.random() < 0.6 else -2

    def heading(self, board: Board) -> None:
        look, plot = self.look, self.plot
        size = 0.95 * look.size
        colours = self.rng.random() < 0.4
        for i, lines, share, _ in self.heads:
            shade = look.shades[i % len(look.shades)] if colours else look.ink
            style = look.letters.style(size, shade, bold=True)
            for n, (line, at) in enumerate(lines):
                y = plot[1] - (len(lines) - n - 1) * LINE * size - 0.5 * size - (1.4 * look.size if self.top_axis else 0.0)
                board.say(line, (plot[0] + share * (plot[2] - plot[0]), y), style, ("series", i), 0.5, start=at)

    def name(self, board: Board, tops: np.ndarray) -> None:
        look, em, plot = self.look, self.look.size, self.plot
        for j, lines in enumerate(self.names):
            style = look.letters.style(em * 0.95, look.ink, bold=j == self.lit or (self.over and self.rng.random() < 0))
            middle = (tops[j] + tops[j + 1]) / 2
            y = tops[j] + 0.95 * em if self.over else middle - (len(lines) - 1) * LINE * em * 0.95 / 2 + 0.33 * em
            x = plot[0] + 0.1 * em if self.over else plot[0] - 0.5 * em if self.right else plot[0] - 0.5 * em - self.room
            x -= 0.0 if self.over else self.before
            for n, (line, at) in enumerate(lines):
                board.say(
                    line,
                    (x, y + n * LINE * em * 0.95),
                    style,
                    ("category", j),
                    1.0 if self.right and not self.over else 0.0,
                    start=at,
                )
            if self.between and j:
                board.line([(plot[0] - self.room, tops[j]), (plot[2], tops[j])], look.grid_colour, look.line, look.grid_dash)

    def numbers_before(self) -> float:
        """Pixels left of the bars for the numbers of negative ones."""
        if self.scale.low >= 0 or self.places == "none" or self.chart.type != "horizontal bar":
            return 0.0
        lows = [v for i in self.drawn for v in self.chart.series[i].values if v is not None and v < 0]
        return max(width_of(self.chart.figures.show(v), self.style) for v in lows) + 0.6 * self.look.size

    def fill(self, board: Board, tops: np.ndarray) -> None:
        chart, look, plot = self.chart, self.look, self.plot
        wide = plot[2] - plot[0]
        slots = []
        for j, (top, bottom) in enumerate(zip(tops, tops[1:], strict=False)):
            top += len(self.names[j]) * LINE * look.size if self.over else 0.0
            half = self.pitch * (1 - look.gap) / 2
            slots.append(((top + bottom) / 2 - half, (top + bottom) / 2 + half))
        tell = Teller(board, chart, look, self.scale if self.axis else None)
        if chart.type in ("panel bar", "diverging bar"):
            self.apart(board, slots)
            return
        field = Field(tuple(slots), lambda value: plot[0] + self.scale.at(value) * wide, True, 0.0, self.places, self.lit)
        bars(board, tell, field)
        if not self.axis or self.scale.low < 0:
            zero = plot[0] + self.scale.at(0) * wide
            board.line([(zero, plot[1]), (zero, plot[3])], look.spine_colour, look.line)

    def apart(self, board: Board, slots: list[tuple[float, float]]) -> None:
        """Panels with a zero of their own, or two series back to back."""
        plot, chart = self.plot, self.chart
        wide = plot[2] - plot[0]
        panels = self.panels(wide) if chart.type == "panel bar" else []
        for n, i in enumerate(self.drawn):
            one = Chart(
                chart.type,
                tuple(s if k == i else type(s)(s.name, s.values, True) for k, s in enumerate(chart.series)),
                chart.categories,
                figures=chart.figures,
            )
            tell = Teller(board, one, self.look, None)
            if panels:
                start, share = panels[n]
                most = max(max(v or 0.0 for v in chart.series[i].values), 1e-9)

                def at(value: float, start=start, share=share, most=most) -> float:
                    return plot[0] + wide * (start + share * value / most)

                label = "base" if self.places == "base" else "end"
                bars(board, tell, Field(tuple(slots), at, True, 0.0, label, -1))
                board.line([(at(0), plot[1]), (at(0), plot[3])], self.look.spine_colour, self.look.line)
                continue
            sign = 1 if n else -1

            def side(value: float, sign=sign) -> float:
                return plot[0] + wide * self.scale.at(sign * value)

            bars(board, tell, Field(tuple(slots), side, True, 0.0, self.places, -1))

    def print_columns(self, board: Board, tops: np.ndarray) -> None:
        """Numbers right of the bars that have no bars: a total."""
        look, chart = self.look, self.chart
        style = look.letters.style(look.size * 0.95, look.ink, bold=True)
        right = self.plot[2] + self.margin
        for i in reversed(self.columns):
            middle = right - self.column_width(i) / 2 + 0.3 * look.size
            board.say(chart.series[i].name, (middle, self.plot[1] - 0.5 * look.size), style, ("series", i), 0.5)
            tell = Teller(board, chart, look, None)
            tell.said = 1
            for j, value in enumerate(chart.series[i].values):
                if value is not None:
                    tell.say((i, j), value, (middle, (tops[j] + tops[j + 1]) / 2 + 0.33 * look.size), style)
            right -= self.column_width(i)


def _extent(chart: Chart, drawn: list[int]) -> list[float]:
    """The least and the most that bars reach."""
    columns = [[chart.series[i].values[j] or 0.0 for i in drawn] for j in range(len(chart.categories))]
    if chart.type == "diverging bar":
        return [-max(column[0] for column in columns), max(column[1] for column in columns)]
    if chart.type in STACKED:
        return [sum(v for v in column if v < 0) for column in columns] + [sum(v for v in column if v > 0) for column in columns]
    return [value for column in columns for value in column]


__all__ = ["Lying", "place"]
