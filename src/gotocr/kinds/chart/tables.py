"""Charts from the records of a corpus: which type suits a table, and how its numbers are printed."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...draw.plot.chance import choice
from ...draw.plot.chart import Chart, Series
from ...draw.plot.numbers import Figures, tidy

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

MOST_ROWS, MOST_BARS = 24, 60
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d|21\d\d")
STYLES = (("", "", ".", "-"), (",", "", ".", "-"), (".", "", ",", "-"), (" ", "", ",", "−"), (",", "", ".", "−"))


def from_table(rng: np.random.Generator, supply: Supply) -> Chart | None:
    """A chart of one record of `chart_tables`; None where that record makes none."""
    records = supply.items("chart_tables")
    if not records:
        return None
    table = read(records[int(rng.integers(len(records)))])
    return None if table is None else dress(rng, table)


def read(record: str) -> Chart | None:
    """One record as a chart of no particular type; None where its numbers are none."""
    raw: dict[str, Any] = json.loads(record)
    names = [_fold(str(name)) for name in raw["categories"]]
    series = [Series(_fold(str(name)) or "Value", tuple(values)) for name, values in raw["series"].items()]
    whole = all(isinstance(v, (int, float)) and math.isfinite(v) for one in series for v in one.values)
    if (
        len(set(names)) < max(len(names), 2)
        or not all(names)
        or not whole
        or any(len(one.values) != len(names) for one in series)
    ):
        return None
    if sum(abs(v) > 1e-9 for one in series for v in one.values) < 0.6 * len(names) * len(series):
        return None
    if len({one.name for one in series}) < len(series) or max(abs(v) for one in series for v in one.values) < 1e-9:
        return None
    steps = tuple(float(name) for name in names) if all(map(_YEAR.fullmatch, names)) else ()
    if steps and list(steps) != sorted(steps):
        order = sorted(range(len(steps)), key=steps.__getitem__)
        names, steps = [names[k] for k in order], tuple(steps[k] for k in order)
        series = [replace(one, values=tuple(one.values[k] for k in order)) for one in series]
    texts = {
        key: _fold(str(raw.get(name) or ""))
        for key, name in (("title", "title"), ("x", "x_label"), ("y", "y_label"), ("unit", "unit"))
    }
    figures = (
        Figures(suffix="%")
        if "%" in texts["y"] + texts["unit"] or re.search(r"\bshare\b|percent", texts["y"] + texts["title"], re.I)
        else Figures()
    )
    return Chart(
        "pie" if raw.get("kind") == "pie" else "",
        tuple(series),
        tuple(names),
        steps,
        texts["title"],
        x=texts["x"],
        y=texts["y"],
        figures=figures,
    )


def _fold(text: str) -> str:
    return " ".join(text.split())


def dress(rng: np.random.Generator, chart: Chart) -> Chart:
    """With a type that suits it, rounded numbers, and some of its texts left out."""
    chart = _scaled(rng, _chosen(rng, chart))
    kind = suitable(rng, chart)
    if kind in ("pie", "donut"):
        chart = replace(chart, series=chart.series[:1])
    chart = replace(chart, type=kind, named=len(chart.series) > 1 or (kind not in ("pie", "donut") and rng.random() < 0.12))
    if kind == "bar and line" and len(chart.series) < 2:
        chart = replace(chart, type="bar")
    if not chart.steps and "bar" in kind and "and" not in kind and rng.random() < 0.45:
        chart = _sorted(chart, rng.random() < 0.75)
    return _texts(rng, chart)


def suitable(rng: np.random.Generator, chart: Chart) -> str:
    """A type by chance among those that can show these numbers."""
    values = [v for one in chart.series for v in one.values if v is not None]
    rows, count = len(chart.categories), len(chart.series)
    positive, wide = min(values) >= 0, max(map(len, chart.categories)) > 14
    likely: dict[str, float] = {"bar": 3.0 - 1.5 * wide, "horizontal bar": 2.0 + 2.0 * wide}
    if chart.steps:
        likely = {"line": 5.0, "bar": 2.0, "horizontal bar": 0.3, "area": 0.7 * positive * (count == 1)}
    if count > 1:
        even = positive and max(values) < 60 * max(min(values), 1e-9)
        likely["stacked bar"] = likely["stacked horizontal bar"] = 1.2 * even
        likely["stacked area"] = 1.0 * even * bool(chart.steps) * (rows > 3)
        likely["panel bar"] = 0.7 * positive * (count < 4) * (not chart.steps)
        likely["diverging bar"] = 0.7 * even * (count == 2) * (not chart.steps)
        likely["bar and line"] = 0.5 * (count < 4) * (max(values) < 20 * max(abs(min(values)), 1e-9))
    elif positive and 2 < rows < 9 and sum(values) > 0 and min(values) > 0.015 * sum(values) and not chart.steps:
        likely["pie"] = 2.0 + 3.0 * (chart.type == "pie")
        likely["donut"] = 1.3 + 1.5 * (chart.type == "pie")
    elif not chart.steps and rng.random() < 0.1:
        likely["line"] = 2.0
    if rows * count > MOST_BARS:
        likely = {"line": 1.0}
    names = [name for name, weight in likely.items() if weight > 0]
    weights = [likely[name] for name in names]
    return choice(rng, names, p=[weight / sum(weights) for weight in weights])


def _chosen(rng: np.random.Generator, chart: Chart) -> Chart:
    """Some of the rows and series of a large table."""
    rows = min(len(chart.categories), MOST_ROWS if chart.steps else 14)
    if rows > 4 and rng.random() < 0.5:
        rows = int(rng.integers(3, rows + 1))
    first = int(rng.integers(0, len(chart.categories) - rows + 1))
    count = min(len(chart.series), 5)
    if count > 1 and rng.random() < 0.35:
        count = int(rng.integers(1, count + 1))
    kept = sorted(int(k) for k in rng.choice(len(chart.series), count, replace=False))
    part = slice(first, first + rows)
    series = tuple(replace(chart.series[k], values=chart.series[k].values[part]) for k in kept)
    if all(not v for one in series for v in one.values):
        return chart
    return replace(chart, series=series, categories=chart.categories[part], steps=chart.steps[part])


def _scaled(rng: np.random.Generator, chart: Chart) -> Chart:
    """Numbers of a printable size: in full, in thousands or millions said in a title, or with letters behind them."""
    largest = max(abs(v) for one in chart.series for v in one.values if v is not None)
    size, word, compact = 1.0, "", ""
    if largest >= 1e4:
        step, word = next(
            (size, word) for size, word in ((1e9, "billions"), (1e6, "millions"), (1e3, "thousands")) if largest >= size
        )
        how = rng.random()
        if how < 0.45:
            size = step
        elif how < 0.75 or largest >= 1e7:
            compact = choice(rng, ["KMB", "kMB", "KMB"])
    elif largest < 0.01:
        size = 10.0 ** math.floor(math.log10(largest))
    figures = figures_for(rng, largest / size, chart.figures, compact)
    series = tuple(
        replace(one, values=tuple(None if v is None else rounded(v / size, figures) for v in one.values)) for one in chart.series
    )
    y = chart.y
    if size > 1 and y:
        y = f"{y}, {word}" if rng.random() < 0.5 else f"{y} ({word})"
    return replace(chart, series=series, figures=figures, y=y)


def figures_for(rng: np.random.Generator, largest: float, figures: Figures, compact: str = "") -> Figures:
    """How numbers up to `largest` are printed: three digits or so, and the marks of some language."""
    digits = math.floor(math.log10(largest)) + 1 if largest > 0 else 1
    places = max(0, min(int(choice(rng, [2, 3, 3, 4])) - digits, 4))
    thousands, _, decimal, minus = choice(rng, STYLES, p=[0.12, 0.58, 0.08, 0.07, 0.15])
    suffix = figures.suffix if not figures.suffix or rng.random() < 0.85 else " " + figures.suffix
    return replace(figures, places=places, thousands=thousands, decimal=decimal, minus=minus, compact=compact, suffix=suffix)


def rounded(value: float, figures: Figures) -> float:
    return figures.value(value) if not figures.compact else tidy(float(f"{value:.4g}"))


def _sorted(chart: Chart, falling: bool) -> Chart:
    first = chart.series[0].values
    order = sorted(range(len(first)), key=lambda k: (first[k] if first[k] is not None else 0.0, k), reverse=falling)
    series = tuple(replace(one, values=tuple(one.values[k] for k in order)) for one in chart.series)
    return replace(chart, series=series, categories=tuple(chart.categories[k] for k in order))


def _texts(rng: np.random.Generator, chart: Chart) -> Chart:
    """Which of the texts are printed."""
    same = chart.y == chart.title or chart.y in chart.title
    return replace(
        chart,
        title=chart.title if rng.random() < 0.88 else "",
        x=chart.x if rng.random() < (0.25 if chart.steps else 0.4) else "",
        y=chart.y if rng.random() < (0.3 if same else 0.6) else "",
    )
