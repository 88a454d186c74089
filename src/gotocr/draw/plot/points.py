"""Points over two value axes."""

from __future__ import annotations

import numpy as np

from ...schema import Box
from . import axes
from .board import Board
from .numbers import Figures, scale_for
from .values import Teller


def points(board: Board, tell: Teller, plot: Box, rng: np.random.Generator) -> None:
    """The lower axis and all points of a scatter chart, read to what both axes allow."""
    chart, look = tell.chart, tell.look
    flat = [float(x) for series in chart.series for x, _ in series.values]
    across = scale_for(flat, int(rng.integers(4, 8)), rng.random() < 0.3)
    texts = axes.tick_texts(
        across, Figures(places=across.places, thousands=chart.figures.thousands, decimal=chart.figures.decimal)
    )
    if look.grid == "both":
        for tick in across.ticks:
            x = plot[0] + across.at(tick) * (plot[2] - plot[0])
            board.line([(x, plot[1]), (x, plot[3])], look.grid_colour, look.line, look.grid_dash)
    axes.numbers_below(board, look, plot, across, texts)
    radius = max(2.5, look.size * float(rng.uniform(0.2, 0.4)))
    shapes = (
        "os^dvx+" if look.markers == "mixed" or look.hatches else (look.markers if look.markers in tuple("osd^") else "o") * 7
    )
    for i, series in enumerate(chart.series):
        shade = look.shades[i % len(look.shades)]
        for j, (x, y) in enumerate(series.values):
            at = (plot[0] + across.at(x) * (plot[2] - plot[0]), plot[3] - tell.scale.at(y) * (plot[3] - plot[1]))
            if look.markers == "open":
                board.dot(at, radius, "o", None, (shade, max(1.0, radius * 0.35)))
            else:
                board.dot(at, radius, shapes[i % 7], shade, (look.edge, 1.0) if look.edge else None)
            board.readings[i, j] = (across.read(x), tell.scale.read(y))
            reach = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
            board.mark(("point", i, j), reach)
            board.mark(("value", i, j), reach)
