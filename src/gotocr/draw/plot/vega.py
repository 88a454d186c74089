"""Charts laid out by Vega-Lite (vl-convert, no browser), their SVG painted with skia and its texts set by us.

Not for mass drawing: a chart takes some 50 ms. Marks come in the order of the data, so each value finds its own.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import MissingExtraError
from ..svg import Drawing, Label, flatten, paint
from .axes import is_even
from .board import Board, Text, place
from .chart import LYING, ROUND, STACKED, Chart
from .look import Look
from .mpl import simple
from .numbers import Scale, scale_for
from .upright import shown_values

THEMES = (
    "",
    "",
    "",
    "excel",
    "fivethirtyeight",
    "ggplot2",
    "googlecharts",
    "latimes",
    "powerbi",
    "quartz",
    "urbaninstitute",
    "vox",
    "carbonwhite",
)
VERSION = "5.20"
SCHEMES = ("tableau10", "category10", "accent", "dark2", "set1", "set2", "paired", "tableau20", "pastel1")


def require():
    """Return vl_convert or say how to install it."""
    try:
        import vl_convert
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing charts with Vega-Lite") from cause
    return vl_convert


def draw(chart: Chart, look: Look, rng: np.random.Generator, room: tuple[int, int]) -> Board:
    """As `sheet.draw`: the chart on a board no larger than `room`, in a theme of Vega's."""
    chart = simple(chart)
    spec = specify(chart, look, rng)
    svg = require().vegalite_to_svg(json.dumps(spec), vl_version=VERSION, theme=str(rng.choice(THEMES)) or None)
    drawing = flatten(svg)
    texts = [_text(label, look) for label in drawing.labels]
    left = min([0.0, *(text.box[0] - 4 for text in texts)])  # our letters may be wider than those it was laid out with
    right = max([drawing.width, *(text.box[2] + 4 for text in texts)])
    span = (drawing.height, right - left)
    scale = min(float(rng.uniform(0.9, 1.9)), (room[0] - 0.5) / span[0], (room[1] - 0.5) / span[1])
    paper = drawing.shapes[0].fill if drawing.shapes and drawing.shapes[0].fill else (255, 255, 255)
    board = Board((max(1, round(span[0] * scale)), max(1, round(span[1] * scale))), paper[:3])
    board.span = span
    board.skia.scale(scale, scale)
    board.skia.translate(-left, 0)
    paint(board.skia, drawing.shapes)
    _Roles(chart, board, drawing).note(texts)
    _read(chart, board, drawing)
    return board


def _text(label: Label, look: Look) -> Text:
    """A label in our letters, where it stands."""
    (x, y), turn = label.matrix[:2, 2], math.degrees(math.atan2(label.matrix[1, 0], label.matrix[0, 0]))
    size = label.size * float(np.hypot(label.matrix[0, 0], label.matrix[1, 0]))
    style = look.letters.style(size, label.fill[:3], label.bold, label.italic)
    align = {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor]
    return place(label.text, (float(x), float(y)), style, align, turn if abs(turn) > 0.5 else 0.0)


def specify(chart: Chart, look: Look, rng: np.random.Generator) -> dict[str, Any]:
    """The Vega-Lite specification of a chart."""
    rows = _rows(chart)
    wide, tall = float(rng.uniform(260, 560)), float(rng.uniform(180, 360))
    if chart.type in LYING:
        tall = max(tall, 22.0 * len(chart.categories) * (1 if chart.type in STACKED else 0.4 + 0.6 * len(chart.series)))
    spec: dict[str, Any] = {
        "data": {"values": rows},
        "width": wide,
        "height": tall,
        "padding": float(rng.uniform(4, 16)),
        "config": {"axis": {"labelLimit": 0, "titleLimit": 0}, "legend": {"labelLimit": 0}, "title": {"limit": 0}},
    }
    if chart.title:
        spec["title"] = {
            "text": _lines(chart.title, wide / 7.5),
            "anchor": str(rng.choice(["start", "middle"])),
            "fontSize": float(rng.uniform(12, 16)),
        }
        if chart.subtitle:
            spec["title"]["subtitle"] = _lines(chart.subtitle, wide / 6.2)
    channels = (
        _round(chart, rng) if chart.type in ROUND else _points(chart) if chart.type == "scatter" else _standing(chart, look, rng)
    )
    mark, encoding = channels
    if chart.type in ROUND or chart.named:
        place = str(rng.choice(["right", "right", "top", "bottom"]))
        columns = 2 if place in ("top", "bottom") else 1
        field, order = ("c", chart.categories) if chart.type in ROUND else ("s", [one.name for one in chart.series])
        encoding["color"] = {
            "field": field,
            "type": "nominal",
            "sort": list(order),
            "title": None,
            "legend": {"orient": place, "columns": columns, "labelLimit": 0},
            "scale": {"scheme": str(rng.choice(SCHEMES))},
        }
    base: dict[str, Any] = {"mark": mark, "encoding": encoding}
    if not look.labels or chart.type in ("scatter", "stacked area"):
        return {**spec, **base}
    return {
        **spec,
        "encoding": encoding,
        "layer": [{"mark": mark}, {"mark": _label_mark(chart), "encoding": _label_encoding(chart, encoding)}],
    }


def _label_mark(chart: Chart) -> dict[str, Any]:
    if chart.type in ROUND:
        return {"type": "text", "radius": 70, "fill": "black"}
    if chart.type in STACKED:
        return {"type": "text", "fill": "black", "fontSize": 10}
    return {
        "type": "text",
        "fill": "black",
        "fontSize": 10,
        **({"align": "left", "dx": 3} if chart.type in LYING else {"dy": -6}),
    }


def _label_encoding(chart: Chart, encoding: dict[str, Any]) -> dict[str, Any]:
    axis = "x" if chart.type in LYING else "y"
    more = {axis: {**encoding[axis], "bandPosition": 0.5}} if chart.type in STACKED else {}
    return {"text": {"field": "t"}, **more}


def _rows(chart: Chart) -> list[dict[str, Any]]:
    """One record a value, series by series; `t` is what is printed of it."""
    if chart.type == "scatter":
        return [{"s": one.name, "x": x, "v": y} for one in chart.series for x, y in one.values]
    edges = chart.steps if chart.type == "histogram" else ()
    return [
        {
            "s": one.name,
            "c": name,
            "v": value,
            "t": chart.figures.show(value),
            "k": i,
            **({"a": edges[j], "b": edges[j + 1]} if edges else {}),
        }
        for i, one in enumerate(chart.series)
        for j, (name, value) in enumerate(zip(chart.categories, one.values, strict=True))
        if value is not None
    ]


def _value_axis(chart: Chart, look: Look, rng: np.random.Generator) -> dict[str, Any]:
    axis: Any = {
        "title": _lines(chart.y, 40) if chart.y else None,
        "grid": bool(rng.random() < 0.75),
        "tickCount": int(rng.integers(4, 9)),
    }
    if look.labels and not look.axis and "bar" in chart.type:
        axis = None
    channel: dict[str, Any] = {"field": "v", "type": "quantitative", "axis": axis}
    if chart.type == "line":
        channel["scale"] = {"zero": bool(rng.random() < 0.4)}
    channel["stack"] = "zero" if chart.type in STACKED else None
    return channel


def _standing(chart: Chart, look: Look, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bars, lines, areas and histograms."""
    value = _value_axis(chart, look, rng)
    title = _lines(chart.x, 50) if chart.x else None
    if chart.type == "histogram":
        edges = list(chart.steps)
        across = {
            "field": "a",
            "type": "quantitative",
            "axis": {"title": title, "values": edges, "labelOverlap": False, "format": "~g"},
            "scale": {"domain": [edges[0], edges[-1]], "nice": False},
        }
        mark = {"type": "rect", "stroke": str(rng.choice(["white", "black"])), "tooltip": None}
        return mark, {"x": across, "x2": {"field": "b"}, "y": {**value, "stack": None}, "y2": {"datum": 0}}
    turn = (
        {}
        if chart.type in LYING or rng.random() < 0.5
        else {
            "labelAngle": int(rng.choice([0, -45, -90]))
            if max(map(len, chart.categories)) * 6 > 400 / len(chart.categories)
            else 0
        }
    )
    names: dict[str, Any] = {
        "field": "c",
        "type": "nominal",
        "sort": list(chart.categories),
        "axis": {"title": title, "labelOverlap": False, **turn},
    }
    if "bar" in chart.type:
        mark: dict[str, Any] = {"type": "bar"}
        if rng.random() < 0.2:
            mark |= {"stroke": "black", "strokeWidth": 0.7}
        along, across = ("y", "x") if chart.type in LYING else ("x", "y")
        encoding: dict[str, Any] = {along: names, across: value}
        if len(chart.series) > 1 and chart.type not in STACKED:
            encoding[f"{along}Offset"] = {"field": "s", "sort": [one.name for one in chart.series]}
        if chart.type in STACKED:
            encoding["order"] = {"field": "k"}
        return mark, encoding
    kind = "area" if "area" in chart.type else "line"
    mark = {"type": kind, "point": bool(rng.random() < 0.7) if kind == "line" else False, "interpolate": "linear"}
    if chart.type == "area":
        mark |= {"opacity": 0.6, "line": True}
    return mark, {"x": names, "y": value, **({"order": {"field": "k"}} if chart.type == "stacked area" else {})}


def _points(chart: Chart) -> tuple[dict[str, Any], dict[str, Any]]:
    def axis(field: str, title: str) -> dict[str, Any]:
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"zero": False},
            "axis": {"title": _lines(title, 40) if title else None},
        }

    return {"type": "point", "filled": True, "size": 45}, {"x": axis("x", chart.x), "y": axis("v", chart.y)}


def _round(chart: Chart, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    outer = 100
    inner = outer * float(rng.uniform(0.4, 0.6)) if chart.type == "donut" else 0
    order = {"field": "c", "sort": None}
    return {"type": "arc", "outerRadius": outer, "innerRadius": inner, "stroke": "white"}, {
        "theta": {"field": "v", "type": "quantitative", "stack": True},
        "order": order,
    }


def _lines(text: str, width: float) -> list[str]:
    """Lines of at most `width` characters."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


@dataclass
class _Roles:
    """Finds what in the chart every text of a drawing says."""

    chart: Chart
    board: Board
    drawing: Drawing

    def note(self, texts: list[Text]) -> None:
        starts: dict[tuple, int] = {}
        told = iter(
            [(i, j) for i, one in enumerate(self.chart.series) for j, value in enumerate(one.values) if value is not None]
        )
        for label, text in zip(self.drawing.labels, texts, strict=True):
            role, start = self.role(label, starts, told)
            if text.text.strip():
                self.board.texts.append(replace(text, role=role, start=start))

    def role(self, label: Label, starts: dict[tuple, int], told) -> tuple[tuple, int]:
        tags, chart = set(label.tags), self.chart
        if "role-mark" in tags:
            return ("value", *next(told, (-1, -1))), 0
        if "role-legend-label" in tags or "role-legend" in tags:
            names = chart.categories if chart.type in ROUND else [one.name for one in chart.series]
            kind = "category" if chart.type in ROUND else "series"
            return ((kind, names.index(label.text)), 0) if label.text in names else ((), 0)
        for tag, names in (
            ("role-title-text", ["title"]),
            ("role-title-subtitle", ["subtitle"]),
            ("role-axis-title", ["x", "y"]),
        ):
            for name in names if tag in tags else []:
                at = getattr(chart, name).find(label.text, starts.get((name,), 0))
                if at == 0 or (at > 0 and starts.get((name,))):
                    starts[name,] = at + len(label.text)
                    return (name,), at
        if "role-axis-label" in tags and label.text in chart.categories and chart.type not in ("scatter", "histogram"):
            return ("category", chart.categories.index(label.text)), 0
        return (), 0


def _read(chart: Chart, board: Board, drawing: Drawing) -> None:
    """Readings and marks of what is not printed, off the ticks that the drawing has."""
    keys = [(i, j) for i, one in enumerate(chart.series) for j, value in enumerate(one.values) if value is not None]
    shapes = [shape for shape in drawing.shapes if "role-mark" in shape.tags and not {"mark-line", "mark-area"} & set(shape.tags)]
    boxes = [shape.box for shape in shapes] if len(shapes) == len(keys) else []
    printed = {text.role for text in board.texts}
    scale, across = _axis(chart, "y"), None
    if chart.type == "scatter":
        across = _axis(chart, "x")
    total = sum(chart.series[0].values) if chart.type in ROUND else 0
    for n, (i, j) in enumerate(keys):
        value = chart.series[i].values[j]
        if ("value", i, j) in printed:
            board.readings[i, j] = chart.figures.value(value)
            continue
        if chart.type not in (*ROUND, "scatter", "histogram") and ("category", j) not in printed and not is_even(chart.steps):
            continue
        board.readings[i, j] = (
            (across.read(value[0]), scale.read(value[1]))
            if across
            else round(100 * value / total)
            if total
            else scale.read(value)
        )
        for role in (("value", i, j), *([("point", i, j)] if across else [])):
            if boxes:
                board.mark(role, boxes[n])


def _axis(chart: Chart, name: str) -> Scale:
    """An axis that holds the values, as fine as Vega's are."""
    if name == "x":
        return scale_for([float(x) for one in chart.series for x, _ in one.values], 6, False)
    return scale_for(shown_values(chart), 6, chart.type not in ("line", "scatter"))
