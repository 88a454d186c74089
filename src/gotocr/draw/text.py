"""Draw laid-out text with skia: lines of characters on a canvas, with the box of every character's ink.

This file knows fonts and ink, not where words come from (`synth`) nor how paper ages (`wear`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..schema import Glyph
from .fonts import require_skia, typeface

SPACE_HEIGHT = 0.5  # height of a space's box above the baseline, in ems: about the x-height
BREAK_WIDTH = 0.25  # width of the box a line break gets behind its line, in ems


@dataclass(frozen=True)
class Style:
    """How a run of text looks. Sizes are in pixels; colours are (red, green, blue) in 0..255."""

    font: str
    size: float
    colour: tuple[int, int, int] = (0, 0, 0)
    spacing: float = 0.0  # extra pixels between characters
    word_spacing: float = 0.0  # extra pixels after a space
    slant: float = 0.0  # shear of the glyphs, 0.2 = oblique
    bold: bool = False  # emboldened outlines
    outline: float = 0.0  # stroke width of outlined letters; 0 = filled
    jitter: float = 0.0  # deviation of each glyph's baseline in ems, for a hand-set look


@dataclass(frozen=True)
class Line:
    """One line of text standing on a baseline at (x, y)."""

    text: str
    x: float
    y: float
    style: Style


def make_font(style: Style):
    """The skia font of a style."""
    skia = require_skia()
    font = skia.Font(typeface(style.font), style.size)
    font.setSubpixel(True)
    font.setSkewX(-style.slant)
    font.setEmbolden(style.bold)
    font.setHinting(skia.FontHinting.kNone)
    return font


def advances(text: str, style: Style, font=None) -> np.ndarray:
    """Advance of each character in pixels, (len(text),) float."""
    if not text:
        return np.zeros(0)
    font = font or make_font(style)
    widths = np.asarray(font.getWidths(font.textToGlyphs(text))) + style.spacing
    return widths + np.asarray([style.word_spacing if letter == " " else 0.0 for letter in text])


def wrap(text: str, style: Style, width: float) -> list[str]:
    """Break `text` at spaces into lines at most `width` pixels wide; a word longer than a line is cut."""
    steps = advances(text, style)
    lines, start, space, used = [], 0, -1, 0.0
    index = 0
    while index < len(text):
        used += steps[index]
        if text[index] == " ":
            space = index
        if used > width and index > start and text[index] != " ":
            stop = space if space > start else index
            lines.append(text[start:stop])
            start = stop + (1 if space > start else 0)
            space, used = -1, float(steps[start : index + 1].sum())
        index += 1
    lines.append(text[start:])
    return [line.strip(" ") for line in lines if line.strip(" ")]


def draw(
    background: np.ndarray, lines: Sequence[Line], matrix: np.ndarray | None = None, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, list[Glyph]]:
    """Draw `lines` over `background` (H, W, 3) uint8; return the picture and one glyph a character.

    A line break between lines gets a glyph too. `matrix` (3, 3) maps the flat layout onto the canvas
    (rotation, shear, perspective); boxes are those of the mapped ink. `rng` drives the baseline jitter.
    """
    skia = require_skia()
    opaque = np.full(background.shape[:2], 255, np.uint8)
    canvas_pixels = np.ascontiguousarray(np.dstack([background, opaque]))  # (H, W, 4)
    canvas = skia.Surface(canvas_pixels, skia.kRGBA_8888_ColorType).getCanvas()
    if matrix is not None:
        canvas.concat(skia.Matrix.MakeAll(*[float(value) for value in np.asarray(matrix).reshape(-1)]))
    glyphs: list[Glyph] = []
    for number, line in enumerate(lines):
        glyphs += _draw_line(canvas, line, rng)
        if number + 1 < len(lines):
            em, right = line.style.size, glyphs[-1].box[2] if glyphs else line.x
            glyphs.append(Glyph("\n", (right, line.y - SPACE_HEIGHT * em, right + BREAK_WIDTH * em, line.y)))
    if matrix is not None:
        glyphs = [Glyph(glyph.text, map_box(glyph.box, matrix)) for glyph in glyphs]
    return canvas_pixels[..., :3].copy(), glyphs


def _draw_line(canvas, line: Line, rng) -> list[Glyph]:
    if not line.text:
        return []
    skia, style = require_skia(), line.style
    font = make_font(style)
    ids = font.textToGlyphs(line.text)
    steps = advances(line.text, style, font)
    xs = line.x + np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    rise = rng.normal(0, style.jitter * style.size, len(ids)) if style.jitter and rng is not None else np.zeros(len(ids))
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*map(int, style.colour)))
    if style.outline:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(style.outline)
    points = [skia.Point(float(x), float(line.y + up)) for x, up in zip(xs, rise, strict=True)]
    canvas.drawTextBlob(skia.TextBlob.MakeFromPosText(line.text, points, font), 0, 0, paint)
    glyphs = []
    for letter, box, x, step, up in zip(line.text, font.getBounds(ids, paint), xs, steps, rise, strict=True):
        if letter == " " or box.width() <= 0 or box.height() <= 0:
            ink = (x, line.y - SPACE_HEIGHT * style.size, x + max(step, 1.0), line.y)
        else:
            y = line.y + up
            ink = (x + box.left(), y + box.top(), x + box.right(), y + box.bottom())
        glyphs.append(Glyph(letter, tuple(float(value) for value in ink)))
    return glyphs


def map_box(box, matrix: np.ndarray):
    """The upright box around `box` after mapping its corners by a 3 x 3 matrix."""
    left, top, right, bottom = box
    corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]]) @ np.asarray(matrix).T
    corners = corners[:, :2] / corners[:, 2:]
    low, high = corners.min(0), corners.max(0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
