"""Cut a page into bands small enough for a small model, along the white between lines and columns (XY-cut).

A band is a whole number of lines of one column where the page allows it. Nothing is cut that fits as it is.
After Nagy & Seth, "Hierarchical representation of optically scanned documents" (ICPR 1984).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from .textheight import Runs, ink, runs_of, shapes

FINE = 8.0  # letters are at least this tall where white is looked for, in pixels
SPECKS = 0.003  # share of a row or column that may be inked and still count as white
GUTTER = 1.6  # white between columns is at least this many letter heights wide ...
GUTTER_TALL = 6.0  # ... over at least this many letter heights
COLUMN = 6.0  # a column is at least this wide, in letter heights
SLIP = 2.5  # taller by wider than this is a slip: cells stand in rows there
CELL, APART = 2.0, 4.0  # a cell is at least this wide, and so far apart are cells that are read by themselves
CELLS = 20.0  # and one column of them at least is narrower than this
FEWEST, PAIRED = 6, 0.6  # so many rows at least, and such a share of the lines on either side: not the numbers beside formulas
LEVEL, MOSTLY = 0.5, 0.8  # letter heights between lines that are level; share of lines that are
MARGIN = 0.8  # white kept around a band, in letter heights
PARAGRAPH = 1.7  # white this many times the usual between lines ends a paragraph
PICTURE, DENSE = 10.0, 0.2  # of photographs: letter heights they are taller than, share of their box that is inked
FAR = 2.5  # and so does white of this many letter heights


@dataclass(frozen=True)
class Band:
    """A part of a page: its box (left, top, right, bottom) in whole pixels, and whether a new block begins with it."""

    box: tuple[int, int, int, int]
    opens: bool = True
    beside: bool = False  # it stands in one row with the band before, as a price beside its article


@dataclass(frozen=True)
class _Cut:
    mask: np.ndarray  # (H, W) bool, true on ink
    letters: float
    most: tuple[float, float]  # width, height of a band in pixels
    slip: bool = False  # a long strip of paper, such as a receipt

    def split(self, box: tuple[int, int, int, int], opens: bool) -> Iterator[Band]:
        box = self.trim(box)
        if box is None:
            return
        left, top, right, bottom = box
        if bottom - top <= self.most[1] and right - left <= self.most[0]:
            yield Band(self.pad(box), opens)
            return
        if self.slip and self.is_rows(box):
            yield from self.cells(box)
            return
        gutter = self.gutter(box)
        if gutter is not None:
            yield from self.split((left, top, gutter, bottom), opens)
            yield from self.split((gutter, top, right, bottom), True)
            return
        if bottom - top <= self.most[1]:  # one long line: nothing to gain
            yield Band(self.pad(box), opens)
            return
        block = self.columns(box)
        if block is not None:  # columns between a title and a footer, say
            start, stop = block
            yield from self.split((left, top, right, start), opens)
            yield from self.split((left, start, right, stop), opens if start == top else True)
            yield from self.split((left, stop, right, bottom), True)
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
        found = self._parted(self.mask[top:bottom, left:right].sum(0), bottom - top)
        return left + sum(found) // 2 if found else None

    def is_rows(self, box: tuple[int, int, int, int]) -> bool:
        """Whether a box holds rows of cells that stand far apart, as on a receipt: read row by row, not column by column."""
        left, top, right, bottom = box
        part = self.mask[top:bottom, left:right]
        found = self._parted(part.sum(0), bottom - top, CELL) if bottom - top >= GUTTER_TALL * self.letters else None
        if found is None or found[1] - found[0] < APART * self.letters:
            return False
        sides = part[:, : found[0]], part[:, found[1] :]
        if min(side.shape[1] for side in sides) >= CELLS * self.letters:
            return False
        few, many = sorted((_middles(_inked(side, 1)) for side in sides), key=len)
        level = np.abs(few[:, None] - many[None]).min(1, initial=np.inf) < LEVEL * self.letters
        return len(few) >= max(FEWEST, PAIRED * len(many)) and bool(level.mean() >= MOSTLY)

    def cells(self, box: tuple[int, int, int, int]) -> Iterator[Band]:
        """The cells of a box of rows, row by row."""
        left, top, right, bottom = box
        part = self.mask[top:bottom, left:right]
        rows = [0, *((start + stop) // 2 for start, stop in _white(_inked(part, 1))), bottom - top]
        wide = [run for run in _white(part.sum(0) > SPECKS * (bottom - top)) if run[1] - run[0] >= APART * self.letters]
        columns = [0, *(sum(run) // 2 for run in wide), right - left]
        for upper, lower in zip(rows, rows[1:], strict=False):
            begun = False
            for first, last in zip(columns, columns[1:], strict=False):
                cell = self.trim((left + first, top + upper, left + last, top + lower))
                if cell is not None:
                    yield Band(self.pad(cell), not begun, begun)
                    begun = True

    def columns(self, box: tuple[int, int, int, int]) -> tuple[int, int] | None:
        """The tallest part of a box, from white to white, that stands in columns: its top and bottom; None where there is none.

        A page is read column by column only if what crosses them, such as its title, is cut off first.
        """
        left, top, right, bottom = box
        part = self.mask[top:bottom, left:right]
        cuts = [0, *((start + stop) // 2 for start, stop in _white(_inked(part, 1))), bottom - top]
        strips = [part[start:stop].sum(0) for start, stop in zip(cuts, cuts[1:], strict=False)]  # ink by column
        best = None
        for first in range(len(strips)):
            ink_below = np.zeros(right - left, np.int64)
            for last in range(first, len(strips)):
                ink_below += strips[last]
                tall = cuts[last + 1] - cuts[first]
                if not self._parted(ink_below, tall):
                    if tall > GUTTER_TALL * self.letters:
                        break
                elif tall >= GUTTER_TALL * self.letters and (best is None or tall > best[1] - best[0]):
                    best = cuts[first], cuts[last + 1]
        return None if best is None or best[1] - best[0] <= self.most[1] else (top + best[0], top + best[1])

    def _parted(self, counts: np.ndarray, tall: int, least: float = COLUMN) -> tuple[int, int] | None:
        """The widest white between columns, as (start, stop), by the ink in each of some pixel columns `tall` rows high.

        Columns are at least `least` letter heights wide.
        """
        edge = least * self.letters
        runs = _white(counts > SPECKS * tall)
        wide = [(stop - start, start, stop) for start, stop in runs if start > edge and len(counts) - stop > edge]
        best = max(wide, default=None)
        return best[1:] if best and best[0] >= GUTTER * self.letters else None

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
    mask = without_pictures(mask, gray, letters / step)
    cut = _Cut(mask, letters / step, (most[0] / step, most[1] / step), height > SLIP * width)
    found = list(cut.split((0, 0, gray.width, gray.height), True))
    return [replace(band, box=_enlarged(band.box, step, (width, height))) for band in found] or [whole]


def without_pictures(mask: np.ndarray, gray: Image.Image, letters: float) -> np.ndarray:
    """The ink (H, W) of a page less photographs and the black edges of a scan, which hide the white between columns.

    Those are patches much taller and wider than letters that are dense, as no table's rules are, or reach the edge; and wherever
    more of the page is dark than light over a large area.
    """
    runs = runs_of(mask)
    found = shapes(runs)
    at_edge = np.zeros(len(found.width), bool)
    at_edge[runs.patch[(runs.row == 0) | (runs.row == len(mask) - 1) | (runs.start == 0) | (runs.end == mask.shape[1])]] = True
    large = (found.height > PICTURE * letters) & (found.width > 0.5 * PICTURE * letters)
    gone = (large & (at_edge | (found.area > DENSE * found.width * found.height)))[runs.patch]
    return mask & ~_drawn(runs, gone, mask.shape) & ~_dark(gray, letters)


def _dark(gray: Image.Image, letters: float) -> np.ndarray:
    """Large areas (H, W) of which more is dark than light, and a little around them; none on a page that is dark itself."""
    values = np.asarray(gray)
    reach = max(1, round(1.5 * letters))
    dark = _mean(values < np.percentile(values, 95) / 2, reach) > 0.5
    if dark.mean() > 0.5:
        return np.zeros(values.shape, bool)
    runs = runs_of(dark)
    found = shapes(runs)
    large = (found.height > PICTURE * letters) & (found.width > PICTURE * letters)
    return _mean(_drawn(runs, large[runs.patch], dark.shape), 2 * reach) > 0.02


def _drawn(runs: Runs, some: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A mask of some of the runs."""
    change = np.zeros((shape[0], shape[1] + 1), np.int8)
    np.add.at(change, (runs.row[some], runs.start[some]), 1)
    np.add.at(change, (runs.row[some], runs.end[some]), -1)
    return np.cumsum(change, 1, np.int8)[:, :-1] > 0


def _mean(mask: np.ndarray, reach: int) -> np.ndarray:
    """The share of a mask within a square of 2 reach + 1 pixels a side."""
    image = Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.BoxBlur(reach))
    return np.asarray(image, np.float32) / 255


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


def _middles(inked: np.ndarray) -> np.ndarray:
    """The middles of runs of ink."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inked.astype(np.int8), [0]])))
    return edges.reshape(-1, 2).mean(1)


def _clear(rows: np.ndarray, most: int) -> int:
    """How many rows to add: up to `most`, half of the white before the next ink."""
    inked = np.flatnonzero(_inked(rows, 1)) if rows.size else np.zeros(0, int)
    return min(most, len(rows), int(inked[0]) // 2 if len(inked) else most)
