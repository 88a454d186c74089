"""Lines and areas over categories, with markers, values, and names at their ends."""

from __future__ import annotations

from collections.abc import Callable

from ...schema import Box
from ..style import Style
from .board import Board, width_of
from .chart import Chart
from .look import Look
from .sheet import LINE, dash_of, mark, wrapped
from .values import Teller

NAMES = 8.5  # most width of a name at the end of a line, in ems


def lines(board: Board, tell: Teller, plot: Box, xs: list[float], known: list[bool]) -> None:
    """Every line or area; values only where their category is `known`."""
    chart, look = tell.chart, tell.look
    drawn = [i for i, series in enumerate(chart.series) if not series.column]
    if chart.type == "bar and line":
        drawn = drawn[-1:]
    if chart.type == "stacked area":
        _stack(board, tell, plot, xs, known)
        return
    paths = {i: _path(tell, plot, xs, chart.series[i].values) for i in drawn}
    for i, path in paths.items():
        shade = look.shades[i % len(look.shades)]
        spots = [at for _, at in path]
        if chart.type == "area":
            floor = plot[3] if tell.scale.low >= 0 or tell.scale.log else plot[3] - tell.scale.at(0) * (plot[3] - plot[1])
            board.polygon([(spots[0][0], floor), *spots, (spots[-1][0], floor)], shade, 0.45)
        if len(spots) > 1:
            board.line(spots, shade, look.stroke, dash_of(look, i), look.smooth)
        for at in spots:
            mark(board, look, at, i)
    for i, path in paths.items():
        _values(tell, i, [(j, at) for j, at in path if known[j]])


def _path(tell: Teller, plot: Box, xs: list[float], values: tuple) -> list[tuple[int, tuple[float, float]]]:
    at = tell.scale.at
    return [(j, (xs[j], plot[3] - at(value) * (plot[3] - plot[1]))) for j, value in enumerate(values) if value is not None]


def _values(tell: Teller, i: int, path: list[tuple[int, tuple[float, float]]]) -> None:
    """Values above their points, or below where that is free; a point without one is noted itself."""
    look, values = tell.look, tell.chart.series[i].values
    size = look.size * 0.88
    style = tell.style(look.ink if len(tell.chart.series) == 1 else look.shades[i % len(look.shades)], 0.88)
    reach = max(3.0, look.size * 0.3)
    for j, (x, y) in path:
        said = False
        if look.labels:
            above, below = (x, y - 0.5 * size), (x, y + 1.15 * size)
            first = below if i % 2 and len(tell.chart.series) > 1 else above
            said = tell.say_if_free((i, j), values[j], [first, below if first is above else above, (x, y - 1.0 * size)], style)
        if not said:
            tell.show((i, j), values[j], (x - reach, y - reach, x + reach, y + reach))


def _stack(board: Board, tell: Teller, plot: Box, xs: list[float], known: list[bool]) -> None:
    """Areas on top of each other."""
    chart, look = tell.chart, tell.look
    floor = [0.0] * len(xs)

    def up(value: float) -> float:
        return plot[3] - tell.scale.at(value) * (plot[3] - plot[1])

    for i, series in enumerate(chart.series):
        roof = [low + (value or 0.0) for low, value in zip(floor, series.values, strict=True)]
        outline = [(x, up(high)) for x, high in zip(xs, roof, strict=True)] + [
            (x, up(low)) for x, low in zip(xs[::-1], floor[::-1], strict=True)
        ]
        board.polygon(outline, look.shades[i % len(look.shades)], 1.0, look.edge, look.edge_width)
        for j, value in enumerate(series.values):
            if known[j] and value is not None:
                tell.show((i, j), value, (xs[j] - 2, up(roof[j]), xs[j] + 2, up(floor[j])))
        floor = roof


def _name_style(look: Look, i: int) -> Style:
    return look.letters.style(look.size * 0.9, look.shades[i % len(look.shades)], bold=True)


def names_width(chart: Chart, look: Look) -> float:
    """Pixels right of the plot for names at the ends of the lines."""
    if chart.type != "line" or look.legend != "direct" or not chart.named:
        return 0.0
    parts = [wrapped(series.name, _name_style(look, i), NAMES * look.size) for i, series in enumerate(chart.series)]
    return max(width_of(line, _name_style(look, 0)) for lines in parts for line, _ in lines) + 0.4 * look.size


def direct_names(board: Board, chart: Chart, look: Look, xs: list[float], up: Callable[[float], float]) -> None:
    """Names at the lines' ends, pushed apart where they would touch."""
    if not names_width(chart, look):
        return
    wanted = []
    for i, series in enumerate(chart.series):
        last = max(j for j, value in enumerate(series.values) if value is not None)
        lines = wrapped(series.name, _name_style(look, i), NAMES * look.size)
        wanted.append((up(series.values[last]), i, lines))
    bottom = -1e9
    size = 0.9 * look.size
    for y, i, lines in sorted(wanted, key=lambda name: name[:2]):
        tall = len(lines) * LINE * size
        top = max(y - tall / 2, bottom)
        bottom = top + tall + 0.1 * size
        for n, (line, at) in enumerate(lines):
            board.say(
                line,
                (xs[-1] + 0.6 * look.size + look.stroke, top + (0.9 + n * LINE) * size),
                _name_style(look, i),
                ("series", i),
                start=at,
            )
