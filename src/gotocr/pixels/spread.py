"""Two facing pages in one picture: where the fold is, or that there is none.

A fold is a gutter near the middle, from top to bottom, that no letter crosses: dark (a shadow, a gap between sheets) or as
empty as the paper, and wider than what parts columns. On both sides of it stand lines of running text; the short cells
of a table and the few lines of a slide are no pages.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from .lettering import Lettering
from .textheight import Runs, runs_of

ASPECT = (1.15, 2.3)  # width by height of two pages
MIDDLE = (0.40, 0.60)  # share of the width where the fold may be
CROSSED = 0.002  # share of the height that may be inked in a gutter
EMPTY, DARK = 6.0, 1.0  # letter heights an empty gutter is wide at least, and a dark one
WIDEST = 1.4  # an empty fold is so many times wider than any other gutter
DARKER = 14.0  # gray levels by which a dark fold stands out from the paper beside it, ...
THROUGHOUT = 0.85  # ... in this share of the rows
GAP, LONG = 2.5, 12.0  # letter heights: words are nearer to each other than this, lines of running text longer than that
RUNNING = 0.6  # share of the lines' length that is in long ones, on a page of text; ...
RUNNING_LITTLE = 0.5  # ... beside a fold that shows, so much will do
LINES, FEW = 8.0, 1.0  # lines of a page beside an empty fold, and beside a dark one


class Fold(NamedTuple):
    """Where two pages meet: `x` in pixels of the picture, and whether the fold shows as a shadow or a line."""

    x: int
    dark: bool


def fold(image: np.ndarray, found: Lettering | None) -> Fold | None:
    """The fold between two facing pages of an upright, straight picture (H, W, 3) uint8; None for anything else."""
    height, width = image.shape[:2]
    if found is None or not ASPECT[0] <= width / height <= ASPECT[1]:
        return None
    gutters = _gutters(found)
    middle = [gutter for gutter in gutters if MIDDLE[0] * found.mask.shape[1] < sum(gutter) / 2 < MIDDLE[1] * found.mask.shape[1]]
    if not middle:
        return None
    start, stop = max(middle, key=lambda gutter: gutter[1] - gutter[0])
    pages = [_written(half, found.size) for half in (found.mask[:, :start], found.mask[:, stop:])]
    running, lines = min(page[0] for page in pages), [page[1] for page in pages]
    if running < RUNNING_LITTLE:
        return None
    shadow = _shadow(image, found, start, stop)
    if shadow is not None and stop - start >= DARK * found.size and max(lines) >= LINES and min(lines) >= FEW:
        return Fold(shadow, True)
    others = [stop_ - start_ for start_, stop_ in gutters if (start_, stop_) != (start, stop)]
    wide = stop - start >= EMPTY * found.size and stop - start >= WIDEST * max(others, default=0)
    if wide and running >= RUNNING and min(lines) >= LINES:
        return Fold((start + stop) // 2 * found.step, False)
    return None


def _gutters(found: Lettering) -> list[tuple[int, int]]:
    """Runs of pixel columns without letters between letters, as (start, stop)."""
    inked = found.mask.sum(0) > CROSSED * len(found.mask)
    places = np.flatnonzero(inked)
    if not len(places):
        return []
    ends = np.flatnonzero(np.diff(places) > 1)
    return [(int(places[at]) + 1, int(places[at + 1])) for at in ends]


def _written(mask: np.ndarray, size: float) -> tuple[float, float]:
    """How much of what is written on a page is long lines, 0 to 1, and how many full lines that is."""
    columns = np.flatnonzero(mask.any(0))
    if not len(columns):
        return 0.0, 0.0
    lengths = _line_lengths(runs_of(mask), GAP * size)
    long = lengths[lengths >= LONG * size].sum()
    return float(long / lengths.sum()), float(long / ((columns[-1] + 1 - columns[0]) * size))


def _line_lengths(runs: Runs, gap: float) -> np.ndarray:
    """The lengths of what stands in a row of pixels with gaps of less than `gap`."""
    begins = np.ones(len(runs.row), bool)
    begins[1:] = (np.diff(runs.row) != 0) | (runs.start[1:] - runs.end[:-1] > gap)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(runs.row)) - 1
    return runs.end[last] - runs.start[first]


def _shadow(image: np.ndarray, found: Lettering, start: int, stop: int) -> int | None:
    """The darkest place of a gutter in pixels of the picture, if it is darker than both its sides nearly everywhere."""
    left, right = start * found.step, min(stop * found.step, image.shape[1])
    reach = max(2, round(2 * found.size * found.step))
    strip = Image.fromarray(image[:, max(0, left - reach) : right + reach]).convert("L")
    rows = min(strip.height, 128)
    gray = np.asarray(strip.resize((strip.width, rows), Image.Resampling.BOX), np.float32)  # (R, W)
    depth = np.median(gray, 0)
    inner = depth[left - max(0, left - reach) :][: right - left]
    if not len(inner):
        return None
    best = int(np.argmin(inner)) + left - max(0, left - reach)
    paper = min(float(np.percentile(depth[:best], 90)) if best else 0.0, float(np.percentile(depth[best + 1 :], 90)) if best + 1 < len(depth) else 0.0)
    low = gray[:, max(0, best - 1) : best + 2].min(1)  # (R,)
    if paper - depth[best] < DARKER or (low < paper - DARKER / 2).mean() < THROUGHOUT:
        return None
    return best + max(0, left - reach)
