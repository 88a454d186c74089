"""Bars side by side or on top of each other, standing or lying, with their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...schema import Box
from .board import Board, width_of
from .chart import STACKED
from .look import Look
from .palettes import mix
from .values import Teller


@dataclass(frozen=True)
class Field:
    """Where bars stand: `slots` are the start and end of each category's room, `at(value)` where a value lies, in pixels."""

    slots: tuple[tuple[float, float], ...]
    at: Callable[[float], float]
    lying: bool
    base: float = 0.0  # the value bars start from
    labels: str = "out"  # "out", "end", "base", "middle" or "none"
    lit: int = -1  # the category that stands out


def bars(board: Board, tell: Teller, field: Field) -> None:
    """All bars of a chart, series by series within each category."""
    chart, look = tell.chart, tell.look
    shown = [i for i, series in enumerate(chart.series) if not series.column]
    if chart.type == "bar and line":
        shown = shown[:-1]
    stacked = chart.type in STACKED
    for j, (start, end) in enumerate(field.slots):
        ends = {True: field.base, False: field.base}
        room = (end - start) / (1 if stacked else len(shown))
        for n, i in enumerate(shown):
            value = chart.series[i].values[j]
            if value is None:
                continue
            low = ends[value >= 0] if stacked else field.base
            high = low + value if stacked else value
            ends[value >= 0] = high
            first = start if stacked else start + n * room
            bar = _Bar(i, j, value, field.at(low), field.at(high), first, first + room)
            _paint(board, look, bar, field, len(shown))
            _tell(tell, bar, field, stacked)


@dataclass(frozen=True)
class _Bar:
    i: int
    j: int
    value: float
    low: float  # along the values
    high: float
    start: float  # along the categories
    end: float

    def box(self, lying: bool) -> Box:
        left, right = sorted((self.low, self.high))
        return (left, self.start, right, self.end) if lying else (self.start, left, self.end, right)


def shade_of(look: Look, bar: _Bar, field: Field, count: int):
    """Colour of a bar: of its series; of its category where bars alone are coloured one by one."""
    shade = look.shades[bar.i % len(look.shades)]
    if field.lit >= 0 and count == 1:
        return look.shades[1 % len(look.shades)] if bar.j == field.lit else mix(shade, look.paper, 0.25)
    if field.lit == -2 and count == 1:
        return look.shades[bar.j % len(look.shades)]
    return shade


def _paint(board: Board, look: Look, bar: _Bar, field: Field, count: int) -> None:
    box = bar.box(field.lying)
    board.box(box, shade_of(look, bar, field, count), look.edge, look.edge_width)
    if look.hatches:
        kind = look.hatches[bar.i % len(look.hatches)]
        board.hatch(box, kind, (0, 0, 0), look.size * 0.4, max(1.0, look.size * 0.05))


def _tell(tell: Teller, bar: _Bar, field: Field, stacked: bool) -> None:
    """The value at the bar: outside, or inside where it fits; a bar without a printed value is noted itself."""
    look, key, size = tell.look, (bar.i, bar.j), tell.look.size * 0.9
    box = bar.box(field.lying)
    text = tell.text(bar.value)
    style = tell.style(look.ink, bold=bar.j == field.lit)
    wide = width_of(text, style)
    long, across = abs(bar.high - bar.low), abs(bar.end - bar.start)
    need, width = (wide, 0.8 * size) if field.lying else (0.8 * size, wide)
    inside = field.labels in ("end", "base", "middle")
    if field.labels == "none" or (stacked and (long < 0.75 * need or width > 1.15 * across)):
        tell.show(key, bar.value, box)
        return
    sign = 1.0 if bar.high >= bar.low else -1.0
    if inside and not stacked and (long < need + 0.5 * size or width > across):
        inside = False
    if inside:
        shade = shade_of(look, bar, field, 2 if field.lit == -1 else 1)
        style = tell.style(tell.ink_on(shade), bold=bar.j == field.lit)
        edge = {"middle": (bar.low + bar.high) / 2, "end": bar.high - sign * (need / 2 + 0.35 * size)}.get(
            field.labels, bar.low + sign * (need / 2 + 0.35 * size)
        )
    else:
        edge = bar.high + sign * (need / 2 + 0.3 * size)
    middle = (bar.start + bar.end) / 2
    x, y = (edge, middle) if field.lying else (middle, edge)
    if inside and look.hatches:
        style = tell.style((0, 0, 0))
        tell.board.box((x - wide / 2 - 2, y - 0.5 * size, x + wide / 2 + 2, y + 0.5 * size), (255, 255, 255))
    if inside:
        tell.say(key, bar.value, (x, y + 0.35 * size), style)
    elif not tell.say_if_free(key, bar.value, [(x, y + 0.35 * size)], style):
        tell.show(key, bar.value, box)
