"""A formula set in a math font, ready to be painted: its size, and every glyph with the source position it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...schema import AREA
from ..canvas import NOWHERE, Canvas
from ..fonts import require_skia, typeface
from ..latex import Formula, parse
from .box import Box, Mark, Placed, Stroke, flatten, row
from .font import MathFont
from .look import DISPLAY, TEXT, Look
from .setter import Setter
from .tables import TAG_GAP, tag_of

EMBOLDENED = 1 / 48  # most that skia adds on each side of an emboldened glyph, in ems


@dataclass(frozen=True)
class SetFormula:
    """Marks, rules and strokes of a formula in ems of `size` pixels; `width`, `ascent` and `descent` are in pixels."""

    placed: tuple[Placed, ...]
    size: float
    width: float
    ascent: float
    descent: float

    def ink(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink in pixels, from the left end of the baseline; zeros where there is none."""
        boxes = [_ink(placed) for placed in self.placed]
        if not boxes:
            return 0.0, 0.0, 0.0, 0.0
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts) * self.size, min(tops) * self.size, max(rights) * self.size, max(bottoms) * self.size


def set_formula(source: str | Formula, font: MathFont, size: float, display: bool = True) -> SetFormula:
    """Set LaTeX math without `$` in ems of `size` pixels, in display style or as within a line.

    Raises InputError for what cannot be set: what is not well-formed, unknown commands, characters that no font has.
    """
    formula = parse(source) if isinstance(source, str) else source
    setter = Setter(font)
    box = Box() if formula.problems else _whole(setter, formula, Look(DISPLAY if display else TEXT))
    problems = list(formula.problems) + setter.problems
    if problems:
        raise InputError(f"this formula cannot be set: {'; '.join(dict.fromkeys(problems))}; mend its LaTeX")
    return SetFormula(tuple(flatten(box)), size, box.width * size, box.height * size, box.depth * size)


def _whole(setter: Setter, formula: Formula, look: Look) -> Box:
    body = setter.line(setter.items(formula.body.parts, look))
    tag = tag_of(setter, (formula.body,))
    return row([body, TAG_GAP, tag]) if tag is not None else body


def _ink(placed: Placed) -> tuple[float, float, float, float]:
    """The ink of one part in ems, y downward."""
    x, y, part = placed.x, placed.y, placed.part
    if isinstance(part, Mark):
        _, left, bottom, right, top, _, _ = part.font.measure(part.glyph)
        grown = EMBOLDENED * part.scale if part.bold else 0.0
        scale = part.scale
        return x + left * scale - grown, -y - top * scale - grown, x + right * scale + grown, -y - bottom * scale + grown
    if isinstance(part, Stroke):
        half = part.thickness / 2
        return x - half, -max(y, y + part.up) - half, x + part.across + half, -min(y, y + part.up) + half
    return x, -y - part.height, x + part.width, -y


def paint(
    formula: SetFormula,
    canvas: Canvas,
    at: tuple[float, float],
    colour: tuple[int, int, int] = (0, 0, 0),
    plain: int = NOWHERE,
    format: int = NOWHERE,
) -> float:
    """Draw a formula with the left end of its baseline `at` (x, y) and note its glyphs; return its advance in pixels.

    `plain` and `format` are where the formula's source begins in the truths. A fraction bar and the like is an area.
    """
    skia = require_skia()
    ink = skia.Paint(AntiAlias=True, Color=skia.Color(*map(int, colour)))
    size, (left, base) = formula.size, at
    runs: dict[tuple[str, float, bool], list[Placed]] = {}
    for placed in formula.placed:
        part = placed.part
        if isinstance(part, Mark):
            runs.setdefault((part.font.path, part.scale, part.bold), []).append(placed)
        elif isinstance(part, Stroke):
            line = skia.Paint(ink)
            line.setStyle(skia.Paint.kStroke_Style)
            line.setStrokeWidth(part.thickness * size)
            x, y = left + placed.x * size, base - placed.y * size
            canvas.skia.drawLine(x, y, x + part.across * size, y - part.up * size, line)
        else:
            x, y = left + placed.x * size, base - placed.y * size
            canvas.skia.drawRect(skia.Rect.MakeLTRB(x, y - part.height * size, x + part.width * size, y), ink)
    for (path, scale, bold), marks in runs.items():
        font = skia.Font(typeface(path), scale * size)
        font.setSubpixel(True)
        font.setHinting(skia.FontHinting.kNone)
        font.setEmbolden(bold)
        points = [skia.Point(left + mark.x * size, base - mark.y * size) for mark in marks]
        blob = skia.TextBlobBuilder()
        blob.allocRunPos(font, [mark.part.glyph for mark in marks], points)
        canvas.skia.drawTextBlob(blob.make(), 0, 0, ink)
    _note(formula, canvas, at, plain, format)
    return formula.width


def _note(formula: SetFormula, canvas: Canvas, at: tuple[float, float], plain: int, format: int) -> None:
    """Note one box for each glyph (all pieces of one together), rule and stroke."""
    letters: list[str] = []
    sources: list[int] = []
    boxes: list[list[float]] = []
    for placed in formula.placed:
        part, box = placed.part, list(_ink(placed))
        if isinstance(part, Mark) and not part.letter:
            last = boxes[-1]
            boxes[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
            continue
        letters.append(part.letter if isinstance(part, Mark) else AREA)
        sources.append(part.source)
        boxes.append(box)
    if not boxes:
        return
    offsets = np.array(sources)
    order = np.argsort(offsets, kind="stable")  # as written
    offsets, places = offsets[order], np.array(boxes)[order] * formula.size + np.array([*at, *at])
    canvas.add(
        "".join(letters[index] for index in order),
        places,
        np.where(offsets < 0, NOWHERE, offsets + plain) if plain >= 0 else NOWHERE,
        np.where(offsets < 0, NOWHERE, offsets + format) if format >= 0 else NOWHERE,
    )
