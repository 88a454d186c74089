"""Axes: grid, spines, ticks and their numbers, the names of categories along an axis, and the axes' titles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schema import Box
from ..style import Style
from .board import ASCENT, Board, place, width_of
from .chart import Chart
from .look import Look
from .numbers import Figures, Scale
from .sheet import LINE, wrapped


def tick_texts(scale: Scale, figures: Figures) -> list[str]:
    """What is printed at the ticks."""
    return [
        figures.show(tick, scale.places if not scale.log else max(0, -int(np.floor(np.log10(tick) + 1e-9))))
        for tick in scale.ticks
    ]


def grid(board: Board, look: Look, plot: Box, across: list[float], along: list[float]) -> None:
    """Paper behind the data and lines over it: horizontal ones at the heights `across`, vertical ones at `along`."""
    if look.plot:
        board.box(plot, look.plot)
    for y in across:
        board.line([(plot[0], y), (plot[2], y)], look.grid_colour, look.line, look.grid_dash)
    for x in along:
        board.line([(x, plot[1]), (x, plot[3])], look.grid_colour, look.line, look.grid_dash)


def spines(board: Board, look: Look, plot: Box, which: str) -> None:
    left, top, right, bottom = plot
    ends = {
        "l": (left, top, left, bottom),
        "b": (left, bottom, right, bottom),
        "t": (left, top, right, top),
        "r": (right, top, right, bottom),
    }
    for side in which:
        x0, y0, x1, y1 = ends[side]
        board.line([(x0, y0), (x1, y1)], look.spine_colour, look.line * 1.2)


def numbers_left(board: Board, look: Look, plot: Box, scale: Scale, texts: list[str], right: bool = False) -> None:
    """Numbers of a standing value axis beside the plot."""
    style = look.letters.style(look.size * 0.9, look.faint)
    reach = look.tick * look.size * (1 if right else -1)
    edge = plot[2] if right else plot[0]
    for tick, text in zip(scale.ticks, texts, strict=True):
        y = plot[3] - scale.at(tick) * (plot[3] - plot[1])
        if look.tick:
            board.line([(edge, y), (edge + reach, y)], look.spine_colour, look.line)
        board.say(
            text, (edge + reach + (0.3 if right else -0.3) * look.size, y + 0.33 * style.size), style, (), 0.0 if right else 1.0
        )


def numbers_below(board: Board, look: Look, plot: Box, scale: Scale, texts: list[str], above: bool = False) -> None:
    """Numbers of a lying value axis under (or over) the plot; every other one where they would touch."""
    style = look.letters.style(look.size * 0.9, look.faint)
    widest = max(width_of(text, style) for text in texts)
    apart = (plot[2] - plot[0]) / max(len(texts) - 1, 1)
    every = max(1, int(np.ceil((widest + 0.5 * style.size) / max(apart, 1))))
    for number, (tick, text) in enumerate(zip(scale.ticks, texts, strict=True)):
        x = plot[0] + scale.at(tick) * (plot[2] - plot[0])
        if number % every:
            continue
        edge, sign = (plot[1], -1) if above else (plot[3], 1)
        if look.tick:
            board.line([(x, edge), (x, edge + sign * look.tick * look.size)], look.spine_colour, look.line)
        y = edge + sign * (look.tick + 0.25) * look.size + (0.0 if above else 0.85 * style.size)
        half = width_of(text, style) / 2 + 1  # the first and the last stay on the sheet
        board.say(text, (min(max(x, half), board.span[1] - half), y), style, (), 0.5)


@dataclass
class Names:
    """The categories under a plot: lines of each, `turn` in degrees, every `every`th of them; `height` in pixels."""

    lines: list[list[tuple[str, int]]]
    style: Style
    turn: float = 0.0
    every: int = 1
    height: float = 0.0

    def reach(self, xs: list[float]) -> float:
        """How far turned names stick out on the left, in pixels."""
        if not self.turn:
            return 0.0
        turn = np.radians(self.turn)
        corner = (ASCENT * float(np.sin(turn)) - (0.3 if self.turn == 90 else 0.2)) * self.style.size  # of the first letter
        cos = float(np.cos(turn))
        return max(width_of(lines[0][0], self.style) * cos + corner - x for lines, x in zip(self.lines, xs, strict=True) if lines)

    def draw(self, board: Board, xs: list[float], top: float, known: list[bool]) -> None:
        """Say them under `top` at `xs`; those not `known` are no part of the truth."""
        size = self.style.size
        for j, (lines, x) in enumerate(zip(self.lines, xs, strict=True)):
            if not lines:
                continue
            role = ("category", j) if known[j] else ()
            if self.turn:
                shift = 0.3 * size if self.turn == 90 else 0.2 * size
                at = (x + shift, top + (0.15 if self.turn == 90 else 0.5) * size)
                board.say(lines[0][0], at, self.style, role, 1.0, turn=-self.turn)
                continue
            for n, (line, start) in enumerate(lines):
                board.say(line, (x, top + (0.85 + n * LINE * 0.93) * size), self.style, role, 0.5, start=start)


def plan_names(chart: Chart, look: Look, apart: list[float], may_skip: bool) -> Names:
    """How the categories fit, whose middles are `apart` pixels from one another: broken, turned, or not all of them."""
    style = look.letters.style(look.size * 0.92, look.faint if look.theme != "survey" else look.ink)
    names = chart.categories
    room = min(apart) if apart else 1e9
    widths = [width_of(name, style) for name in names]
    if may_skip and max(widths) + 0.5 * style.size > room:
        return _skipping(names, style, apart, widths)
    if max(widths) <= 0.97 * room:
        return Names([[(name, 0)] for name in names], style, height=1.05 * style.size)
    longest = max(width_of(word, style) for name in names for word in name.split())
    broken = [wrapped(name, style, 0.97 * room) for name in names]
    if longest <= 0.97 * room and max(map(len, broken)) <= 3 and not (look.turn and look.size > 16):
        return Names(broken, style, height=(max(map(len, broken)) * LINE * 0.93 + 0.1) * style.size)
    turn = look.turn or 45
    if room < 1.3 * style.size:
        turn = 90
    slope = np.sin(np.radians(turn))
    return Names([[(name, 0)] for name in names], style, turn, height=float(max(widths) * slope + 1.0 * style.size))


def _skipping(names: tuple[str, ...], style: Style, apart: list[float], widths: list[float]) -> Names:
    """The first and the last and as many between as do not touch."""
    xs = np.concatenate([[0.0], np.cumsum(apart)])
    kept: list[int] = []
    last = len(names) - 1

    def apart_enough(a: int, b: int) -> bool:
        return xs[b] - xs[a] > (widths[a] + widths[b]) / 2 + 0.5 * style.size

    if not np.allclose(apart, apart[0]):
        kept = [0]
        for j in range(1, last):
            if apart_enough(kept[-1], j) and apart_enough(j, last):
                kept.append(j)
        return _only(names, style, [*kept, last])
    for every in range(1, len(names) + 1):
        chosen = [j for j in range(len(names)) if (last - j) % every == 0]
        if all(apart_enough(a, b) for a, b in zip(chosen, chosen[1:], strict=False)):
            kept = chosen
            break
    return _only(names, style, kept)


def _only(names: tuple[str, ...], style: Style, kept: list[int]) -> Names:
    return Names([[(name, 0)] if j in kept else [] for j, name in enumerate(names)], style, height=1.05 * style.size)


def title_below(board: Board, chart: Chart, look: Look, plot: Box, top: float, role: str = "x") -> None:
    style = look.letters.style(look.size * 0.98, look.ink)
    middle = (plot[0] + plot[2]) / 2
    for n, (line, at) in enumerate(wrapped(getattr(chart, role), style, plot[2] - plot[0])):
        board.say(line, (middle, top + (0.95 + n * LINE) * style.size), style, (role,), 0.5, start=at)


def title_beside(board: Board, text: str, look: Look, plot: Box, x: float, role: str = "y") -> None:
    """The title of a standing axis, read from below, its lines centred on the plot; the first baseline lies at `x`."""
    style = look.letters.style(look.size * 0.98, look.ink)
    for n, (line, at) in enumerate(wrapped(text, style, plot[3] - plot[1])):
        board.say(line, (x + n * LINE * style.size, (plot[1] + plot[3]) / 2), style, (role,), 0.5, turn=-90, start=at)


def beside_width(text: str, look: Look, height: float) -> float:
    """Pixels that `title_beside` takes."""
    style = look.letters.style(look.size * 0.98, look.ink)
    return len(wrapped(text, style, height)) * LINE * style.size + 0.3 * look.size if text else 0.0


def is_even(steps: tuple[float, ...]) -> bool:
    """Whether a name between two printed ones can be told: numbers at even distances."""
    if len(steps) < 3:
        return False
    gaps = np.diff(steps)
    return bool(np.allclose(gaps, gaps[0]))


__all__ = ["Names", "grid", "numbers_below", "numbers_left", "place", "plan_names", "spines", "tick_texts"]
