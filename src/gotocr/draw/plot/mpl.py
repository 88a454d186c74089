"""Charts drawn by matplotlib (its Agg renderer, its style sheets), with every text it draws noted where it stands.

Not for mass drawing: a chart takes some 200 ms. The picture is matplotlib's own; letters' boxes are measured with skia from
the font file that matplotlib took.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import MissingExtraError
from ..style import Style
from .board import Board, place, width_of
from .chart import LYING, ROUND, STACKED, Chart
from .look import Look
from .mpl_data import Plot, paint
from .numbers import Scale

SHEETS = (
    "default",
    "default",
    "default",
    "classic",
    "ggplot",
    "bmh",
    "fivethirtyeight",
    "grayscale",
    "Solarize_Light2",
    "tableau-colorblind10",
    "seaborn-v0_8",
    "seaborn-v0_8-whitegrid",
    "seaborn-v0_8-darkgrid",
    "seaborn-v0_8-ticks",
    "seaborn-v0_8-pastel",
    "seaborn-v0_8-colorblind",
    "seaborn-v0_8-deep",
    "seaborn-v0_8-paper",
    "dark_background",
    "fast",
)
TURN_INTO = {"diverging bar": "stacked horizontal bar", "panel bar": "horizontal bar", "bar and line": "bar"}


def require():
    """Return matplotlib or say how to install it."""
    try:
        import matplotlib.style
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing charts with matplotlib") from cause
    return matplotlib


def simple(chart: Chart) -> Chart:
    """The chart as a type that plotting programs have, without columns of totals."""
    series = tuple(one for one in chart.series if not one.column)
    return replace(chart, type=TURN_INTO.get(chart.type, chart.type), series=series)


def draw(chart: Chart, look: Look, rng: np.random.Generator, room: tuple[int, int]) -> Board:
    """As `sheet.draw`: the chart on a board no larger than `room`; its colours are those of a style sheet.

    Raises UserWarning where the data find no room in the figure, or the font lacks a letter.
    """
    matplotlib = require()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    chart = simple(chart)
    sheet = str(rng.choice(SHEETS))
    with matplotlib.style.context(["default", sheet]):
        matplotlib.rcParams["axes.unicode_minus"] = bool(rng.random() < 0.7)
        inches = np.array([rng.uniform(4.2, 8.5), rng.uniform(3.0, 6.0)])
        if chart.type in LYING:
            inches[1] = max(
                inches[1], 1.5 + 0.3 * len(chart.categories) * (1 if chart.type in STACKED else 0.5 + 0.5 * len(chart.series))
            )
        dpi = min(float(rng.uniform(60, 140)), (room[1] - 1) / inches[0], (room[0] - 1) / inches[1])
        figure = Figure(figsize=tuple(inches), dpi=dpi, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        plot = Plot(chart, look, rng, figure.add_subplot(), {}, [])
        paint(plot)
        _dress(plot, figure)
        said: list[tuple] = []
        renderer = canvas.get_renderer()
        inner = renderer.draw_text

        def draw_text(*given, **named) -> None:  # gc, x, y, text, font, angle, and by name ismath and mtext
            width = renderer.get_text_width_height_descent(given[3], given[4], named.get("ismath", False))[0]
            said.append(((*given[1:6], named.get("mtext")), width))
            inner(*given, **named)

        renderer.draw_text = draw_text
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # no room for the data, or a letter that the font lacks
            canvas.draw()
        image = np.asarray(canvas.buffer_rgba())[..., :3].copy()
        return _board(plot, image, said, dpi)


def _dress(plot: Plot, figure: Any) -> None:
    """Titles, legend, grid, and numbers at the ticks."""
    chart, axes, rng = plot.chart, plot.axes, plot.rng
    inches = figure.get_size_inches()[0]
    for name, say, size in (
        ("title", axes.set_title, float(rng.uniform(10, 14))),
        ("x", axes.set_xlabel, 10.0),
        ("y", axes.set_ylabel, 10.0),
    ):
        text = getattr(chart, name)
        if chart.type in ROUND and name != "title" or not text:
            continue
        if plot.lying and name != "title":
            say = axes.set_ylabel if name == "x" else axes.set_xlabel
        across = inches * 72 / (size * 0.58)
        broken = _broken(text, int(across * (0.6 if say == axes.set_ylabel else 0.9)))
        _keep(plot, say(broken, fontsize=size), name, text)
    if chart.source or chart.note:
        text = chart.source or chart.note
        small = figure.supxlabel(_broken(text, int(inches * 72 / 4.4)), fontsize=7.5, ha="left", x=0.02)
        _keep(plot, small, "source" if chart.source else "note", text)
    if chart.named and chart.type not in ROUND:
        outside = rng.random() < 0.25
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1)) if outside else axes.legend(
            loc="best", frameon=bool(rng.random() < 0.7)
        )
        plot.texts.update({id(text): ("series", i) for i, text in enumerate(axes.get_legend().get_texts())})
    if chart.type in ROUND:
        return
    if rng.random() < 0.4:
        axes.grid(bool(rng.random() < 0.8), axis=str(rng.choice(["x" if plot.lying else "y", "both"])))
    for side in ("top", "right"):
        axes.spines[side].set_visible(bool(axes.spines[side].get_visible() and rng.random() < 0.6))
    axis = axes.xaxis if plot.lying else axes.yaxis
    if plot.look.labels and not plot.look.axis and "line" not in chart.type:
        axis.set_visible(False)
    figures = chart.figures
    axis.set_major_formatter(lambda value, _: figures.show(value, _places(axis)))


def _keep(plot: Plot, said: Any, name: str, text: str) -> None:
    """Note the role of a text, and of its lines."""
    plot.texts[id(said)] = (name,)
    at = 0
    for line in said.get_text().replace("\\$", "$").split("\n"):
        at = text.index(line, at)
        plot.lines[line] = ((name,), at)
        at += len(line)


def _places(axis: Any) -> int:
    ticks = axis.get_majorticklocs()
    return Scale(0, 1, tuple(float(tick) for tick in ticks)).places


def _broken(text: str, width: int) -> str:
    """Lines of at most `width` characters."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines).replace("$", "\\$")


def _board(plot: Plot, image: np.ndarray, said: list[tuple], dpi: float) -> Board:
    """What was drawn, on a board: texts that are there already, readings, and marks for what is not printed."""
    from matplotlib.font_manager import findfont

    board = Board(image.shape[:2], (255, 255, 255), image)
    for (x, y, text, prop, angle, mtext), width in said:
        if not text.strip():
            continue
        text = text.replace("\\$", "$")
        role, start = (plot.texts.get(id(mtext), ()), 0) if mtext is not None else plot.lines.get(text, ((), 0))
        style = Style(findfont(prop), prop.get_size_in_points() * dpi / 72)
        style = replace(style, spacing=(width - width_of(text, style)) / len(text))  # kerning and ligatures, shared out
        board.note(replace(place(text, (x, y), style, 0.0, -angle), role=role, start=start))
    _readings(plot, board, image.shape[0])
    return board


def _readings(plot: Plot, board: Board, height: int) -> None:
    chart, axes = plot.chart, plot.axes
    scales = [_scale(axis) for axis in (axes.xaxis, axes.yaxis)]
    scale = scales[0] if plot.lying else scales[1]
    visible = (axes.xaxis if plot.lying else axes.yaxis).get_visible()
    total = sum(v for v in chart.series[0].values) if chart.type in ROUND else 0
    for (i, j), artist in plot.marks:
        value = chart.series[i].values[j]
        if board.printed(("value", i, j)):
            board.readings[i, j] = chart.figures.value(value)
            continue
        if not visible and chart.type not in ROUND:
            continue
        box = _box(axes, artist, height)
        if chart.type == "scatter":
            board.readings[i, j] = (scales[0].read(value[0]), scale.read(value[1]))
            board.mark(("point", i, j), box)
        else:
            board.readings[i, j] = round(100 * value / total) if total else scale.read(value)
        board.mark(("value", i, j), box)


def _scale(axis: Any) -> Scale:
    low, high = sorted(map(float, axis.get_view_interval()))
    ticks = tuple(float(tick) for tick in axis.get_majorticklocs() if low <= tick <= high)
    return Scale(low, high, ticks if len(ticks) > 1 else (low, high))


def _box(axes: Any, artist: Any, height: int) -> tuple[float, float, float, float]:
    """Where a bar or a stretch of data lies, in pixels from the top."""
    if isinstance(artist, tuple):
        (x0, y0), (x1, y1) = axes.transData.transform([artist[:2], artist[2:]])
        reach = 4.0
        x0, x1, y0, y1 = min(x0, x1) - reach, max(x0, x1) + reach, min(y0, y1) - reach, max(y0, y1) + reach
    else:
        x0, y0, x1, y1 = artist.get_window_extent().extents
    return float(x0), height - float(y1), float(x1), height - float(y0)
