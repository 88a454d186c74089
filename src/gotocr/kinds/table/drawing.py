"""Draw a table that is laid out: paper, frame, rules, cells, dots that lead to values, caption and notes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ...schema import Box, Glyphs, Sample
from .content import Content
from .look import WHITE, Look
from .ruling import strokes
from .slots import style_of
from .truth import Text, Truth

if TYPE_CHECKING:
    import numpy as np

    from ...draw.canvas import Canvas
    from ...draw.grid import Layout
    from ...draw.style import Style
    from ...draw.table import Stroke

CAPTION_GAP = 0.5  # between table and caption, in ems


class Drawing(NamedTuple):
    """All that is known before the first pixel."""

    content: Content
    truth: Truth
    look: Look
    table: Layout
    caption: Layout | None
    notes: list[Layout]


def margin_of(look: Look) -> int:
    """Pixels around the table: at least what its frame's width needs."""
    return math.ceil((0.7 if look.typed else look.heavy / 2) * look.size + 0.5) + round(
        look.margin * look.size * (1.0 if not look.shadow else 1.5)
    )


def beside_of(truth: Truth, look: Look, table: Layout, most: float) -> tuple[Layout | None, list[Layout]]:
    """The caption and the notes, as wide as the table, or wider where it is narrow."""
    wide = min(max(float(table.xs[-1]), 12 * look.size), most)
    caption = _paragraph(truth.caption, look, wide, 1.0) if truth.caption.text else None
    return caption, [_paragraph(note, look, wide, 0.85) for note in truth.notes]


def _paragraph(text: Text, look: Look, wide: float, scale: float) -> Layout | None:
    from ...draw.grid import Slot, Spacing, lay_out

    style = style_of(look, bold=scale == 1.0 and look.section_center, scale=scale)
    slot = Slot(0, 0, 1, 1, text.text, text.plain, text.format, style=style)
    leading = style.size * 1.25
    return lay_out([slot], Spacing(leading, 0.0, 0.15 * leading, wide), (math.inf, wide + 2))


def draw(rng: np.random.Generator, drawing: Drawing, em: float | None) -> Sample:
    """The sample of a drawing; with `em` cropped to its ink."""
    from ...draw.canvas import Canvas

    look, edge = drawing.look, margin_of(drawing.look)
    lead = CAPTION_GAP * look.size + float(drawing.caption.ys[-1]) if drawing.caption else 0.0
    parts = [part for part in [drawing.caption, drawing.table, *drawing.notes] if part]
    wide = max(float(part.xs[-1]) for part in parts)
    high = lead + sum(float(part.ys[-1]) for part in [drawing.table, *drawing.notes])
    shift = 0.0 if look.snap or em else float(rng.random())
    canvas = Canvas((math.ceil(high) + 2 * edge, math.ceil(wide + shift) + 2 * edge), look.paper)
    _paint(canvas, drawing, edge + shift, edge, float(round(edge + lead)))
    image, glyphs = canvas.finish()
    if em:
        image, glyphs = _cropped(image, glyphs)
    truth, content = drawing.truth, drawing.content
    notes = {"style": look.name, "size": round(look.size, 2), "rows": len(content.rows), "columns": content.columns}
    return Sample(image, truth.plain, truth.format, glyphs, "table", notes=notes)


def _paint(canvas: Canvas, drawing: Drawing, left: float, edge: float, top: float) -> None:
    """Draw the table at (left, top), its caption at the edge above it, its notes below."""
    from ...draw.table import paint

    look, table = drawing.look, drawing.table
    if drawing.caption:
        paint(canvas, drawing.caption, (left, edge))
    box = (left, top, left + float(table.xs[-1]), top + float(table.ys[-1]))
    canvas.skia.save()
    if look.corner:
        _rounded(canvas, box, look)
    ruled = look.all_level or look.stripe is not None
    rules = strokes(drawing.content, look)
    paint(canvas, table, (left, top), () if look.typed else rules, drawing.truth.rows, hull=not ruled)
    if look.typed:
        _type_rules(canvas, drawing, rules, (left, top))
    canvas.skia.restore()
    if look.leaders:
        _lead(canvas, drawing, (left, top))
    at = box[3]
    for note in drawing.notes:
        paint(canvas, note, (left, float(round(at))))
        at += float(note.ys[-1])


def _rounded(canvas: Canvas, box: Box, look: Look) -> None:
    """Clip to a frame with round corners, and drop its shadow."""
    import skia

    radius = look.corner * look.size
    shape = skia.RRect.MakeRectXY(skia.Rect.MakeLTRB(*box), radius, radius)
    if look.shadow:
        blur = skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 0.25 * look.size)
        canvas.skia.save()
        canvas.skia.translate(0, 0.12 * look.size)
        canvas.skia.drawRRect(shape, skia.Paint(AntiAlias=True, Color=skia.Color(0, 0, 0, 60), MaskFilter=blur))
        canvas.skia.restore()
    canvas.skia.drawRRect(shape, skia.Paint(AntiAlias=True, Color=skia.Color(*(look.paper if sum(look.paper) < 380 else WHITE))))
    outline = skia.Paint(
        AntiAlias=True,
        Color=skia.Color(*look.rule),
        StrokeWidth=2 * max(look.heavy * look.size, 1.0),
        Style=skia.Paint.kStroke_Style,
    )
    canvas.skia.clipRRect(shape, True)
    canvas.skia.drawRRect(shape, outline)


def _type_rules(canvas: Canvas, drawing: Drawing, rules: list[Stroke], at: tuple[float, float]) -> None:
    """Rules as people type them: hyphens with a cross where columns meet, a bar beside each line of text."""
    import numpy as np

    from ...draw.grid import MIDDLE
    from ...draw.style import advances

    table, style = drawing.table, style_of(drawing.look)
    step, leading = float(advances("-", style)[0]), drawing.look.leading * style.size
    level = [rule for rule in rules if rule.level]
    cross = {rule.line for rule in rules if not rule.level}
    for rule in level:
        dashes = round((table.xs[rule.stop] - table.xs[rule.start]) / step) + 1
        places = {round((table.xs[line] - table.xs[rule.start]) / step) for line in cross}
        text = "".join("+" if place in places else "-" for place in range(dashes))
        y = round(at[1] + float(table.ys[rule.line]) + MIDDLE * style.size)
        canvas.text(text, (at[0] + float(table.xs[rule.start]) - step / 2, y), style)
    ruled, bars = {table.ys[rule.line] for rule in level}, []
    for rule in rules:
        y = table.ys[rule.start] + leading * (0.5 if table.ys[rule.start] in ruled else 0.0)
        while not rule.level and y + leading / 2 < table.ys[rule.stop]:
            if not any(abs(y + leading / 2 - line) < leading / 3 for line in ruled):
                base = round(at[1] + y + leading / 2 + MIDDLE * style.size)
                bars.append((at[0] + table.xs[rule.line] - step / 2, base))
            y += leading
    if bars:
        _type(canvas, "|", *np.array(bars, float).T, style)


def _type(canvas: Canvas, letter: str, xs: np.ndarray, ys: np.ndarray, style: Style) -> None:
    """Draw one letter with the pen at each (xs, ys); it stands for nothing in the truth."""
    from ...draw.canvas import ink_boxes
    from ...draw.style import shape

    text = letter * len(xs)
    ids, steps, ink = shape(text, style)
    canvas.draw(ids, xs, ys, style)
    canvas.add(text, ink_boxes(ink, xs, ys, steps, style))


def _lead(canvas: Canvas, drawing: Drawing, at: tuple[float, float]) -> None:
    """Dots from the texts of the first column to its end."""
    import numpy as np

    from ...draw.style import advances

    look, table = drawing.look, drawing.table
    style = style_of(look)
    step = float(advances(".", style)[0]) or 1.0
    style = replace(style, spacing=0.6 * step)
    steps = advances("." * int(table.xs[1] / step), style)
    places, xs, ys = np.cumsum(steps) - steps, [], []
    for slot, ink, lines in zip(table.slots, table.inks, table.lines, strict=True):
        row = drawing.content.rows[slot.row]
        if (
            slot.column
            or not lines
            or row.role in ("head", "section")
            or slot.columns > 1
            or slot.rows > 1
            or slot.align != "left"
        ):
            continue
        start, stop, x, y = lines[-1]
        x += ink.starts[stop] - ink.starts[start] + 0.2 * look.size
        count = int((table.xs[1] - x) / (1.6 * step))
        if count > 2:
            xs.append(at[0] + table.xs[1] - count * 1.6 * step + places[:count])
            ys.append(np.full(count, at[1] + y))
    if xs:
        _type(canvas, ".", np.concatenate(xs), np.concatenate(ys), style)


def _cropped(image: np.ndarray, glyphs: Glyphs) -> tuple[np.ndarray, Glyphs]:
    """The part of a picture that holds its ink, on white."""
    import numpy as np

    from ...draw.canvas import move

    dark = image.reshape(len(image), -1) < 250  # channels side by side, for the least over them is slow
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0).reshape(-1, 3).any(1))
    if not len(rows):
        return image, glyphs
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return np.ascontiguousarray(image[top:bottom, left:right]), move(glyphs, (-left, -top))
