"""How letters of signs are painted: gradients, outlines, shadows, depth, glow, relief; drawn from skia paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .fonts import require_skia

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """The paint of letters; lengths are in pixels."""

    colours: tuple[Colour, ...]  # one for all, or one a letter, again and again
    second: Colour | None = None  # what the first colour runs into, from top to bottom
    across: bool = False  # the second colour is at the right, not at the bottom
    outlines: tuple[tuple[float, Colour], ...] = ()  # (width, colour) around the letters, widest first
    hollow: float = 0.0  # width of the stroke of letters that are not filled
    shadow: tuple[float, float, float, Colour] | None = None  # dx, dy, blur, colour
    depth: tuple[float, float, Colour] | None = None  # dx, dy of the back of solid letters, colour of their sides
    glow: tuple[float, Colour] | None = None  # reach, colour
    relief: float = 0.0  # height of raised letters; negative = carved
    bridges: float = 0.0  # width of the upright gaps that a stencil leaves

    @property
    def grown(self) -> float:
        """How far the ink of a letter itself reaches beyond its outline."""
        return self.hollow / 2


def _paint(colour: Colour, alpha: int = 255, stroke: float = 0.0):
    skia = require_skia()
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*map(int, colour), alpha))
    if stroke:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(stroke)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


def _soft(paint, reach: float):
    skia = require_skia()
    if reach > 0.3:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, reach))
    return paint


def _merged(paths: Sequence):
    skia = require_skia()
    whole = skia.Path()
    whole.setFillType(skia.PathFillType.kWinding)
    for path in paths:
        whole.addPath(path)
    return whole


def _shifted(board, path, by: tuple[float, float], paint) -> None:
    board.save()
    board.translate(*by)
    board.drawPath(path, paint)
    board.restore()


def draw_letters(board, paths: Sequence, look: Look) -> None:
    """Paint outlines on a skia canvas, what lies behind them first."""
    whole = _merged(paths)
    if whole.isEmpty():
        return
    board.save()
    if look.bridges:
        _keep_bridges(board, paths, look.bridges)
    _draw_behind(board, whole, look)
    if len(look.colours) > 1 and not look.second:
        for index, path in enumerate(paths):
            board.drawPath(path, _paint(look.colours[index % len(look.colours)], stroke=look.hollow))
    else:
        board.drawPath(whole, _front(whole, look))
    board.restore()


def _keep_bridges(board, paths: Sequence, width: float) -> None:
    """Let nothing be drawn on an upright bar through the middle of each letter."""
    skia = require_skia()
    for path in paths:
        box = path.getBounds()
        middle = (box.left() + box.right()) / 2
        bar = skia.Rect.MakeLTRB(middle - width / 2, box.top() - 2, middle + width / 2, box.bottom() + 2)
        board.clipRect(bar, skia.ClipOp.kDifference, True)


def _draw_behind(board, whole, look: Look) -> None:
    """All that lies behind the front of the letters, what is farthest first."""
    if look.glow:
        reach, colour = look.glow
        for share, alpha in ((1.0, 110), (0.45, 170)):
            board.drawPath(whole, _soft(_paint(colour, alpha, stroke=max(1.0, reach * share)), reach * share))
    if look.shadow:
        dx, dy, blur, colour = look.shadow
        _shifted(board, whole, (dx, dy), _soft(_paint(colour, 190), blur))
    if look.depth:
        dx, dy, colour = look.depth
        steps = max(2, int(np.hypot(dx, dy)) + 1)
        for step in np.linspace(1, 1 / steps, steps):
            _shifted(board, whole, (dx * step, dy * step), _paint(colour))
    for width, colour in look.outlines:
        board.drawPath(whole, _paint(colour, stroke=2 * width))
    if look.relief:
        up = -look.relief * 0.7
        _shifted(board, whole, (up, up), _paint((255, 255, 255), 150))
        _shifted(board, whole, (-up, -up), _paint((0, 0, 0), 150))


def _front(whole, look: Look):
    skia = require_skia()
    paint = _paint(look.colours[0], stroke=look.hollow)
    if look.second:
        box = whole.getBounds()
        end = (box.right(), box.top()) if look.across else (box.left(), box.bottom())
        colours = [skia.Color(*map(int, colour)) for colour in (look.colours[0], look.second)]
        paint.setShader(skia.GradientShader.MakeLinear([skia.Point(box.left(), box.top()), skia.Point(*end)], colours))
    return paint
