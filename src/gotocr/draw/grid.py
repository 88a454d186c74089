"""Lay out slots of text on a grid: column widths and row heights by content, wrapped lines, decimal points in line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..schema import AREA
from .style import Style, shape

Colour = tuple[int, int, int]
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰ", "0123456789+−=()niabcdefgh", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₓ", "0123456789+−aex", strict=True))
SMALL, RISE, FALL = 0.68, 0.36, 0.16  # size, rise and fall of raised and lowered letters, in ems
MIDDLE = 0.35  # how far below the middle of its line a baseline lies, in ems: half the height of a capital
NO_MORE = (0.0, 0.0)  # room above and below a row, beyond that of all rows
LONG_WORD = 14  # letters of a word that may be broken behind a hyphen, a stroke or an underscore
_LETTERS = re.compile(r"[^\W\d_]")  # a short text without any is a number, and never broken
_BREAK = re.compile(r"(?<=[-/_])(?=\w)")
_SHIFTED = re.compile("[" + "".join([*RAISED, *LOWERED]) + "]")
BASE = str.maketrans({**RAISED, **LOWERED, AREA: " "})


class Slot(NamedTuple):
    """One cell at its place on the grid. `plain` and `format` are the offsets of each character of `text` in the truths.

    `room` are the offsets of the mark that the cell's room stands for. `formulas` has, for characters of `text` that stand
    for one, its typeset box (`width`, `ascent`, `descent` in pixels, `paint(box, canvas, x, baseline, ...)` to draw it).
    """

    row: int
    column: int
    rows: int
    columns: int
    text: str
    plain: Sequence[int]
    format: Sequence[int]
    room: tuple[int, int] = (-1, -1)
    style: Style | None = None
    align: str = "left"  # or "center", "right", "decimal"
    valign: str = "middle"  # or "top", "bottom"
    indent: float = 0.0  # in pixels
    fill: Colour | None = None
    turned: bool = False  # written upwards
    formulas: Mapping[int, object] = {}


@dataclass(frozen=True)
class Spacing:
    """Room around text, in pixels; `leading` is the distance of baselines, `widest` caps what a column asks for.

    `extra` has, for a row, how much more room than `above` there is above and below its text.
    """

    leading: float
    side: float
    above: float
    widest: float
    stretch: float = 1.0  # the table is so much wider than its content asks for
    snap: bool = False  # grid lines lie on whole pixels
    extra: Mapping[int, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Where everything stands, from (0, 0): grid lines, and each slot's lines as (start, stop, x, baseline)."""

    slots: Sequence[Slot]
    xs: list[float]  # (columns + 1,)
    ys: list[float]  # (rows + 1,)
    inks: list[Ink]
    lines: list[list[tuple[int, int, float, float]]]


class Ink(NamedTuple):
    """A slot's characters: glyph ids (n,), pen steps (n,), ink (n, 4) relative to the pen, where each starts (n + 1)."""

    ids: list[int]
    steps: np.ndarray
    ink: np.ndarray
    starts: list[float]
    shifts: np.ndarray | None = None  # (n,) baseline shifts in pixels of raised and lowered letters


def lay_out(slots: Sequence[Slot], spacing: Spacing, most: tuple[float, float]) -> Layout | None:
    """The layout of slots in truth order, no larger than `most` (height, width) pixels; None where it cannot be.

    What is too high is for the caller to shorten: `ys` of a layout may pass `most[0]`, `xs` never `most[1]`.
    """
    inks = _measured(slots)
    parts = [_parts(slot, ink) for slot, ink in zip(slots, inks, strict=True)]
    anchors = _decimal_anchors(slots, inks)
    widths = _column_widths(slots, (inks, parts, anchors), spacing, most[1])
    if widths is None:
        return None
    xs = _grid_lines(widths + 2 * spacing.side, spacing.snap)
    broken = []
    for slot, ink, pieces in zip(slots, inks, parts, strict=True):
        room = xs[slot.column + slot.columns] - xs[slot.column] - 2 * spacing.side - slot.indent
        broken.append([(0, len(slot.text))] if slot.turned else _broken(ink.starts, pieces, room + 0.5))
    levels = [_levels(slot, pieces, spacing) for slot, pieces in zip(slots, broken, strict=True)]
    ys = _grid_lines(_row_heights(slots, inks, levels, spacing), spacing.snap)
    lines = [
        _placed(
            slots[number],
            inks[number],
            [*zip(broken[number], levels[number], strict=True)],
            (xs, ys, spacing),
            anchors.get(number),
        )
        for number in range(len(slots))
    ]
    return Layout(slots, xs, ys, inks, lines)


def _measured(slots: Sequence[Slot]) -> list[Ink]:
    """Measures of every slot's text; texts of one style are measured together."""
    by_style: dict[int, list[int]] = {}
    for number, slot in enumerate(slots):
        by_style.setdefault(id(slot.style), []).append(number)
    found: list[Ink | None] = [None] * len(slots)
    for numbers in by_style.values():
        texts = [slots[number].text for number in numbers]
        whole = "".join(texts)
        if not whole:
            ids, steps, ink = np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 4), np.float32)
        else:
            ids, steps, ink = shape(whole.translate(BASE), slots[numbers[0]].style)
        glyphs, pens = ids.tolist(), [0.0, *np.cumsum(steps).tolist()]
        at = 0
        for number, text in zip(numbers, texts, strict=True):
            stop = at + len(text)
            first = pens[at]
            starts = [pen - first for pen in pens[at : stop + 1]]
            found[number] = _special(slots[number], Ink(glyphs[at:stop], steps[at:stop], ink[at:stop], starts))
            at = stop
    return found


def _special(slot: Slot, ink: Ink) -> Ink:
    """The measures with raised, lowered letters small, and formulas as wide as they are."""
    if not slot.formulas and not _SHIFTED.search(slot.text):
        return ink
    factor = np.array([SMALL if letter in RAISED or letter in LOWERED else 1.0 for letter in slot.text])
    shifts = (
        np.array([-RISE if letter in RAISED else FALL if letter in LOWERED else 0.0 for letter in slot.text]) * slot.style.size
    )
    steps, boxes = ink.steps * factor, ink.ink * factor[:, None].astype(np.float32)
    for index, box in slot.formulas.items():
        steps[index], boxes[index] = box.width, 0.0
    return Ink(ink.ids, steps, boxes, [0.0, *np.cumsum(steps).tolist()], shifts if shifts.any() else None)


def _parts(slot: Slot, ink: Ink) -> list[tuple[int, int]]:
    """The stretches (start, stop) of a text that are never broken; spaces between them belong to none."""
    if len(slot.text) <= LONG_WORD and not _LETTERS.search(slot.text):
        return [(0, len(slot.text))] if slot.text else []
    parts, at = [], 0
    for word in slot.text.split(" "):
        stop = at + len(word)
        if len(word) > LONG_WORD:
            cuts = [at, *(at + found.start() for found in _BREAK.finditer(word)), stop]
            parts += [(first, last) for first, last in zip(cuts, cuts[1:], strict=False) if last > first]
        elif word:
            parts.append((at, stop))
        at = stop + 1
    return parts


def _decimal_anchors(slots: Sequence[Slot], inks: list[Ink]) -> dict[int, tuple[float, float, float]]:
    """For slots aligned at the decimal point: how far it lies from the text's start, and the column's most before and after."""
    before: dict[int, float] = {}
    columns: dict[int, list[float]] = {}
    for number, slot in enumerate(slots):
        if slot.align == "decimal" and slot.columns == 1:
            before[number] = _before_point(slot.text, inks[number].starts)
            most = columns.setdefault(slot.column, [0.0, 0.0])
            most[0] = max(most[0], before[number])
            most[1] = max(most[1], inks[number].starts[-1] - before[number])
    return {number: (left, *columns[slots[number].column]) for number, left in before.items()}


def _before_point(text: str, starts: list[float]) -> float:
    at = text.find(".")
    if at < 0:
        digits = [index for index, letter in enumerate(text) if letter.isdigit()]
        at = digits[-1] + 1 if digits else len(text)
    return starts[at]


def _column_widths(slots: Sequence[Slot], measured: tuple, spacing: Spacing, most: float) -> np.ndarray | None:
    """Width of each column's text; columns that can be broken give way where the table would be too wide."""
    inks, parts, anchors = measured
    count = max(slot.column + slot.columns for slot in slots)
    needs, wishes, spanning = [1.0] * count, [1.0] * count, []
    for number, slot in enumerate(slots):
        starts = inks[number].starts
        full = starts[-1] + slot.indent
        need = max([starts[stop] - starts[start] for start, stop in parts[number]], default=0.0) + slot.indent
        if slot.turned:
            need = full = spacing.leading
        elif number in anchors:
            need = full = anchors[number][1] + anchors[number][2]
        if slot.columns > 1:
            spanning.append((slot, need, full))
        else:
            needs[slot.column] = max(needs[slot.column], need)
            wishes[slot.column] = max(wishes[slot.column], full)
    least = np.array(needs)
    wanted = np.maximum(least, np.minimum(wishes, spacing.widest))
    for slot, need, full in spanning:
        span, gaps = slice(slot.column, slot.column + slot.columns), 2 * spacing.side * (slot.columns - 1)
        least[span] += max(need - gaps - least[span].sum(), 0) / slot.columns
        wanted[span] = np.maximum(wanted[span], least[span])
        goal = min(full, max(need, spacing.widest * slot.columns))
        wanted[span] += max(goal - gaps - wanted[span].sum(), 0) / slot.columns
    room = most - 2 * spacing.side * count - (count if spacing.snap else 0)
    if least.sum() > room:
        return None
    if wanted.sum() > room:
        return least + (wanted - least) * ((room - least.sum()) / max((wanted - least).sum(), 1e-6))
    extra = min((wanted.sum() + 2 * spacing.side * count) * (spacing.stretch - 1), room - wanted.sum())
    return wanted + extra * (0.5 / count + 0.5 * wanted / wanted.sum())


def _grid_lines(sizes: Sequence[float] | np.ndarray, snap: bool) -> list[float]:
    return np.concatenate([[0.0], np.ceil(sizes) if snap else sizes]).cumsum().tolist()


def _broken(starts: list[float], parts: list[tuple[int, int]], room: float) -> list[tuple[int, int]]:
    """Fill lines (start, stop) with parts up to `room` pixels."""
    if not parts:
        return []
    if starts[parts[-1][1]] - starts[parts[0][0]] <= room:
        return [(parts[0][0], parts[-1][1])]
    lines, first, last = [], *parts[0]
    for start, stop in parts[1:]:
        if starts[stop] - starts[first] > room:
            lines.append((first, last))
            first = start
        last = stop
    return [*lines, (first, last)]


def _levels(slot: Slot, lines: list[tuple[int, int]], spacing: Spacing) -> list[tuple[float, float]]:
    """How far each line reaches above and below its baseline, in pixels; formulas may make it higher."""
    above = spacing.leading / 2 + MIDDLE * slot.style.size
    levels = [(above, spacing.leading - above)] * len(lines)
    for index, box in slot.formulas.items():
        for number, (start, stop) in enumerate(lines):
            if start <= index < stop:
                up, down = levels[number]
                levels[number] = max(up, box.ascent + 1), max(down, box.descent + 1)
    return levels


def _row_heights(slots: Sequence[Slot], inks: list[Ink], levels: list, spacing: Spacing) -> list[float]:
    """Height of each row with the room above and below; a slot over several rows makes its last one higher."""
    heights = [spacing.leading + 2 * spacing.above] * max(slot.row + slot.rows for slot in slots)
    for row, more in spacing.extra.items():
        if 0 <= row < len(heights):
            heights[row] += sum(more)
    tall = []
    for slot, ink, level in zip(slots, inks, levels, strict=True):
        last = slot.row + slot.rows - 1
        need = 2 * spacing.above + spacing.extra.get(slot.row, NO_MORE)[0] + spacing.extra.get(last, NO_MORE)[1]
        need += ink.starts[-1] if slot.turned else sum(up + down for up, down in level)
        if slot.rows > 1:
            tall.append((slot.rows, slot.row, last, need))
        else:
            heights[last] += max(need - heights[last], 0)
    for _, first, last, need in sorted(tall, key=lambda one: one[0]):
        heights[last] += max(need - float(np.sum(heights[first : last + 1])), 0)
    return heights


def _placed(slot: Slot, ink: Ink, lines: list, grid: tuple, anchor: tuple[float, float, float] | None) -> list:
    """The lines of a slot as (start, stop, x, baseline); a turned one as (start, stop, foot, right of the baseline)."""
    xs, ys, spacing = grid
    left, right = xs[slot.column] + spacing.side + slot.indent, xs[slot.column + slot.columns] - spacing.side
    last = slot.row + slot.rows
    top = ys[slot.row] + spacing.above + spacing.extra.get(slot.row, NO_MORE)[0]
    bottom = ys[last] - spacing.above - spacing.extra.get(last - 1, NO_MORE)[1]
    if slot.turned:
        return [(0, len(slot.text), (left + right) / 2 + MIDDLE * slot.style.size, bottom)]
    y = top
    if slot.valign != "top":
        height = sum(up + down for _, (up, down) in lines)
        y = bottom - height if slot.valign == "bottom" else (top + bottom - height) / 2
    placed = []
    for (start, stop), (up, down) in lines:
        x = left
        if anchor and len(lines) == 1:
            x = left + (right - left - anchor[1] - anchor[2]) / 2 + anchor[1] - anchor[0]
        elif slot.align != "left":
            free = right - left - (ink.starts[stop] - ink.starts[start])
            x = left + (free if slot.align == "right" else free / 2)
        placed.append((start, stop, x, float(round(y + up))))  # letters are drawn on whole pixels, whatever is asked for
        y += up + down
    return placed
