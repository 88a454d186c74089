"""Draw a laid-out grid: fills, rules, text, and the boxes of rooms and glyphs in the order of the truth.

This file knows slots, strokes and ink, not what a table says or how its truth is written (`kinds.table`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..schema import AREA, Box
from .canvas import Canvas, ink_boxes, map_boxes
from .fonts import require_skia
from .grid import SMALL, Colour, Ink, Layout, Slot
from .style import Style


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
    pens, bases = _pens(layout)
    canvas.skia.save()
    canvas.skia.translate(*map(float, at))
    for slot in layout.slots:
        if slot.fill:
            _fill(canvas, room(layout, slot), slot.fill)
    for stroke in strokes:
        _stroke(canvas, layout, stroke)
    _draw_texts(canvas, layout, pens, bases)
    canvas.skia.restore()
    boxes = _boxes(layout, pens, bases) + np.array([*at, *at], np.float32)
    hulls = _hulls(layout, boxes) if hull else {}
    moved = replace(layout, xs=[x + at[0] for x in layout.xs], ys=[y + at[1] for y in layout.ys])
    _note(canvas, moved, at, rows, (boxes, hulls))


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


def _pens(layout: Layout) -> tuple[list[float], list[float]]:
    """Where the pen stands for each character of all slots, (x) and (y); a space where a line breaks is behind the line."""
    pens: list[float] = []
    bases: list[float] = []
    for slot, ink, lines in zip(layout.slots, layout.inks, layout.lines, strict=True):
        ends = [line[0] for line in lines[1:]] + [len(slot.text)] * bool(lines)
        for (start, _, x, y), end in zip(lines, ends, strict=True):
            left = x - ink.starts[start]
            pens += [left + place for place in ink.starts[start:end]]
            bases += [y] * (end - start) if ink.shifts is None else (y + ink.shifts[start:end]).tolist()
    return pens, bases


def _draw_texts(canvas: Canvas, layout: Layout, pens: list[float], bases: list[float]) -> None:
    """Draw all characters; those of one style together."""
    runs: dict[int, tuple[Style, list[int], list[float], list[float]]] = {}
    small: dict[int, Style] = {}
    end = 0
    for slot, ink, lines in zip(layout.slots, layout.inks, layout.lines, strict=True):
        start, end, style = end, end + len(slot.text), slot.style
        _, ids, xs, ys = runs.setdefault(id(style), (style, [], [], []))
        if slot.turned:
            _draw_turned(canvas, slot, ink, lines[0][2:])
        elif ink.shifts is None:
            ids += ink.ids
            xs += pens[start:end]
            ys += bases[start:end]
        else:
            less = small.setdefault(id(style), replace(style, size=style.size * SMALL))
            for glyph, x, y, shift in zip(ink.ids, pens[start:end], bases[start:end], ink.shifts.tolist(), strict=True):
                run = runs.setdefault(id(less), (less, [], [], [])) if shift else runs[id(style)]
                for column, value in zip(run[1:], (glyph, x, y), strict=True):
                    column.append(value)
    for style, ids, xs, ys in runs.values():
        canvas.draw(np.array(ids), np.array(xs), np.array(ys), style)


def _draw_turned(canvas: Canvas, slot: Slot, ink: Ink, foot: tuple[float, float]) -> None:
    """Draw upwards from `foot`, the start of the baseline."""
    canvas.skia.save()
    canvas.skia.translate(*map(float, foot))
    canvas.skia.rotate(-90)
    canvas.draw(np.array(ink.ids), np.array(ink.starts[:-1]), np.zeros(len(ink.ids)), slot.style)
    canvas.skia.restore()


class _Notes:
    """Glyphs noted together: characters by their number in `boxes` (n, 4), areas as they come."""

    def __init__(self, canvas: Canvas, boxes: np.ndarray) -> None:
        self._canvas, self._boxes = canvas, boxes
        self._areas: list[Box] = []
        self._clear()

    def _clear(self) -> None:
        self._text: list[str] = []
        self._numbers: list[int] = []
        self._plain: list[int] = []
        self._format: list[int] = []

    def area(self, box: Box, marks: tuple[int, int]) -> None:
        self._text.append(AREA)
        self._numbers.append(len(self._boxes) + len(self._areas))
        self._plain.append(marks[0])
        self._format.append(marks[1])
        self._areas.append(box)

    def letters(self, slot: Slot, start: int, stop: int, done: int) -> None:
        """Characters `start` to `stop` of a slot whose first one has the number `done`."""
        self._text.append(slot.text[start:stop])
        self._numbers += range(done + start, done + stop)
        self._plain += slot.plain[start:stop]
        self._format += slot.format[start:stop]

    def flush(self) -> None:
        boxes = np.concatenate([self._boxes, np.array(self._areas, np.float32).reshape(-1, 4)])[self._numbers]
        self._canvas.add("".join(self._text), boxes, self._plain, self._format)
        self._clear()


def _note(canvas: Canvas, layout: Layout, at: tuple[float, float], rows: Sequence[tuple[int, int]], inked: tuple) -> None:
    """Note rows, rooms and characters in the order of the truth; formulas are drawn here, for they note themselves."""
    boxes, hulls = inked
    notes, xs, ys, row, done = _Notes(canvas, boxes), layout.xs, layout.ys, 0, 0
    for number, (slot, ink, lines) in enumerate(zip(layout.slots, layout.inks, layout.lines, strict=True)):
        while row < min(slot.row + 1, len(rows)):
            notes.area((xs[0], ys[row], xs[-1], ys[row + 1]), rows[row])
            row += 1
        if slot.room != (-1, -1):
            notes.area(hulls[number] if number in hulls else room(layout, slot), slot.room)
        first = 0
        for index, formula in sorted(slot.formulas.items()):
            notes.letters(slot, first, index, done)
            notes.flush()
            x, y = next((x + ink.starts[index] - ink.starts[start], y) for start, stop, x, y in lines if start <= index < stop)
            formula.paint(canvas, (at[0] + x, at[1] + y), slot.plain[index], slot.format[index])
            first = index + 1
        notes.letters(slot, first, len(slot.text), done)
        done += len(slot.text)
    notes.flush()


def _hulls(layout: Layout, boxes: np.ndarray) -> dict[int, Box]:
    """The ink of each slot that has text, by the slot's number."""
    lengths = [len(slot.text) for slot in layout.slots]
    numbers = [number for number, length in enumerate(lengths) if length]
    if not numbers:
        return {}
    starts = (np.cumsum(lengths) - lengths)[numbers]
    low, high = np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)
    return dict(zip(numbers, map(tuple, np.concatenate([low, high], 1).tolist()), strict=True))


def _boxes(layout: Layout, pens: list[float], bases: list[float]) -> np.ndarray:
    """Boxes (n, 4) of all slots' characters."""
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
