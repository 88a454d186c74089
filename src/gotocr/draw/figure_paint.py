"""Paint a plane figure with skia, and note which characters of its TikZ each point, line and letter stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..schema import AREA, Box
from .canvas import Canvas
from .figure import Figure, Label, Line, Path, Pen
from .figure_labels import LabelLook, Set, typeset
from .fonts import require_skia
from .style import make_font

Colour = tuple[int, int, int]
POINT = 6.0  # half the side of the box of a point, in pixels, at least
TIPS = ("barbs", "stealth", "latex", "open")


@dataclass(frozen=True)
class FigureLook:
    """How a figure is painted; sizes in pixels."""

    unit: float  # pixels a centimetre of the truth
    label: LabelLook
    line: float = 2.0
    thick: float = 2.2  # times the line
    dot: float = 4.0  # radius
    tip: str = "barbs"
    tip_size: float = 9.0
    dash: tuple[float, float] = (6.0, 5.0)
    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)
    colours: Mapping[str, Colour] = field(default_factory=dict)
    tint: float = 0.3  # how much colour is in a pale one


PALETTE: Mapping[str, Colour] = {
    "red": (230, 20, 20), "blue": (20, 30, 230), "green": (0, 160, 30), "orange": (255, 128, 0), "violet": (128, 0, 128),
    "brown": (150, 80, 20), "gray": (128, 128, 128), "cyan": (0, 174, 220), "magenta": (230, 0, 130), "yellow": (255, 235, 0),
    "purple": (190, 0, 64), "teal": (0, 128, 128), "white": (255, 255, 255), "pink": (255, 170, 180),
    "lime": (170, 240, 0), "olive": (128, 128, 0),
}  # fmt: skip


def colour_of(pen: Pen, look: FigureLook) -> Colour:
    """The colour a pen has in this look."""
    if not pen.colour:
        return look.ink
    name, _, pale = pen.colour.partition("!")
    full = look.ink if name == "black" else look.colours.get(name) or PALETTE.get(name, look.ink)
    return tuple(round(p + (c - p) * look.tint) for c, p in zip(full, look.paper, strict=True)) if pale else full


def frame(figure: Figure, look: FigureLook) -> Box:
    """What the ink of a figure covers, in pixels, y down, with the figure's origin at (0, 0)."""
    boxes = [_path_box(path, look) for path in figure.paths]
    for label in figure.labels:
        left, top, right, bottom = typeset(label.text, look.label).box()
        x, y = label.at[0] * look.unit, -label.at[1] * look.unit
        boxes.append((x - (right - left) / 2, y - (bottom - top) / 2, x + (right - left) / 2, y + (bottom - top) / 2))
    if not boxes:
        return (0.0, 0.0, 1.0, 1.0)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _path_box(path: Path, look: FigureLook) -> Box:
    if path.dot:
        x, y, r = path.start[0] * look.unit, -path.start[1] * look.unit, look.dot + look.line / 2
        return (x - r, y - r, x + r, y + r)
    left, low, right, high = path.box
    pad = 0.0 if path.pen.fill else look.line * (look.thick if path.pen.thick else 1.0) / 2
    pad += look.tip_size * 0.5 if path.pen.arrow else 0.0
    return (left * look.unit - pad, -high * look.unit - pad, right * look.unit + pad, -low * look.unit + pad)


def paint(
    canvas: Canvas, figure: Figure, look: FigureLook, origin: tuple[float, float]
) -> list[tuple[Box, list[tuple[str, int, Box]]]]:
    """Paint with the figure's origin at pixel `origin`.

    Returns, for each path and then each label, its box and (character, start, box) of its letters.
    """
    sheet = canvas.skia
    found: list[tuple[Box, list[tuple[str, int, Box]]]] = []
    for path in figure.paths:
        _paint_path(sheet, path, look, origin)
        left, top, right, bottom = _path_box(path, look)
        found.append(((left + origin[0], top + origin[1], right + origin[0], bottom + origin[1]), []))
    for label in figure.labels:
        found.append(_paint_label(sheet, label, look, origin))
    return found


def _paint_path(sheet, path: Path, look: FigureLook, origin: tuple[float, float]) -> None:
    skia, pen = require_skia(), path.pen
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*colour_of(pen, look)))
    if path.dot:
        x, y = origin[0] + path.start[0] * look.unit, origin[1] - path.start[1] * look.unit
        if not pen.fill:
            sheet.drawCircle(x, y, look.dot, skia.Paint(AntiAlias=True, Color=skia.Color(*look.paper)))
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(look.line)
        sheet.drawCircle(x, y, look.dot, paint)
        return
    drawn = [
        Line([complex(origin[0] + p.real * look.unit, origin[1] - p.imag * look.unit) for p in line.points], line.closed)
        for line in path.lines
    ]
    if pen.fill:
        for line in drawn:
            sheet.drawPath(_outline(line, True), paint)
        return
    width = look.line * (look.thick if pen.thick else 1.0)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(width)
    paint.setStrokeJoin(skia.Paint.kMiter_Join)
    if pen.dash:
        on, off = look.dash if pen.dash == "dashed" else (0.01, look.line * 2.6)
        paint.setPathEffect(skia.DashPathEffect.Make([on, off], 0))
        paint.setStrokeCap(skia.Paint.kRound_Cap if pen.dash == "dotted" else skia.Paint.kButt_Cap)
    if pen.arrow and drawn:
        tips = _tips(drawn, pen.arrow, look, width)
        solid = skia.Paint(AntiAlias=True, Color=paint.getColor(), StrokeWidth=width)
        for points, filled in tips:
            solid.setStyle(skia.Paint.kFill_Style if filled else skia.Paint.kStroke_Style)
            solid.setStrokeCap(skia.Paint.kRound_Cap)
            sheet.drawPath(_outline(Line(points), filled), solid)
    for line in drawn:
        sheet.drawPath(_outline(line, line.closed), paint)


def _outline(line: Line, closed: bool):
    skia = require_skia()
    return skia.Path.Polygon([skia.Point(p.real, p.imag) for p in line.points], closed)


def _tips(drawn: Sequence[Line], arrow: str, look: FigureLook, width: float) -> list[tuple[list[complex], bool]]:
    """(points, filled) of the tips at the ends of a path, whose line is drawn back from under them."""
    found = []
    ends = [(drawn[-1].points, -1, -2)] * (">" in arrow) + [(drawn[0].points, 0, 1)] * ("<" in arrow)
    for points, last, before in ends:
        tip = points[last]
        along = (tip - points[before]) / (abs(tip - points[before]) or 1.0)
        size = look.tip_size + 2.0 * width - 2.0 * look.line
        across = along * 1j * size
        if look.tip == "barbs":
            shape = (0.5j - 0.62, 0.12j - 0.2, 0j, -0.12j - 0.2, -0.5j - 0.62)  # along the line, as TeX's arrow heads bend
            found.append(([tip + along * size * at for at in shape], False))
            points[last] = tip - along * width * 0.3
        elif look.tip == "open":
            found.append(([tip - along * size * 0.9 + across * 0.4, tip, tip - along * size * 0.9 - across * 0.4], False))
            points[last] = tip - along * width * 0.3
        else:
            back = 0.7 if look.tip == "stealth" else 1.0
            found.append(
                ([tip, tip - along * size + across * 0.38, tip - along * size * back, tip - along * size - across * 0.38], True)
            )
            points[last] = tip - along * size * back * 0.8
    return found


def _paint_label(sheet, label: Label, look: FigureLook, origin: tuple[float, float]) -> tuple[Box, list[tuple[str, int, Box]]]:
    skia = require_skia()
    done: Set = typeset(label.text, look.label)
    left, top, right, bottom = done.box()
    x = origin[0] + label.at[0] * look.unit - (left + right) / 2
    y = origin[1] - label.at[1] * look.unit - (top + bottom) / 2
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*look.ink))
    letters = []
    for mark, shown, (px, py), style, box in done.letters:
        sheet.drawTextBlob(skia.TextBlob.MakeFromString(shown, make_font(style)), x + px, y + py, paint)
        letters.append((mark.text, mark.start, (box[0] + x, box[1] + y, box[2] + x, box[3] + y)))
    for bar in done.bars:
        sheet.drawRect(skia.Rect.MakeLTRB(bar[0] + x, bar[1] + y, bar[2] + x, bar[3] + y), paint)
    return (left + x, top + y, right + x, bottom + y), letters


def note(
    canvas: Canvas, figure: Figure, look: FigureLook, origin: tuple[float, float], truth: tuple[Sequence, int, list]
) -> None:
    """Note glyphs for `truth`: the places of the TikZ (`tikz.Place`), where it starts in the format truth, what `paint` gave.

    A point is noted at its own spot, letters by themselves, all else over the whole of its command's ink.
    """
    places, first, painted = truth
    half = max(POINT, look.line * 1.5)
    texts: list[str] = []
    boxes: list[Box] = []
    counts: list[int] = []  # glyphs in each box
    offsets: list[int] = []
    for place in places:
        box, letters = painted[place.command]
        if place.letters:
            texts += [letter for letter, _, _ in letters]
            boxes += [box for _, _, box in letters]
            counts += [1] * len(letters)
            offsets += [first + place.start + start for _, start, _ in letters]
            continue
        if place.point is not None:
            x, y = origin[0] + place.point.real * look.unit, origin[1] - place.point.imag * look.unit
            box = (x - half, y - half, x + half, y + half)
        count = place.stop - place.start
        texts.append(AREA * count)
        boxes.append(box)
        counts.append(count)
        offsets += range(first + place.start, first + place.stop)
    canvas.add("".join(texts), np.repeat(np.array(boxes, np.float32), counts, 0), -1, np.array(offsets, np.int32))
