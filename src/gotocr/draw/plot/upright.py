"""Charts whose values stand upright: bars, lines, areas, histograms, both bars and lines, and points."""

from __future__ import annotations

import numpy as np

from ...schema import Box
from . import axes
from .bars import Field, bars
from .board import Board, width_of
from .chance import choice
from .chart import STACKED, Chart
from .lines import direct_names, lines, names_width
from .look import Look
from .numbers import Scale, log_scale, scale_for
from .points import points
from .values import Teller


class Upright:
    """A body between heading and notes; `plot` is where its data lie once it is painted."""

    def __init__(self, chart: Chart, look: Look, rng: np.random.Generator) -> None:
        self.chart, self.look, self.rng = chart, look, rng
        self.plot: Box = (0.0, 0.0, 1.0, 1.0)
        self.values = shown_values(chart)
        steep = min(self.values) > 0 and max(self.values) / min(self.values) > 60 and chart.type in ("line", "scatter", "bar")
        self.log = steep and rng.random() < 0.7
        zero = chart.type not in ("line", "scatter") or rng.random() < 0.35
        low, high = min(self.values), max(self.values)
        if chart.type == "bar" and low > 0.8 * high and len(set(self.values)) > 2 and rng.random() < 0.15:
            zero = False  # bars that do not start at nought, as one should not draw them
        room = 0.06 if look.labels and chart.type not in STACKED else 0.0
        self.scale = log_scale(self.values) if self.log else scale_for(self.values, int(rng.integers(3, 9)), zero, room)
        self.texts = axes.tick_texts(self.scale, chart.figures)
        self.side_title = chart.y if look.axis and (rng.random() < 0.8 or chart.title) else ""
        self.top_title = bool(self.side_title) and rng.random() < 0.22
        self.numbers_right = look.theme in ("economist", "newspaper") and rng.random() < 0.4
        self.by_step = chart.type in ("line", "area", "stacked area") and len(chart.steps) > 2 and not axes.is_even(chart.steps)

    def height(self, width: float) -> float:
        tall = 10 * self.look.size
        for _ in range(2):  # how the title beside it breaks depends on the plot's height, that on its width, and so on
            self.margins(width, tall)
            tall = min(max((width - self.left - self.right) * self.look.aspect, 7 * self.look.size), 28 * self.look.size)
        self.margins(width, tall)
        return self.top + tall + self.bottom

    def margins(self, width: float, tall: float) -> None:
        """Room around a plot `tall` pixels high."""
        look, em = self.look, self.look.size
        style = look.letters.style(em * 0.9, look.faint)
        numbers = max(width_of(text, style) for text in self.texts) + (0.35 + look.tick) * em if look.axis else 0.0
        beside = 0.0 if self.top_title else axes.beside_width(self.side_title, look, tall)
        self.left = (0.2 * em if self.numbers_right else numbers) + beside
        self.right = (numbers if self.numbers_right else 0.7 * em) + names_width(self.chart, look)
        if self.chart.type == "bar and line":
            self.right += 0.5 * em
        if "area" in self.chart.type:  # its first and last name are centred on the plot's edges
            first, last = (width_of(self.chart.categories[end], style) / 2 for end in (0, -1))
            self.left, self.right = max(self.left, first), max(self.right, last)
        self.top = (1.5 if self.top_title else 0.7) * em + (0.6 * em if look.labels else 0.0)
        room = width - self.left - self.right
        self.names = self.plan_names(room)
        reach = self.names.reach(self.places(self.left, room)) if self.chart.categories else 0.0
        if reach > 0:
            self.left += reach
            room -= reach
            self.names = self.plan_names(room)
        below = 1.05 * em if self.chart.type in ("scatter", "histogram") else self.names.height
        self.bottom = below + (look.tick + 0.5) * em
        self.bottom += 1.35 * em * self.title_lines(room)

    def title_lines(self, room: float) -> int:
        style = self.look.letters.style(self.look.size * 0.98, self.look.ink)
        return len(axes.wrapped(self.chart.x, style, room)) if self.chart.x else 0

    def plan_names(self, room: float) -> axes.Names:
        chart, count = self.chart, len(self.chart.categories)
        if chart.type in ("scatter", "histogram"):
            return axes.Names([], self.look.letters.style(self.look.size * 0.9, self.look.faint))
        xs = self.places(0.0, room)
        may_skip = len(chart.steps) == count and count > 2
        return axes.plan_names(chart, self.look, [b - a for a, b in zip(xs, xs[1:], strict=False)], may_skip)

    def places(self, left: float, room: float) -> list[float]:
        """The middle of each category, in pixels."""
        count, steps = len(self.chart.categories), self.chart.steps
        if self.by_step:
            first, last = min(steps), max(steps)
            return [left + room * (0.03 + 0.94 * (step - first) / (last - first)) for step in steps]
        if self.chart.type in ("area", "stacked area"):
            return [left + room * j / max(count - 1, 1) for j in range(count)]
        return [left + room * (j + 0.5) / count for j in range(count)]

    def paint(self, board: Board, box: Box) -> None:
        chart, look = self.chart, self.look
        self.plot = plot = (box[0] + self.left, box[1] + self.top, box[2] - self.right, box[3] - self.bottom)
        self.frame(board, box)
        tell = Teller(board, chart, look, self.scale)
        if chart.type == "scatter":
            points(board, tell, plot, self.rng)
        elif chart.type == "histogram":
            self.histogram(board, tell)
        else:
            self.categories(board, tell)
        if chart.x:
            axes.title_below(board, chart, look, plot, box[3] - 1.35 * look.size * self.title_lines(plot[2] - plot[0]))

    def frame(self, board: Board, box: Box) -> None:
        """Grid, spines, numbers and the title of the value axis."""
        look, plot, scale = self.look, self.plot, self.scale
        heights = [plot[3] - scale.at(tick) * (plot[3] - plot[1]) for tick in scale.ticks] if look.grid != "none" else []
        along = self.places(plot[0], plot[2] - plot[0]) if look.grid == "both" and self.chart.categories else []
        axes.grid(board, look, plot, heights, along)
        axes.spines(board, look, plot, look.spines)
        if scale.low < 0 < scale.high and not scale.log:
            y = plot[3] - scale.at(0) * (plot[3] - plot[1])
            board.line([(plot[0], y), (plot[2], y)], look.spine_colour, look.line)
        if look.axis:
            axes.numbers_left(board, look, plot, scale, self.texts, self.numbers_right)
        if self.top_title:
            style = look.letters.style(look.size * 0.92, look.ink)
            line = axes.wrapped(self.side_title, style, (box[2] - box[0]) * 0.95)
            if len(line) == 1:
                board.say(self.side_title, (box[0], plot[1] - 0.75 * look.size), style, ("y",))
        elif self.side_title:
            axes.title_beside(board, self.side_title, look, plot, box[0] + 0.85 * look.size)

    def categories(self, board: Board, tell: Teller) -> None:
        chart, look, plot = self.chart, self.look, self.plot
        xs = self.places(plot[0], plot[2] - plot[0])
        known = self.known()
        if look.tick and chart.type not in STACKED:
            for x in xs if all(map(bool, self.names.lines)) else []:
                board.line([(x, plot[3]), (x, plot[3] + look.tick * look.size * 0.8)], look.spine_colour, look.line)
        self.names.draw(board, xs, plot[3] + (look.tick + 0.25) * look.size, known)
        if "bar" in chart.type:
            half = (plot[2] - plot[0]) / len(xs) * (1 - look.gap) / 2
            slots = tuple((x - half, x + half) for x in xs)
            field = Field(slots, self.up, False, self.base, self.label_place(2 * half), self.lit())
            bars(board, tell, field)
        if "bar" not in chart.type or chart.type == "bar and line":
            lines(board, tell, plot, xs, [flag or look.labels for flag in known])
        direct_names(board, chart, look, xs, self.up)

    def known(self) -> list[bool]:
        """Which categories can be told: the printed ones, and years between them where they go by even steps."""
        lines, chart = self.names.lines, self.chart
        if all(lines):
            return [True] * len(lines)
        told = axes.is_even(chart.steps) and (len(chart.categories) <= 24 or bool(self.look.markers))
        return [bool(line) or told for line in lines]

    @property
    def base(self) -> float:
        return self.scale.low if self.scale.log or self.scale.low > 0 else 0.0

    def up(self, value: float) -> float:
        return self.plot[3] - self.scale.at(value) * (self.plot[3] - self.plot[1])

    def lit(self) -> int:
        single = sum(not series.column for series in self.chart.series) == 1
        if not single or self.chart.type != "bar":
            return -1
        chance = self.rng.random()
        return (
            -2
            if chance < 0.2 and len(self.chart.categories) <= 8
            else int(self.rng.integers(len(self.chart.categories)))
            if chance < 0.3
            else -1
        )

    def label_place(self, room: float) -> str:
        if not self.look.labels:
            return "none"
        if self.chart.type in STACKED:
            return "middle"
        return choice(self.rng, ["out", "end"], p=[0.75, 0.25])

    def histogram(self, board: Board, tell: Teller) -> None:
        """Bars between the edges `steps`; their numbers stand at the edges."""
        chart, look, plot = self.chart, self.look, self.plot
        edges = chart.steps
        span = Scale(edges[0], edges[-1], tuple(edges))
        wide = plot[2] - plot[0]
        places = [plot[0] + wide * (0.02 + 0.96 * span.at(edge)) for edge in edges]
        inner = (places[0], plot[1], places[-1], plot[3])
        axes.numbers_below(
            board,
            look,
            (inner[0], plot[1], inner[2], plot[3]),
            span,
            [chart.figures.__class__(places=span.places, thousands="").show(e) for e in edges],
        )
        slots = tuple(zip(places, places[1:], strict=False))
        bars(board, tell, Field(slots, self.up, False, self.base, "out" if look.labels else "none"))


def shown_values(chart: Chart) -> list[float]:
    """What the value axis must hold."""
    if chart.type == "scatter":
        return [float(y) for series in chart.series for _, y in series.values]
    series = [series for series in chart.series if not series.column]
    if chart.type in STACKED:
        columns = [[s.values[j] or 0.0 for s in series] for j in range(len(chart.categories))]
        return [sum(v for v in column if v > 0) for column in columns] + [sum(v for v in column if v < 0) for column in columns]
    return [float(value) for one in series for value in one.values if value is not None]
