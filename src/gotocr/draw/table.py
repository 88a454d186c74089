"""Draw a laid-out grid: fills, rules, text, and the boxes of rooms and glyphs in the order of the truth.

This file knows slots, strokes and ink, not what a table says or how its truth is written (`kinds.table`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..schema import AREA, Box
from .canvas import Canvas, ink_boxes, map_boxes, paint_of
from .fonts import require_skia
from .grid import BASE, SMALL, Colour, Layout, Slot
from .style import Style, make_font


@dataclass(frozen=True)
class Stroke:
    """A rule along grid line `line` from grid line `start` to `stop` of the other direction."""

    line: int
    start: int
    stop: int
    width: float = 1.0
    colour: Colour = (0, 0, 0)
    dash: tuple[float, float] | None = None
    double: bool = False
    trim: float = 0.0  # pixels left away at both ends
    level: bool = True  # horizontal


def paint(
    canvas: Canvas,
    layout: Layout,
    at: tuple[float, float],
    strokes: Sequence[Stroke] = (),
    rows: Sequence[tuple[int, int]] = (),
    hull: bool = False,
) -> None:
    """Draw a layout with its upper left corner at (x, y): fills, rules, text; note the glyphs in truth order.

    Of each row its area is noted for the marks of `rows` (plain, format), of each slot its room for the mark of the truth that
    opens it; with `hull` no more than the ink, where there is text.
    """
    canvas.skia.save()
    canvas.skia.translate(*map(float, at))
    for slot in layout.slots:
        if slot.fill:
            _fill(canvas, room(layout, slot), slot.fill)
    for stroke in strokes:
        _stroke(canvas, layout, stroke)
    _draw_texts(canvas, layout)
    canvas.skia.restore()
    _note(canvas, layout, at, rows, hull)


def room(layout: Layout, slot: Slot) -> Box:
    """The slot's rectangle in the layout."""
    xs, ys = layout.xs, layout.ys
    return (xs[slot.column], ys[slot.row], xs[slot.column + slot.columns], ys[slot.row + slot.rows])


def _fill(canvas: Canvas, box: Box, colour: Colour) -> None:
    skia = require_skia()
    canvas.skia.drawRect(skia.Rect.MakeLTRB(*map(float, box)), skia.Paint(Color=skia.Color(*colour)))


def _stroke(canvas: Canvas, layout: Layout, stroke: Stroke) -> None:
    skia = require_skia()
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*stroke.colour), StrokeWidth=stroke.width, Style=skia.Paint.kStroke_Style)
    if stroke.dash:
        paint.setPathEffect(skia.DashPathEffect.Make(list(stroke.dash), 0.0))
    across, along = (layout.ys, layout.xs) if stroke.level else (layout.xs, layout.ys)
    first, last = float(along[stroke.start]) + stroke.trim, float(along[stroke.stop]) - stroke.trim
    if not stroke.trim and not stroke.dash:
        first, last = first - stroke.width / 2, last + stroke.width / 2
    gap = max(2.0, 1.5 * stroke.width)
    for shift in (-gap / 2 - stroke.width / 2, gap / 2 + stroke.width / 2) if stroke.double else (0.0,):
        place = float(across[stroke.line]) + shift
        canvas.skia.drawLine(*((first, place, last, place) if stroke.level else (place, first, place, last)), paint)


def _draw_texts(canvas: Canvas, layout: Layout) -> None:
    """Draw all lines; those of one style on one baseline together."""
    skia, together = require_skia(), {}

    def run(style: Style, y: float, text: str, xs: list[float]) -> None:
        _, texts, places = together.setdefault((id(style), round(y, 3)), (style, [], []))
        texts.append(text)
        places += xs

    small: dict[Style, Style] = {}
    for slot, ink, lines in zip(layout.slots, layout.inks, layout.lines, strict=True):
        style = slot.style
        for start, stop, x, y in lines:
            text = slot.text[start:stop]
            if slot.turned:
                _draw_turned(canvas, slot, ink.steps, (x, y))
                continue
            left = x - ink.starts[start]
            xs = [left + place for place in ink.starts[start:stop]]
            if ink.shifts is None:
                run(style, y, text.replace(AREA, " "), xs)
                continue
            for letter, place, shift in zip(text.translate(BASE), xs, ink.shifts[start:stop].tolist(), strict=True):
                own = small.setdefault(style, replace(style, size=style.size * SMALL)) if shift else style
                run(own, y + shift, letter, [place])
    fonts: dict[int, tuple] = {}
    for (number, y), (style, texts, xs) in together.items():
        if number not in fonts:
            fonts[number] = (make_font(style), paint_of(style))
        canvas.skia.drawTextBlob(skia.TextBlob.MakeFromPosTextH("".join(texts), xs, y, fonts[number][0]), 0, 0, fonts[number][1])


def _draw_turned(canvas: Canvas, slot: Slot, steps: np.ndarray, foot: tuple[float, float]) -> None:
    """Draw upwards from `foot`, the start of the baseline."""
    xs = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    blob = require_skia().TextBlob.MakeFromPosTextH(slot.text.translate(BASE), xs.tolist(), 0.0, make_font(slot.style))
    canvas.skia.save()
    canvas.skia.translate(*map(float, foot))
    canvas.skia.rotate(-90)
    canvas.skia.drawTextBlob(blob, 0, 0, paint_of(slot.style))
    canvas.skia.restore()


def _note(canvas: Canvas, layout: Layout, at: tuple[float, float], rows: Sequence[tuple[int, int]], hull: bool) -> None:
    """Note rows, rooms and characters in the order of the truth; formulas are drawn here, for they note themselves."""
    boxes = _boxes(layout) + np.array([*at, *at], np.float32)
    hulls = _hulls(layout, boxes) if hull else {}
    noted: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]] = []

    def flush() -> None:
        if noted:
            text, found, plain, format = zip(*noted, strict=True)
            canvas.add("".join(text), np.concatenate(found), np.concatenate(plain), np.concatenate(format))
            noted.clear()

    def area(box: Box, marks: tuple[int, int]) -> None:
        noted.append((AREA, np.array([box], np.float32), np.array(marks[:1]), np.array(marks[1:])))

    layout = replace(layout, xs=layout.xs + at[0], ys=layout.ys + at[1])
    xs, ys, row, done = layout.xs, layout.ys, 0, 0
    for number, (slot, ink, lines) in enumerate(zip(layout.slots, layout.inks, layout.lines, strict=True)):
        while row < min(slot.row + 1, len(rows)):
            area((xs[0], ys[row], xs[-1], ys[row + 1]), rows[row])
            row += 1
        if slot.room != (-1, -1):
            area(hulls[number] if number in hulls else room(layout, slot), slot.room)
        own, first = boxes[done : done + len(slot.text)], 0
        done += len(slot.text)
        for index, formula in sorted(slot.formulas.items()):
            noted.append((slot.text[first:index], own[first:index], slot.plain[first:index], slot.format[first:index]))
            flush()
            x, y = next((x + ink.starts[index] - ink.starts[start], y) for start, stop, x, y in lines if start <= index < stop)
            formula.paint(canvas, (at[0] + x, at[1] + y), int(slot.plain[index]), int(slot.format[index]))
            first = index + 1
        noted.append((slot.text[first:], own[first:], slot.plain[first:], slot.format[first:]))
    flush()


def _hulls(layout: Layout, boxes: np.ndarray) -> dict[int, Box]:
    """The ink of each slot that has text, by the slot's number."""
    lengths = [len(slot.text) for slot in layout.slots]
    numbers = [number for number, length in enumerate(lengths) if length]
    if not numbers:
        return {}
    starts = (np.cumsum(lengths) - lengths)[numbers]
    low, high = np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)
    return dict(zip(numbers, map(tuple, np.concatenate([low, high], 1).tolist()), strict=True))


def _boxes(layout: Layout) -> np.ndarray:
    """Boxes (n, 4) of all slots' characters; a space where a line breaks stands behind the line."""
    pens: list[float] = []
    bases: list[float] = []
    for slot, ink, lines in zip(layout.slots, layout.inks, layout.lines, strict=True):
        ends = [line[0] for line in lines[1:]] + [len(slot.text)] * bool(lines)
        for (start, _, x, y), end in zip(lines, ends, strict=True):
            left = x - ink.starts[start]
            pens += [left + place for place in ink.starts[start:end]]
            bases += [y] * (end - start) if ink.shifts is None else (y + ink.shifts[start:end]).tolist()
    inks = layout.inks
    if not pens:
        return np.zeros((0, 4), np.float32)
    steps, shapes = np.concatenate([ink.steps for ink in inks]), np.concatenate([ink.ink for ink in inks])
    boxes = ink_boxes(shapes, np.array(pens), np.array(bases), steps, layout.slots[0].style)
    at = 0
    for slot, ink, lines in zip(layout.slots, inks, layout.lines, strict=True):
        own = boxes[at : at + len(slot.text)]
        at += len(slot.text)
        if slot.turned and len(own):
            flat = ink_boxes(ink.ink, np.array(ink.starts[:-1]), 0.0, ink.steps, slot.style)
            foot, bottom = lines[0][2:]
            own[:] = map_boxes(flat, np.array([[0.0, 1.0, foot], [-1.0, 0.0, bottom], [0.0, 0.0, 1.0]]))
    return boxes
