"""Prints values beside what shows them, or notes what shows them where they are not printed."""

from __future__ import annotations

from ...schema import Box
from ..style import Style
from .board import Board, place
from .chart import Chart
from .look import WHITE, Look
from .numbers import Scale
from .palettes import Colour, lightness


class Teller:
    """Keeps which values are read: a printed one as printed, another one off the axis, none where there is no axis."""

    def __init__(self, board: Board, chart: Chart, look: Look, scale: Scale | None) -> None:
        self.board, self.chart, self.look, self.scale = board, chart, look, scale
        self.said = 0

    def text(self, value: float) -> str:
        return self.chart.figures.show(value, bare=self.look.first_unit and self.said > 0)

    def style(self, colour: Colour, size: float = 0.9, bold: bool = False) -> Style:
        return self.look.letters.style(self.look.size * size, colour, bold)

    def ink_on(self, shade: Colour) -> Colour:
        """What can be read on a shade."""
        if lightness(shade) < 0.55:
            return WHITE
        return self.look.ink if lightness(self.look.ink) < lightness(shade) - 0.45 else (10, 10, 10)

    def say(self, key: tuple[int, int], value: float, at: tuple[float, float], style: Style, align: float = 0.5, **more) -> None:
        """Print a value, whose baseline passes through `at`."""
        self.board.say(self.text(value), at, style, ("value", *key), align, **more)
        self.board.readings[key] = self.chart.figures.value(value)
        self.said += 1

    def say_if_free(
        self, key: tuple[int, int], value: float, spots: list[tuple[float, float]], style: Style, align: float = 0.5
    ) -> bool:
        """Print a value at the first spot where it touches no other text."""
        for at in spots:
            if self.board.is_free(place(self.text(value), at, style, align).box, 1.0):
                self.say(key, value, at, style, align)
                return True
        return False

    def show(self, key: tuple[int, int], value: float, box: Box) -> None:
        """A value that is not printed: read off the axis, if there is one."""
        if self.scale is not None and self.look.axis:
            self.board.readings[key] = self.scale.read(value)
            self.board.mark(("value", *key), box)
