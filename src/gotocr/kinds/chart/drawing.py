"""A chart drawn as SVG from its values alone, plainly, for a page that shows what was read."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 360, 60, 60, 24
COLOURS = ("#3b6ea5", "#e07b39", "#5a9e6f", "#b5475b", "#7d6bb0", "#8c7a5c", "#c9a227", "#4aa3a2")
STACKED = ("stacked bar", "stacked horizontal bar", "stacked area")
MOST = 2000  # marks drawn


def drawn(data: Mapping[str, Any]) -> str:
    """An inline SVG picture of `data` (see `reading.understand`); "" where it has more values than can be seen."""
    series: Mapping[str, Any] = data["series"]
    if sum(map(len, series.values())) > MOST:
        return ""
    kind = str(data.get("type", "bar"))
    first = next(iter(series.values()))
    if (
        kind in ("pie", "donut")
        and isinstance(first, Mapping)
        and 0 < sum(first.values()) < math.inf
        and min(first.values()) >= 0
    ):
        body = _slices(first, 0.5 if kind == "donut" else 0.0)
    elif any(isinstance(values, list) for values in series.values()):
        body = _points({name: values for name, values in series.items() if isinstance(values, list)})
    else:
        body = _columns(series, kind)
    body += _legend([name for name in series if name])
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(body)}</svg>'


def _text(text: str, x: float, y: float, anchor: str = "middle") -> str:
    short = text if len(text) <= 24 else text[:23] + "…"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(short)}</text>'


def _legend(names: list[str]) -> list[str]:
    parts = []
    for i, name in enumerate(names[:8]):
        x = LEFT + i * (WIDTH - LEFT) / max(min(len(names), 8), 1)
        parts.append(
            f'<rect x="{x:.1f}" y="6" width="10" height="10" fill="{COLOURS[i % 8]}"/>{_text(name, x + 14, 15, "start")}'
        )
    return parts


def _axis(low: float, high: float) -> tuple[float, float, list[str]]:
    """The ends of a value axis that holds both numbers, and its lines and numbers."""
    low, high = min(low, 0.0), max(high, 0.0)
    span = high - low or 1.0
    step = 10.0 ** math.floor(math.log10(span / 4))
    step *= next((k for k in (1, 2, 5) if span / (step * k) <= 6), 10)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    parts = []
    for k in range(first, last + 1):
        y = _up(k * step, first * step, last * step)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.18"/>')
        parts.append(_text(f"{k * step:.6g}", LEFT - 6, y + 4, "end"))
    return first * step, last * step, parts


def _up(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low)


def _columns(series: Mapping[str, Mapping[str, float]], kind: str) -> list[str]:
    """Bars, lines or areas over the categories."""
    names = list(dict.fromkeys(category for values in series.values() for category in values))
    heaps = [[values.get(name, 0.0) for values in series.values()] for name in names]
    ends = [sum(v for v in heap if v > 0) for heap in heaps] + [sum(v for v in heap if v < 0) for heap in heaps]
    stacked = kind in STACKED
    all_values = ends if stacked else [v for heap in heaps for v in heap]
    low, high, parts = _axis(min(all_values), max(all_values))
    room = (WIDTH - LEFT - 10) / len(names)
    for j, name in enumerate(names):
        parts.append(_text(name[: max(3, int(room / 6))], LEFT + (j + 0.5) * room, HEIGHT - BOTTOM + 16))
    if kind in ("line", "area", "stacked area"):
        return parts + _lines(series, names, stacked, (low, high))
    for j, name in enumerate(names):
        at = {True: 0.0, False: 0.0}
        wide = 0.7 * room / (1 if stacked else len(series))
        for i, values in enumerate(series.values()):
            value = values.get(name)
            if value is None:
                continue
            base = at[value >= 0] if stacked else 0.0
            at[value >= 0] = base + value
            top, bottom = sorted((_up(base, low, high), _up(base + value, low, high)))
            x = LEFT + j * room + 0.15 * room + (0 if stacked else i * wide)
            box = f'x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{bottom - top:.1f}"'
            parts.append(f'<rect {box} fill="{COLOURS[i % 8]}"/>')
    return parts


def _lines(series: Mapping[str, Mapping[str, float]], names: list[str], stacked: bool, ends: tuple[float, float]) -> list[str]:
    room = (WIDTH - LEFT - 10) / len(names)
    floor = dict.fromkeys(names, 0.0)
    parts = []
    for i, values in enumerate(series.values()):
        points = []
        for j, name in enumerate(names):
            if name in values:
                value = values[name] + (floor[name] if stacked else 0.0)
                floor[name] = value
                points.append(f"{LEFT + (j + 0.5) * room:.1f},{_up(value, *ends):.1f}")
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{COLOURS[i % 8]}" stroke-width="2"/>')
    return parts


def _points(series: Mapping[str, list[list[float]]]) -> list[str]:
    xs = [x for values in series.values() for x, _ in values]
    ys = [y for values in series.values() for _, y in values]
    low, high, parts = _axis(min(ys), max(ys))
    left, right = min(xs), max(xs)
    span = right - left or 1.0
    parts += [_text(f"{left:.6g}", LEFT, HEIGHT - BOTTOM + 16), _text(f"{right:.6g}", WIDTH - 30, HEIGHT - BOTTOM + 16)]
    for i, values in enumerate(series.values()):
        for x, y in values:
            across = LEFT + (WIDTH - LEFT - 30) * (x - left) / span
            parts.append(f'<circle cx="{across:.1f}" cy="{_up(y, low, high):.1f}" r="4" fill="{COLOURS[i % 8]}"/>')
    return parts


def _slices(values: Mapping[str, float], hole: float) -> list[str]:
    total, at, radius = sum(values.values()), -math.pi / 2, 130.0
    x, y = WIDTH / 2, HEIGHT / 2
    parts = []
    for j, (name, value) in enumerate(values.items()):
        turn = 2 * math.pi * min(value / total, 0.99999)
        a, b = (
            (x + radius * math.cos(at), y + radius * math.sin(at)),
            (x + radius * math.cos(at + turn), y + radius * math.sin(at + turn)),
        )
        arc = f"A{radius} {radius} 0 {int(turn > math.pi)} 1 {b[0]:.1f} {b[1]:.1f}"
        parts.append(f'<path d="M{x} {y}L{a[0]:.1f} {a[1]:.1f}{arc}Z" fill="{COLOURS[j % 8]}" stroke="#fff"/>')
        middle = at + turn / 2
        side = "start" if math.cos(middle) >= 0 else "end"
        parts.append(_text(name, x + 1.08 * radius * math.cos(middle), y + 1.08 * radius * math.sin(middle) + 4, side))
        at += turn
    if hole:
        parts.append(f'<circle cx="{x}" cy="{y}" r="{hole * radius}" fill="#fff"/>')
    return parts
