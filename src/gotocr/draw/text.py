"""Draw laid-out text with skia: lines of characters on a canvas, with the box of every character's ink.

This file knows lines and ink, not where words come from (`kinds`) nor how paper ages (`wear`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..schema import Glyphs
from .canvas import Canvas, ink_boxes
from .fonts import require_skia
from .style import SPACE_HEIGHT, Style, advances, shape, wrap

__all__ = ["Line", "Style", "advances", "draw", "draw_line", "wrap"]
BREAK_WIDTH = 0.25  # width of the box a line break gets behind its line, in ems


@dataclass(frozen=True)
class Line:
    """One line of text standing on a baseline at (x, y)."""

    text: str
    x: float
    y: float
    style: Style


def draw(
    background: np.ndarray, lines: Sequence[Line], matrix: np.ndarray | None = None, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, Glyphs]:
    """Draw `lines` over `background` (H, W, 3) uint8; return the picture and one glyph a character.

    A line break between lines gets a glyph too; `plain` of the glyphs counts the characters from 0. `matrix` (3, 3) maps the
    flat layout onto the canvas (rotation, shear, perspective); boxes are those of the mapped ink. `rng` drives the jitter.
    """
    canvas = Canvas(background.shape[:2], background)
    if matrix is not None:
        canvas.skia.concat(require_skia().Matrix.MakeAll(*[float(value) for value in np.asarray(matrix).reshape(-1)]))
    at = 0
    for number, line in enumerate(lines):
        right = draw_line(canvas, line, at, rng=rng)
        at += len(line.text)
        if number + 1 < len(lines):
            em = line.style.size
            canvas.area((right, line.y - SPACE_HEIGHT * em, right + BREAK_WIDTH * em, line.y), at, letter="\n")
            at += 1
    return canvas.finish()


def draw_line(canvas: Canvas, line: Line, plain: int = -1, format: int = -1, rng: np.random.Generator | None = None) -> float:
    """Draw one line whose characters stand at `plain` and `format` of the truths; return where its ink ends (x)."""
    if not line.text:
        return line.x
    style = line.style
    if not style.jitter or rng is None:
        return line.x + canvas.text(line.text, (line.x, line.y), style, plain, format) - style.spacing
    ids, steps, ink = shape(line.text, style)
    xs = line.x + (np.cumsum(steps) - steps)
    ys = line.y + rng.normal(0, style.jitter * style.size, len(xs))
    canvas.draw(ids, xs, ys, style)
    canvas.add(line.text, ink_boxes(ink, xs, ys, steps, style), plain, format)
    return float(xs[-1] + steps[-1]) - style.spacing
