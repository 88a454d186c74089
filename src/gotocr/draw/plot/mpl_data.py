"""A chart's data as matplotlib's bars, lines, points and slices, with the roles of the texts that go with them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .axes import is_even
from .chart import LYING, STACKED, Chart
from .look import Look
from .numbers import Figures


@dataclass
class Plot:
    """A chart on its way into axes; `texts` are roles by the id of matplotlib's texts, `marks` artists or stretches of data."""

    chart: Chart
    look: Look
    rng: np.random.Generator
    axes: Any
    texts: dict[int, tuple]
    marks: list[tuple[tuple[int, int], Any]]
    lines: dict[str, tuple[tuple, int]] = field(default_factory=dict)  # a line of a text that has several: role, first character

    @property
    def lying(self) -> bool:
        return self.chart.type in LYING


def _bars(plot: Plot) -> None:
    chart, axes, rng = plot.chart, plot.axes, plot.rng
    count = len(chart.series)
    stacked = chart.type in STACKED
    at = np.arange(len(chart.categories))
    thick = float(rng.uniform(0.55, 0.9))
    bases = np.zeros((2, len(at)))
    edge = str(rng.choice(["none", "none", "black", "white"]))
    for i, series in enumerate(chart.series):
        values = np.array([np.nan if value is None else value for value in series.values], float)
        wide = thick if stacked else thick / count
        places = at if stacked else at + (i - (count - 1) / 2) * wide
        low = np.where(values >= 0, bases[0], bases[1]) if stacked else np.zeros(len(at))
        bases[0] += np.where(values > 0, values, 0)
        bases[1] += np.where(values < 0, values, 0)
        bars = (
            axes.barh(places, values, wide, left=low, label=series.name, edgecolor=edge)
            if plot.lying
            else axes.bar(places, values, wide, bottom=low, label=series.name, edgecolor=edge)
        )
        plot.marks += [((i, j), bar) for j, bar in enumerate(bars) if series.values[j] is not None]
        if plot.look.labels:
            names = [chart.figures.show(v) if v is not None else "" for v in series.values]
            texts = axes.bar_label(
                bars,
                names,
                label_type="center" if stacked else "edge",
                padding=0 if stacked else 2,
                fontsize=float(rng.uniform(7, 9.5)),
            )
            plot.texts.update({id(text): ("value", i, j) for j, text in enumerate(texts)})
    _names(plot, at)
    if plot.lying:
        axes.invert_yaxis()
    if plot.look.labels and not stacked:
        axes.margins(y=0.12) if not plot.lying else axes.margins(x=0.15)


def _names(plot: Plot, at: np.ndarray) -> None:
    """Names of the categories at their places."""
    chart, axes = plot.chart, plot.axes
    kept = _kept(plot, at)
    if len(kept) < len(at):
        axes.set_xticks(at[kept], [chart.categories[j] for j in kept])
        plot.texts.update({id(label): ("category", j) for j, label in zip(kept, axes.get_xticklabels(), strict=True)})
        if not is_even(chart.steps):
            plot.marks = [mark for mark in plot.marks if mark[0][1] in kept]
        return
    if plot.lying:
        axes.set_yticks(at, chart.categories)
        labels = axes.get_yticklabels()
    else:
        axes.set_xticks(at, chart.categories)
        labels = axes.get_xticklabels()
        width = axes.figure.get_size_inches()[0] * 72 * 0.8 / len(at)
        if max(map(len, chart.categories)) * 5.5 > width:
            turn = 90 if max(map(len, chart.categories)) > 20 else int(plot.rng.choice([45, 90, 30]))
            for label in labels:
                label.set_rotation(turn)
                label.set_horizontalalignment("right" if turn < 90 else "center")
                label.set_rotation_mode("anchor" if turn < 90 else "default")
    plot.texts.update({id(label): ("category", j) for j, label in enumerate(labels)})


def _kept(plot: Plot, at: np.ndarray) -> list[int]:
    """The years whose names do not touch, the last among them; all names that are no years."""
    if plot.lying or len(plot.chart.steps) < 3:
        return list(range(len(at)))
    points = (at - at[0]) / (at[-1] - at[0]) * plot.axes.figure.get_size_inches()[0] * 72 * 0.75
    kept = [len(at) - 1]
    for j in range(len(at) - 2, -1, -1):
        if points[kept[-1]] - points[j] > 34:
            kept.append(j)
    return kept[::-1]


def _lines(plot: Plot) -> None:
    chart, axes, rng = plot.chart, plot.axes, plot.rng
    marker = {"": "", "mixed": "o", "open": "o", "d": "D"}.get(plot.look.markers, plot.look.markers)
    xs = np.arange(len(chart.categories)) if not chart.steps else np.array(chart.steps)
    floor = np.zeros(len(xs))
    for i, series in enumerate(chart.series):
        values = np.array([np.nan if value is None else value for value in series.values], float)
        if chart.type == "stacked area":
            axes.fill_between(xs, floor, floor + values, label=series.name, color=f"C{i}")
            plot.marks += [((i, j), (xs[j], floor[j], xs[j], floor[j] + values[j])) for j in range(len(xs))]
            floor = floor + values
            continue
        dash = str(rng.choice(["-", "-", "-", "--", "-.", ":"])) if len(chart.series) > 1 else "-"
        axes.plot(xs, values, dash, marker=marker, label=series.name, linewidth=float(rng.uniform(1, 2.5)))
        if chart.type == "area":
            axes.fill_between(xs, min(0.0, float(np.nanmin(values))), values, alpha=0.35)
        plot.marks += [((i, j), (xs[j], values[j], xs[j], values[j])) for j in range(len(xs)) if series.values[j] is not None]
        if plot.look.labels and len(chart.series) == 1:
            for j, value in enumerate(series.values):
                text = axes.annotate(
                    chart.figures.show(value), (xs[j], value), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=8
                )
                plot.texts[id(text)] = ("value", i, j)
    _names(plot, xs)


def _points(plot: Plot) -> None:
    for i, series in enumerate(plot.chart.series):
        xs, ys = zip(*series.values, strict=True)
        plot.axes.scatter(
            xs,
            ys,
            s=float(plot.rng.uniform(15, 60)),
            marker="os^Dv"[i % 5] if plot.look.markers == "mixed" else "o",
            label=series.name,
        )
        plot.marks += [((i, j), (x, y, x, y)) for j, (x, y) in enumerate(series.values)]


def _histogram(plot: Plot) -> None:
    chart, axes = plot.chart, plot.axes
    edges = np.array(chart.steps)
    bars = axes.bar(
        edges[:-1], chart.series[0].values, np.diff(edges), align="edge", edgecolor=str(plot.rng.choice(["black", "white"]))
    )
    plot.marks += [((0, j), bar) for j, bar in enumerate(bars)]
    axes.set_xticks(edges if len(edges) < 12 else edges[:: math.ceil(len(edges) / 10)])
    axes.xaxis.set_major_formatter(
        lambda value, _: Figures(places=0 if all(e == int(e) for e in edges) else 1, thousands="").show(value)
    )


def _pie(plot: Plot) -> None:
    chart, axes, rng = plot.chart, plot.axes, plot.rng
    values = np.array(chart.series[0].values, float)
    hole = float(rng.uniform(0.4, 0.65)) if chart.type == "donut" else 0.0
    wedges = {"width": 1 - hole, "edgecolor": "white"} if hole else {"edgecolor": str(rng.choice(["none", "white", "black"]))}
    direct = rng.random() < 0.6 and max(map(len, chart.categories)) < 16
    drawn = axes.pie(
        values,
        labels=chart.categories if direct else None,
        startangle=float(rng.choice([0, 90, 140])),
        counterclock=bool(rng.random() < 0.6),
        wedgeprops=wedges,
    )
    patches, names = drawn[0], drawn[1]
    if direct:
        plot.texts.update({id(text): ("category", j) for j, text in enumerate(names)})
    else:
        axes.legend(
            patches, chart.categories, loc=str(rng.choice(["center left", "upper right"])), bbox_to_anchor=(1, 0.5), fontsize=9
        )
        plot.texts.update({id(text): ("category", j) for j, text in enumerate(axes.get_legend().get_texts())})
    reach = (1 + hole) / 2 if hole else 0.6
    for j, patch in enumerate(patches):
        middle = math.radians((patch.theta1 + patch.theta2) / 2)
        at = (reach * math.cos(middle), reach * math.sin(middle))
        plot.marks.append(((0, j), (at[0] - 0.12, at[1] - 0.12, at[0] + 0.12, at[1] + 0.12)))
        if plot.look.labels:
            shade = "white" if sum(patch.get_facecolor()[:3]) < 1.4 else "black"
            text = axes.text(*at, chart.figures.show(values[j]), ha="center", va="center", fontsize=8.5, color=shade)
            plot.texts[id(text)] = ("value", 0, j)


_PAINTERS = {
    "line": _lines,
    "area": _lines,
    "stacked area": _lines,
    "scatter": _points,
    "histogram": _histogram,
    "pie": _pie,
    "donut": _pie,
}


def paint(plot: Plot) -> None:
    """All data of the chart, on the plot's axes."""
    _PAINTERS.get(plot.chart.type, _bars)(plot)
