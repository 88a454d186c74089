"""Pies and rings: slices with their names and shares inside, outside with leading lines, or in a legend."""

from __future__ import annotations

import math

import numpy as np

from ...schema import Box
from .board import Board, width_of
from .chance import choice
from .chart import Chart
from .look import Look
from .sheet import LINE, wrapped
from .values import Teller

LEAST_INSIDE = 0.055  # share of the whole below which a number no longer fits in its slice


class Pie:
    """A body between heading and notes."""

    def __init__(self, chart: Chart, look: Look, rng: np.random.Generator) -> None:
        self.chart, self.look, self.rng = chart, look, rng
        self.plot: Box = (0.0, 0.0, 1.0, 1.0)
        self.direct = look.legend == "direct"
        self.values = [float(value) for value in chart.series[0].values]
        self.hole = float(rng.uniform(0.4, 0.68)) if chart.type == "donut" else 0.0
        self.start = float(choice(rng, [-90.0, -90.0, 0.0, rng.uniform(0, 360)]))
        self.clockwise = 1 if rng.random() < 0.7 else -1
        self.inside = look.labels and (rng.random() < 0.6 or not self.direct) and self.hole < 0.62
        self.burst = int(rng.integers(len(self.values))) if rng.random() < 0.12 and not self.hole else -1

    def height(self, width: float) -> float:
        """As tall as the pie, and room for names above and below it."""
        chart, look, em = self.chart, self.look, self.look.size
        self.style = self.look.letters.style(em * 0.92, self.look.ink)
        numbers = max(width_of(chart.figures.show(v), self.style) for v in self.values) * 1.1 + 0.5 * em if look.labels else 0.0
        self.wide = max(min(9 * em, 0.36 * width - numbers - 1.7 * em), 3 * em)  # of a name beside the pie
        self.room = max(self.outside_width() + numbers, numbers + em, 1.0 * em)
        radius = min((width - 2 * self.room) / 2 - em, 13 * em) if self.direct else min(width / 2 - em - numbers, 11 * em)
        self.radius = max(radius * float(0.8 + 0.2 * self.rng.random()), 3.0 * em)
        return 2 * self.radius + (3.6 if self.direct or look.labels else 1.4) * em

    def outside_width(self) -> float:
        return (
            max(width_of(line, self.style) for j in range(len(self.values)) for line, _ in self.outside(j)) + 1.6 * self.look.size
            if self.direct
            else 0.0
        )

    def outside(self, j: int) -> list[tuple[str, int]]:
        """The lines of a name beside the pie."""
        return wrapped(self.chart.categories[j], self.style, self.wide)

    def paint(self, board: Board, box: Box) -> None:
        look = self.look
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        self.plot = (centre[0] - self.radius, centre[1] - self.radius, centre[0] + self.radius, centre[1] + self.radius)
        total = sum(self.values)
        tell = Teller(board, self.chart, look, None)
        angle, wanted = self.start, []
        for j, value in enumerate(self.values):
            turn = 360.0 * value / total * self.clockwise
            middle = math.radians(angle + turn / 2)
            at = (
                centre
                if j != self.burst
                else (centre[0] + 0.1 * self.radius * math.cos(middle), centre[1] + 0.1 * self.radius * math.sin(middle))
            )
            self.slice(board, at, angle, turn, look.shades[j % len(look.shades)])
            said = self.inside and value / total >= LEAST_INSIDE and self.tell_inside(tell, j, value, at, middle, value / total)
            wanted.append((j, value, middle, said))
            angle += turn
        for side in (1, -1):
            self.beside(board, tell, centre, side, [entry for entry in wanted if (math.cos(entry[2]) >= 0) == (side > 0)])
        self.rest(tell, centre, wanted, total)

    def slice(self, board: Board, centre: tuple[float, float], angle: float, turn: float, shade) -> None:
        steps = max(2, int(abs(turn) / 3))
        angles = np.radians(np.linspace(angle, angle + turn, steps + 1))
        outer = [(centre[0] + self.radius * math.cos(a), centre[1] + self.radius * math.sin(a)) for a in angles]
        inner = [
            (centre[0] + self.hole * self.radius * math.cos(a), centre[1] + self.hole * self.radius * math.sin(a))
            for a in angles[::-1]
        ]
        edge = self.look.edge or self.look.paper
        board.polygon(outer + (inner if self.hole else [centre]), shade, 1.0, edge, max(1.0, self.look.edge_width))

    def tell_inside(self, tell: Teller, j: int, value: float, centre: tuple[float, float], middle: float, share: float) -> bool:
        """The number in its slice; false where it is wider than the slice there."""
        reach = (self.hole + 1) / 2 * self.radius if self.hole else self.radius * (0.62 if share < 0.4 else 0.5)
        style = tell.style(tell.ink_on(self.look.shades[j % len(self.look.shades)]), 0.92)
        wide = width_of(tell.text(value), style)
        if (
            wide
            > min(2 * reach * math.tan(min(share * math.pi, 1.3)), self.radius * (1 - self.hole) if self.hole else self.radius)
            * 1.15
        ):
            return False
        tell.say(
            (0, j), value, (centre[0] + reach * math.cos(middle), centre[1] + reach * math.sin(middle) + 0.33 * style.size), style
        )
        return True

    def beside(
        self, board: Board, tell: Teller, centre: tuple[float, float], side: int, entries: list[tuple[int, float, float, bool]]
    ) -> None:
        """Names (and numbers not yet said) on one side, from top to bottom, pushed apart."""
        look, size = self.look, self.style.size
        bottom = centre[1] - self.radius - 1.5 * look.size
        entries = sorted(
            (entry for entry in entries if self.direct or (look.labels and not entry[3])), key=lambda entry: math.sin(entry[2])
        )
        rows_of = [max(len(self.outside(j)) if self.direct else 1, 1) for j, _, _, _ in entries]
        left = sum(rows_of) * LINE * size  # pixels that names still to come need
        for (j, value, middle, said), rows in zip(entries, rows_of, strict=True):
            lines = self.outside(j) if self.direct else []
            number = look.labels and not said
            y = centre[1] + self.radius * 1.12 * math.sin(middle) - rows * LINE * size / 2
            top = max(min(y, centre[1] + self.radius + 1.5 * look.size - left), bottom)
            bottom = top + rows * LINE * size
            left -= rows * LINE * size
            rim = (centre[0] + self.radius * math.cos(middle), centre[1] + self.radius * math.sin(middle))
            x = centre[0] + side * max(
                abs(self.radius * 1.12 * math.cos(middle)), self.radius * 0.35 if abs(top - y) < 1 else self.radius * 1.02
            )
            if abs(top - y) > 0.5 * size or look.tick:
                board.line([rim, (x, top + rows * LINE * size / 2)], look.faint, max(0.8, look.line * 0.8))
            x += side * 0.3 * size
            for n, (line, at) in enumerate(lines):
                said_text = board.say(
                    line, (x, top + (0.92 + n * LINE) * size), self.style, ("category", j), 0.0 if side > 0 else 1.0, start=at
                )
                end = said_text.box[2 if side > 0 else 0]
            if number:
                style = tell.style(look.ink, 0.92, bold=bool(lines))
                at_x = end + side * 0.4 * size if lines else x
                tell.say(
                    (0, j),
                    value,
                    (at_x, top + (0.92 + (len(lines) - 1 if lines else 0) * LINE) * size),
                    style,
                    0.0 if side > 0 else 1.0,
                )

    def rest(
        self, tell: Teller, centre: tuple[float, float], entries: list[tuple[int, float, float, bool]], total: float
    ) -> None:
        """Slices without a number: their share of the whole in percent."""
        for j, value, middle, _ in entries:
            if (0, j) not in tell.board.readings:
                reach = 0.6 * self.radius if not self.hole else (1 + self.hole) / 2 * self.radius
                x, y = centre[0] + reach * math.cos(middle), centre[1] + reach * math.sin(middle)
                tell.board.readings[0, j] = round(100 * value / total)
                size = 0.3 * self.radius
                tell.board.mark(("value", 0, j), (x - size, y - size, x + size, y + size))
