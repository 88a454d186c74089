"""A chart as HTML: a table of its values, and a drawing of them where nothing is wrong with it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from ...schema import Block
from ..svg import pure
from .drawing import drawn
from .writing import figure

MOST_CELLS = 20_000


def show(block: Block) -> str:
    """Title, drawing, table, notes; the source where there is no chart in it. All text is escaped."""
    data = block.data
    series = data.get("series")
    if not isinstance(series, Mapping) or not any(series.values()):
        return f"<pre><code>{html.escape(block.text)}</code></pre>"
    parts = ['<figure class="chart">']
    heads = [str(data[key]) for key in ("title", "subtitle") if data.get(key)]
    if heads:
        parts.append(f"<figcaption>{'<br>'.join(map(html.escape, heads))}</figcaption>")
    drawing = svg(block)
    table = _table(data, series)
    parts.append(f"{drawing}\n<details><summary>Values</summary>{table}</details>" if drawing else table)
    parts += [f"<p>{html.escape(str(data[key]))}</p>" for key in ("note", "source") if data.get(key)]
    return "\n".join([*parts, "</figure>"])


def svg(block: Block) -> str | None:
    """The drawing; None where something is wrong with the chart, or it has more values than can be seen."""
    series = block.data.get("series")
    if block.problems or not isinstance(series, Mapping) or not any(series.values()):
        return None
    return pure(drawn(block.data))


def _table(data: Mapping[str, Any], series: Mapping[str, Any]) -> str:
    if any(isinstance(values, list) for values in series.values()):
        return _pairs(data, series)
    rows = list(dict.fromkeys(category for values in series.values() for category in values))
    unit = f" ({data['unit']})" if data.get("unit") else ""
    heads = [str(data.get("x", "")), *(f"{name or data.get('y', '')}{unit}" for name in series)]
    lines = ["<table>", _row(heads, "th")]
    for category in rows[: MOST_CELLS // len(heads)]:
        lines.append(_row([category, *(figure(values[category]) if category in values else "" for values in series.values())]))
    return "\n".join([*lines, "</table>"])


def _pairs(data: Mapping[str, Any], series: Mapping[str, Any]) -> str:
    named = list(series) != [""]
    lines = ["<table>", _row([*([""] if named else []), str(data.get("x", "x")), str(data.get("y", "y"))], "th")]
    for name, values in series.items():
        for pair in values[:MOST_CELLS] if isinstance(values, list) else values.items():
            cells = [figure(value) if isinstance(value, (int, float)) else str(value) for value in pair]
            lines.append(_row([*([name] if named else []), *cells]))
    return "\n".join([*lines, "</table>"])


def _row(cells: list[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
