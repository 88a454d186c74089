"""How a run of text looks, how wide it is, and where its lines break; fonts at a size, not fonts as files."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import isnan

import numpy as np

from .fonts import require_skia, typeface

SPACE_HEIGHT = 0.5  # height of a space's box above the baseline, in ems: about the x-height


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


def make_font(style: Style):
    """The skia font of a style."""
    skia = require_skia()
    font = skia.Font(typeface(style.font), style.size)
    font.setSubpixel(True)
    font.setSkewX(-style.slant)
    font.setEmbolden(style.bold)
    font.setHinting(skia.FontHinting.kNone)
    return font


MEASURED_AT = 1000.0  # font size at which glyphs are measured; unhinted outlines scale
USUAL = "".join(map(chr, range(32, 127)))  # characters measured in one go: most texts have most of them


class Metrics:
    """Advances and ink of a typeface's glyphs in thousandths of an em, measured when first asked for."""

    def __init__(self, path: str, slant: float, bold: bool) -> None:
        self.font = make_font(Style(path, MEASURED_AT, slant=slant, bold=bold))
        count = typeface(path).countGlyphs()
        self._rows = np.full((count + 1, 5), np.nan, np.float32)  # advance, left, top, right, bottom

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, 5) float32: advance and ink box of each glyph id; a box of zeros has no ink."""
        rows = self._rows.take(ids, 0)
        if not isnan(rows[:, 0].sum()):
            return rows
        new = set(ids[np.isnan(rows[:, 0])].tolist())
        if isnan(self._rows[0, 0]):
            new |= {0, *self.font.textToGlyphs(USUAL)}
        wanted = list(new)
        boxes = self.font.getBounds(wanted, None)
        self._rows[wanted, 0] = self.font.getWidths(wanted)
        self._rows[wanted, 1:] = [(box.left(), box.top(), box.right(), box.bottom()) for box in boxes]
        return self._rows.take(ids, 0)


@lru_cache(maxsize=2048)
def metrics(path: str, slant: float = 0.0, bold: bool = False) -> Metrics:
    """The measures of a face, kept for the process."""
    return Metrics(path, slant, bold)


def shape(text: str, style: Style, font=None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Glyph id (n,), advance (n,) and ink box (n, 4), relative to the pen, of each character in pixels; 0 = the font lacks it."""
    face = metrics(style.font, style.slant, style.bold)
    ids = np.array((font or face.font).textToGlyphs(text), np.int64)
    rows = face.rows(ids) * np.float32(style.size / MEASURED_AT)
    steps = rows[:, 0].astype(np.float64)
    if style.spacing:
        steps += style.spacing
    if style.word_spacing:
        steps += np.array([style.word_spacing if letter == " " else 0.0 for letter in text])
    return ids, steps, rows[:, 1:]


def measure(text: str, style: Style, font=None) -> tuple[np.ndarray, np.ndarray]:
    """Advance (n,) and ink box (n, 4), relative to the pen, of each character in pixels; the box of a space is zeros."""
    return shape(text, style, font)[1:]


def advances(text: str, style: Style) -> np.ndarray:
    """Advance of each character in pixels, (len(text),) float."""
    return measure(text, style)[0] if text else np.zeros(0)


def wrap(text: str, style: Style, width: float) -> list[str]:
    """Break `text` at spaces into lines at most `width` pixels wide; a word longer than a line is cut."""
    ends = np.concatenate([[0.0], np.cumsum(advances(text, style))])
    spaces = [index for index, letter in enumerate(text) if letter == " "]
    lines, start, at = [], 0, 0
    while start < len(text):
        fits = int(np.searchsorted(ends, ends[start] + width, side="right")) - 1  # the line may end before this character
        if fits >= len(text):
            lines.append(text[start:])
            break
        after = bisect_right(spaces, fits, at)
        if after > at and spaces[after - 1] > start:
            stop, at = spaces[after - 1], after
            following = stop + 1
        else:
            stop = following = max(fits, start + 1)
        lines.append(text[start:stop])
        start = following
    return [line.strip(" ") for line in lines if line.strip(" ")]
