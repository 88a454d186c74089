"""A chart drawn as SVG from its values alone, plainly, for a page that shows what was read; colours of text are the page's own."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .writing import figure

WIDTH, HEIGHT = 640, 340
SIZE, LINE = 12, 15  # of letters, and from line to line
COLOURS = ("#3b6ea5", "#e07b39", "#4f9a68", "#b5475b", "#7d6bb0", "#8c7a5c", "#c9a227", "#3d9b9a")
STACKED = ("stacked bar", "stacked horizontal bar", "stacked area")
LINES = ("line", "area", "stacked area")
MOST = 2000  # marks drawn
TOLD = 28  # bars, up to which each has its number beside it
GRID = 'stroke="currentColor" stroke-opacity="0.16"'
Series = Mapping[str, Mapping[str, float]]


class _Frame(NamedTuple):
    """The rectangle of the plot, and the ends of the value axis."""

    left: float
    top: float
    right: float
    bottom: float
    low: float = 0.0
    high: float = 1.0

    def up(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)

    def across(self, value: float) -> float:
        return self.left + (self.right - self.left) * (value - self.low) / (self.high - self.low)


def drawn(data: Mapping[str, Any]) -> str:
    """An inline SVG picture of `data` (see `reading.understand`); "" where it has more values than can be seen."""
    series: Mapping[str, Any] = data["series"]
    if sum(map(len, series.values())) > MOST:
        return ""
    kind = str(data.get("type", "bar"))
    first = next(iter(series.values()))
    legend, top = _legend([name for name in series if name])
    height: float = HEIGHT
    if kind in ("pie", "donut") and isinstance(first, Mapping) and _is_whole(first):
        body, legend = _slices(first, 0.55 if kind == "donut" else 0.0), []
    elif any(isinstance(values, list) for values in series.values()):
        body = _points({name: values for name, values in series.items() if isinstance(values, list)}, data, top)
    elif "horizontal" in kind or (kind == "bar" and _crowded(series)):
        body, height = _rows(series, kind in STACKED, top)
    else:
        body, height = _columns(series, kind, top)
    size = f'viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" font-family="Arial, sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="{SIZE}">{"".join([*legend, *body])}</svg>'


def _is_whole(values: Mapping[str, float]) -> bool:
    return 0 < sum(values.values()) < math.inf and min(values.values()) >= 0


def _crowded(series: Series) -> bool:
    """Whether names of categories would be cut short under upright bars."""
    names = _names(series)
    room = (WIDTH - 60) / max(len(names), 1) - 8
    return 5 <= len(names) <= 40 and any(max(map(_wide, name.split()), default=0) > room or _wide(name) > 3 * room for name in names)


def _wide(text: str) -> float:
    """About how wide a text is."""
    return sum(SIZE if unicodedata.east_asian_width(letter) in "WF" else 0.56 * SIZE for letter in text)


def _lines(text: str, room: float, most: int) -> list[str]:
    """The text in at most so many lines, no wider than the room; what is left over is told by an ellipsis."""
    lines: list[str] = []
    words = text[:400].split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and _wide(f"{line} {words[0]}") <= room:
            line += f" {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] += "…"
    return [line if _wide(line) <= room else line[: max(1, int(room / (0.56 * SIZE)) - 1)] + "…" for line in lines]


def _text(text: str, x: float, y: float, anchor: str = "middle", pale: bool = False) -> str:
    look = ' opacity="0.72"' if pale else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{look}>{html.escape(text)}</text>'


def _legend(names: list[str]) -> tuple[list[str], float]:
    """Its parts, and where the plot may begin below it."""
    parts: list[str] = []
    x, y = 10.0, 8.0
    for i, name in enumerate(names[:24]):
        short = _lines(name, 220, 1)[0] if name.split() else ""
        wide = _wide(short) + 34
        if x + wide > WIDTH and x > 10:
            x, y = 10.0, y + 20
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="12" height="12" rx="2" fill="{COLOURS[i % 8]}"/>')
        parts.append(_text(short, x + 18, y + 10.5, "start"))
        x += wide
    return parts, y + 30 if parts else 22.0


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from one below `low` to one above `high`."""
    span = high - low or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 4))
    step *= next((k for k in (1, 2, 5) if span / (step * k) <= 6), 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, max(last, first + 1) + 1)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e13 else f"{value:.6g}"


def _upright(frame: _Frame, ticks: list[float]) -> list[str]:
    """Level lines of the value axis with their numbers."""
    parts = []
    for tick in ticks:
        y = frame.up(tick)
        parts.append(f'<line x1="{frame.left:.1f}" x2="{frame.right:.1f}" y1="{y:.1f}" y2="{y:.1f}" {GRID}/>')
        parts.append(_text(_number(tick), frame.left - 7, y + 4, "end", True))
    return parts


def _heights(series: Series, names: Iterable[str], stacked: bool) -> list[float]:
    """Where bars end."""
    heaps = [[values[name] for values in series.values() if name in values] for name in names]
    if not stacked:
        return [value for heap in heaps for value in heap]
    return [sum(v for v in heap if v > 0) for heap in heaps] + [sum(v for v in heap if v < 0) for heap in heaps]


def _names(series: Series) -> list[str]:
    return list(dict.fromkeys(category for values in series.values() for category in values))


def _columns(series: Series, kind: str, top: float) -> tuple[list[str], float]:
    """Upright bars, lines or areas over the categories; and the height of the picture."""
    names, stacked = _names(series), kind in STACKED
    ends = _heights(series, names, stacked)
    ticks = _ticks(min(*ends, 0.0) if len(ends) > 1 else min(ends[0], 0.0), max(0.0, *ends))
    left = 18 + max(_wide(_number(tick)) for tick in ticks)
    frame = _Frame(left, top, WIDTH - 10, HEIGHT - 30, ticks[0], ticks[-1])
    room = (frame.right - frame.left) / len(names)
    every = max(1, math.ceil(34 / room))
    labels = [_lines(name, room * every - 8, 3) for name in names]
    parts = _upright(frame, ticks)
    for j in range(0, len(names), every):
        for k, line in enumerate(labels[j]):
            parts.append(_text(line, frame.left + (j + 0.5) * room, frame.bottom + 18 + k * LINE))
    height = frame.bottom + 14 + LINE * max(1, *(len(lines) for lines in labels[::every]), 1)
    last = list(series)[-1] if kind == "bar and line" and len(series) > 1 else None
    if kind not in LINES:
        parts += _bars({name: values for name, values in series.items() if name != last}, names, frame, stacked)
    if kind in LINES or last is not None:
        lines = series if last is None else {last: series[last]}
        parts += _curves(lines, names, frame, stacked, 0 if last is None else len(series) - 1)
    return parts, height


def _heaped(series: Series, name: str, stacked: bool) -> Iterator[tuple[int, float, float]]:
    """The bars of a category: number of the series, value, and where it begins: on what lies below it, or at nothing."""
    tops = {True: 0.0, False: 0.0}
    for number, values in enumerate(series.values()):
        value = values.get(name)
        if value is not None:
            base = tops[value >= 0] if stacked else 0.0
            tops[value >= 0] = base + value
            yield number, value, base


def _bars(series: Series, names: list[str], frame: _Frame, stacked: bool) -> list[str]:
    room = (frame.right - frame.left) / len(names)
    wide = min(0.74 * room, 90.0 * (1 if stacked else len(series))) / (1 if stacked else len(series))
    told = not stacked and len(names) * len(series) <= TOLD and wide >= 20
    parts = []
    for j, name in enumerate(names):
        begin = frame.left + (j + 0.5) * room - wide * (1 if stacked else len(series)) / 2
        for i, value, base in _heaped(series, name, stacked):
            top, bottom = sorted((frame.up(base), frame.up(base + value)))
            x = begin + (0 if stacked else i * wide)
            box = f'x="{x + 0.5:.1f}" y="{top:.1f}" width="{max(wide - 1, 0.5):.1f}" height="{bottom - top:.1f}"'
            parts.append(f'<rect {box} fill="{COLOURS[i % 8]}"/>')
            if told and _wide(figure(value)) <= wide + 6 and (value >= 0 or bottom + 13 < frame.bottom):
                parts.append(_text(figure(value), x + wide / 2, top - 4 if value >= 0 else bottom + 13, pale=True))
    return parts


def _rows(series: Series, stacked: bool, top: float) -> tuple[list[str], float]:
    """Level bars, a category below the other; and the height of the picture."""
    names = _names(series)
    ends = _heights(series, names, stacked)
    ticks = _ticks(min(0.0, *ends), max(0.0, *ends))
    labels = [_lines(name, 210, 2) for name in names]
    left = 20 + max((_wide(line) for lines in labels for line in lines), default=0.0)
    bar = max(6.0, min(18.0, 420 / max(len(names) * (1 if stacked else len(series)), 1)))
    tall = max(bar * (1 if stacked else len(series)) + 8, 20.0 if len(names) < 60 else bar)
    frame = _Frame(left, top, WIDTH - 44, top + tall * len(names), ticks[0], ticks[-1])
    parts = []
    for tick in ticks:
        x = frame.across(tick)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{frame.top:.1f}" y2="{frame.bottom:.1f}" {GRID}/>')
        parts.append(_text(_number(tick), x, frame.bottom + 18, pale=True))
    told = not stacked and len(names) * len(series) <= 2 * TOLD
    for j, (name, lines) in enumerate(zip(names, labels, strict=True)):
        middle = frame.top + (j + 0.5) * tall
        lines = lines if tall >= 2 * LINE else lines[:1]
        parts += [_text(line, left - 8, middle + 4 + (k - (len(lines) - 1) / 2) * LINE, "end") for k, line in enumerate(lines)]
        begin = middle - bar * (1 if stacked else len(series)) / 2
        for i, value, base in _heaped(series, name, stacked):
            x, right = sorted((frame.across(base), frame.across(base + value)))
            y = begin + (0 if stacked else i * bar)
            box = f'x="{x:.1f}" y="{y + 0.5:.1f}" width="{right - x:.1f}" height="{bar - 1:.1f}"'
            parts.append(f'<rect {box} fill="{COLOURS[i % 8]}"/>')
            if told and bar >= 11:
                parts.append(_text(figure(value), right + 4, y + bar / 2 + 4, "start", True))
    return parts, frame.bottom + 28


def _curves(series: Series, names: list[str], frame: _Frame, stacked: bool, first: int) -> list[str]:
    room = (frame.right - frame.left) / len(names)
    floor = dict.fromkeys(names, 0.0)
    parts = []
    for i, values in enumerate(series.values(), first):
        points = []
        for j, name in enumerate(names):
            if name in values:
                value = values[name] + (floor[name] if stacked else 0.0)
                floor[name] = value
                points.append((frame.left + (j + 0.5) * room, frame.up(value)))
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        colour = COLOURS[i % 8]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"/>')
        if len(points) <= 40:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return parts


def _points(series: Mapping[str, list[list[float]]], data: Mapping[str, Any], top: float) -> list[str]:
    xs = [x for values in series.values() for x, _ in values]
    ys = [y for values in series.values() for _, y in values]
    ticks, below = _ticks(min(ys), max(ys)), _ticks(min(xs), max(xs))
    left = 18 + max(_wide(_number(tick)) for tick in ticks)
    frame = _Frame(left, top, WIDTH - 20, HEIGHT - 44, ticks[0], ticks[-1])
    along = frame._replace(low=below[0], high=below[-1])
    parts = _upright(frame, ticks)
    parts += [_text(_number(tick), along.across(tick), frame.bottom + 18, pale=True) for tick in below]
    for label in _lines(str(data.get("x", "")), frame.right - frame.left, 1):
        parts.append(_text(label, (frame.left + frame.right) / 2, frame.bottom + 36))
    for i, values in enumerate(series.values()):
        for x, y in values:
            place = f'cx="{along.across(x):.1f}" cy="{frame.up(y):.1f}"'
            parts.append(f'<circle {place} r="4" fill="{COLOURS[i % 8]}" fill-opacity="0.8"/>')
    return parts


def _slices(values: Mapping[str, float], hole: float) -> list[str]:
    """A pie, or a ring, each part with its name and number beside it."""
    total, at, outer = sum(values.values()), -math.pi / 2, 118.0
    x, y, inner = WIDTH / 2, HEIGHT / 2, outer * hole
    parts, last = [], {"start": -math.inf, "end": math.inf}
    for j, (name, value) in enumerate(values.items()):
        turn = 2 * math.pi * min(value / total, 0.99999)
        ends = [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in ((outer, at), (outer, at + turn), (inner, at + turn), (inner, at))]
        (a, b), (c, d), (e, f), (g, h) = ends
        big = int(turn > math.pi)
        back = f"L{e:.1f} {f:.1f}A{inner:.1f} {inner:.1f} 0 {big} 0 {g:.1f} {h:.1f}" if hole else f"L{x:.1f} {y:.1f}"
        arc = f"M{a:.1f} {b:.1f}A{outer} {outer} 0 {big} 1 {c:.1f} {d:.1f}{back}Z"
        parts.append(f'<path d="{arc}" fill="{COLOURS[j % 8]}" stroke="#ffffff" stroke-opacity="0.85" stroke-width="1.2"/>')
        middle = at + turn / 2
        at += turn
        side = "start" if math.cos(middle) >= 0 else "end"
        height = y + 1.1 * outer * math.sin(middle) + 4
        if abs(height - last[side]) >= LINE or turn > 0.5:  # names of thin parts would stand on each other
            label = _lines(f"{name} {figure(value)}", 170, 1)
            parts += [_text(line, x + 1.1 * outer * math.cos(middle), height, side) for line in label]
            last[side] = height
    return parts
