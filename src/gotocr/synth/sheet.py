"""A contact sheet: samples side by side with their boxes and their truth under them, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..draw.canvas import Canvas
from ..draw.fonts import BUNDLED, covered, require_cv2
from ..draw.style import Style, wrap
from ..schema import AREA, Sample
from .shards import resize

FONT = "pt-sans.woff"
TALLEST = 1.3  # of a cell's picture, in widths
GAP, LINE = 8, 15  # pixels between cells, and from line to line of the truth
INKED, AREAS, UNWRITTEN = (220, 40, 40), (40, 90, 230), (150, 150, 150)  # boxes of characters, of areas, of what no truth names


def sheet(samples: Sequence[Sample], columns: int = 4, width: int = 420, lines: int = 8, boxes: bool = True) -> np.ndarray:
    """All samples on one picture (H, W, 3) uint8, each under the shortest of the `columns`, at most `width` pixels wide.

    Red boxes are characters, blue ones areas, gray ones stand for nothing that is written in `format`.
    """
    cells = [_cell(sample, width, lines, boxes) for sample in samples]
    ends, places = [GAP] * columns, []
    for cell in cells:
        column = ends.index(min(ends))
        places.append((ends[column], GAP + column * (width + GAP)))
        ends[column] += cell.shape[0] + GAP
    out = np.full((max(ends), columns * (width + GAP) + GAP, 3), 225, np.uint8)
    for cell, (top, left) in zip(cells, places, strict=True):
        out[top : top + cell.shape[0], left : left + width] = cell
    return out


def _cell(sample: Sample, width: int, lines: int, boxes: bool) -> np.ndarray:
    height, wide = sample.image.shape[:2]
    fitted = resize(sample, min(1.0, width / wide, TALLEST * width / height))
    image = _boxed(fitted) if boxes else fitted.image
    style = Style(str(BUNDLED / FONT), 11.5, colour=(20, 20, 90))
    shown = [f"{sample.kind} {sample.seed}  {sample.image.shape[1]}x{sample.image.shape[0]}  {len(sample.glyphs.text)} glyphs"]
    for line in sample.format.split("\n"):
        shown += wrap(covered(style.font, line), style, width - 8) or [""]
    shown = shown[:lines] + (["..."] if len(shown) > lines else [])
    height = image.shape[0]
    canvas = Canvas((height + LINE * len(shown) + 6, width), (255, 255, 255))
    for number, line in enumerate(shown):
        canvas.text(line, (4, height + LINE * (number + 1) - 2), style)
    out = canvas.finish()[0]
    out[:height, : image.shape[1]] = image
    return out


def _boxed(sample: Sample) -> np.ndarray:
    cv2 = require_cv2()
    image, glyphs = sample.image.copy(), sample.glyphs
    for letter, box, written in zip(glyphs.text, glyphs.boxes, glyphs.format, strict=True):
        if letter in " \n":
            continue
        colour = UNWRITTEN if written < 0 else AREAS if letter == AREA else INKED
        left, top, right, bottom = (int(round(float(value))) for value in box)
        cv2.rectangle(image, (left, top), (right - 1, bottom - 1), colour, 1)
    return image

