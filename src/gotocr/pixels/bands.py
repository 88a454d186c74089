"""Cut a page into bands small enough for a small model, along the white between lines and columns (XY-cut).

A band is a whole number of lines of one column where the page allows it. Nothing is cut that fits as it is.
After Nagy & Seth, "Hierarchical representation of optically scanned documents" (ICPR 1984).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .textheight import ink

FINE = 8.0  # letters are at least this tall where white is looked for, in pixels
SPECKS = 0.003  # share of a row or column that may be inked and still count as white
GUTTER = 1.6  # white between columns is at least this many letter heights wide ...
GUTTER_TALL = 6.0  # ... over at least this many letter heights
COLUMN = 6.0  # a column is at least this wide, in letter heights
MARGIN = 0.8  # white kept around a band, in letter heights
PARAGRAPH = 1.7  # white this many times the usual between lines ends a paragraph
FAR = 2.5  # and so does white of this many letter heights


@dataclass(frozen=True)
class Band:
    """A part of a page: its box (left, top, right, bottom) in whole pixels, and whether a new block begins with it."""

    box: tuple[int, int, int, int]
    opens: bool = True


@dataclass(frozen=True)
class _Cut:
    mask: np.ndarray  # (H, W) bool, true on ink
    letters: float
    most: tuple[float, float]  # width, height of a band in pixels

    def split(self, box: tuple[int, int, int, int], opens: bool) -> Iterator[Band]:
        box = self.trim(box)
        if box is None:
            return
        left, top, right, bottom = box
        if bottom - top <= self.most[1] and right - left <= self.most[0]:
            yield Band(self.pad(box), opens)
            return
        gutter = self.gutter(box)
        if gutter is not None:
            yield from self.split((left, top, gutter, bottom), opens)
            yield from self.split((gutter, top, right, bottom), True)
            return
        if bottom - top <= self.most[1]:  # one long line: nothing to gain
            yield Band(self.pad(box), opens)
            return
        row, fresh = self.row(box)
        yield from self.split((left, top, right, row), opens)
        yield from self.split((left, row, right, bottom), fresh)

    def trim(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
        """The box around the ink of a box; None without ink."""
        left, top, right, bottom = box
        part = self.mask[top:bottom, left:right]
        rows, columns = np.flatnonzero(_inked(part, 1)), np.flatnonzero(_inked(part, 0))
        if not len(rows) or not len(columns):
            return None
        return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1

    def pad(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Keep some white around, but not the neighbours' ink: stop half way to it."""
        height, width = self.mask.shape
        left, top, right, bottom = box
        reach = max(2, int(MARGIN * self.letters))
        up = _clear(self.mask[max(0, top - 2 * reach) : top, left:right][::-1], reach)
        down = _clear(self.mask[bottom : bottom + 2 * reach, left:right], reach)
        return max(0, left - reach), top - up, min(width, right + reach), min(height, bottom + down)

    def gutter(self, box: tuple[int, int, int, int]) -> int | None:
        """The middle of the widest white column between two columns of text, or None."""
        left, top, right, bottom = box
        if bottom - top < GUTTER_TALL * self.letters:
            return None
        runs = _white(_inked(self.mask[top:bottom, left:right], 0))
        edge = COLUMN * self.letters
        wide = [(stop - start, start, stop) for start, stop in runs if start > edge and right - left - stop > edge]
        best = max(wide, default=None)
        return left + (best[1] + best[2]) // 2 if best and best[0] >= GUTTER * self.letters else None

    def row(self, box: tuple[int, int, int, int]) -> tuple[int, bool]:
        """Where to cut a box across, and whether a new block begins there."""
        left, top, right, bottom = box
        runs = _white(_inked(self.mask[top:bottom, left:right], 1))
        if not runs:  # touching lines: the emptiest row of the lower half of what fits
            counts = self.mask[top:bottom, left:right].sum(1)
            reach = int(min(self.most[1], bottom - top - 1))
            first = reach // 2
            return top + first + int(counts[first : reach + 1].argmin()), False
        gaps = np.array([stop - start for start, stop in runs])
        usual = float(np.median(gaps))
        large = gaps > max(PARAGRAPH * usual, 2.0) if len(gaps) > 2 else gaps > FAR * self.letters
        middles = np.array([(start + stop) // 2 for start, stop in runs])
        fits = middles <= self.most[1]
        choice = np.flatnonzero(large & fits)
        if not len(choice):
            choice = np.flatnonzero(fits) if fits.any() else np.array([0])
        at = int(choice[-1])
        return top + int(middles[at]), bool(large[at])


def bands(image: np.ndarray, letters: float, most: tuple[float, float]) -> list[Band]:
    """Bands of a picture (H, W, 3) uint8 in reading order, each at most `most` = (width, height) pixels if lines allow.

    `letters` is the height of its letters in pixels (`textheight.text_height`). A picture that fits is one band.
    """
    height, width = image.shape[:2]
    whole = Band((0, 0, width, height))
    if height <= most[1] and width <= most[0]:
        return [whole]
    step = max(1, int(letters // FINE))  # white shows as well in a smaller picture
    gray = Image.fromarray(image).convert("L").reduce(step)
    mask = ink(gray)
    if mask is None:
        return [whole]
    cut = _Cut(mask, letters / step, (most[0] / step, most[1] / step))
    found = list(cut.split((0, 0, gray.width, gray.height), True))
    return [Band(_enlarged(band.box, step, (width, height)), band.opens) for band in found] or [whole]


def _enlarged(box: tuple[int, int, int, int], step: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (side * step for side in box)
    return left, top, min(right, size[0]), min(bottom, size[1])


def _inked(part: np.ndarray, axis: int) -> np.ndarray:
    return part.sum(axis) > max(0.0, SPECKS * part.shape[axis])


def _white(inked: np.ndarray) -> list[tuple[int, int]]:
    """Runs of white strictly between ink, as (start, stop)."""
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    falls = [int(at) + 1 for at in edges if inked[at]]
    rises = [int(at) + 1 for at in edges if not inked[at]]
    return [(start, stop) for start, stop in zip(falls, [rise for rise in rises if not falls or rise > falls[0]], strict=False)]


def _clear(rows: np.ndarray, most: int) -> int:
    """How many rows to add: up to `most`, half of the white before the next ink."""
    inked = np.flatnonzero(_inked(rows, 1)) if rows.size else np.zeros(0, int)
    return min(most, len(rows), int(inked[0]) // 2 if len(inked) else most)
