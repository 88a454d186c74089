"""Which of a picture's ink is letters, and the edges of those letters on their four sides; no drawings, rules or dust.

It is looked at in a smaller picture, so that a page costs some hundredths of a second. What is measured on the edges is
said in `skew` (how lines slope) and `upright` (which way up they stand).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from .textheight import Runs, ink, runs_of

WORK_PIXELS = 700_000  # larger pictures are shrunk
LEAST_SIDE = 3  # pixels: what is thinner is a rule or dust
LIKE = (0.4, 2.5)  # a letter's or word's shorter side, in shares of the usual one
LONGEST = 40  # a line of letters that touch is at most this many times longer than tall
FULLEST = 0.08  # share of its box that a letter inks at least

Sides = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Lettering(NamedTuple):
    """What of a picture is letters: all sizes are pixels of the picture shrunk by `step`."""

    mask: np.ndarray  # (H, W) bool, true on letters alone
    size: float  # the usual shorter side of a letter, or of a word whose letters touch
    count: int  # patches of ink that are letters
    share: float  # how much of all ink they are, 0 to 1
    step: int


def lettering(image: np.ndarray, most: int = WORK_PIXELS) -> Lettering | None:
    """The letters of a picture (H, W, 3) uint8, whichever way it lies, or None where nothing is like letters."""
    gray = Image.fromarray(image).convert("L")
    step = max(1, math.ceil(math.sqrt(gray.width * gray.height / most)))
    mask = ink(gray.reduce(step) if step > 1 else gray)
    if mask is None or not mask.any():
        return None
    runs = runs_of(mask)
    left, top, right, bottom = sides(runs)
    width, height = right - left, bottom - top
    short, long = np.minimum(width, height), np.maximum(width, height)
    area = np.bincount(runs.patch, weights=runs.end - runs.start, minlength=len(width))
    full = area > FULLEST * width * height
    sound = full & (short >= LEAST_SIDE) & (long < LONGEST * short)
    if not sound.any():
        return None
    size = _middle(short[sound], np.minimum(long, 4 * short)[sound])
    kept = full & (short >= LIKE[0] * size) & (short <= LIKE[1] * size) & (long <= LONGEST * size)
    share = float(area[kept].sum() / area.sum())
    return Lettering(painted(runs, kept[runs.patch], mask.shape), size, int(kept.sum()), share, step)


def sides(runs: Runs) -> Sides:
    """Left, top, right and bottom (exclusive) of each patch of ink."""
    count = int(runs.patch.max(initial=-1)) + 1
    far = int(max(runs.row.max(initial=0), runs.end.max(initial=0))) + 1
    left, top = np.full(count, far), np.full(count, far)
    right, bottom = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.minimum.at(left, runs.patch, runs.start)
    np.minimum.at(top, runs.patch, runs.row)
    np.maximum.at(right, runs.patch, runs.end)
    np.maximum.at(bottom, runs.patch, runs.row + 1)
    return left, top, right, bottom


def painted(runs: Runs, some: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A (H, W) bool mask of some of the runs (one bool a run)."""
    change = np.zeros((shape[0], shape[1] + 1), np.int8)
    np.add.at(change, (runs.row[some], runs.start[some]), 1)
    np.add.at(change, (runs.row[some], runs.end[some]), -1)
    return np.cumsum(change, 1, np.int8)[:, :-1] > 0


class Edge(NamedTuple):
    """The pixels of letters with paper beyond them on one side: places along and across the lines."""

    along: np.ndarray  # (N,) float32
    across: np.ndarray  # (N,) float32
    extent: int  # pixels across, of the picture

    def some(self, kept: np.ndarray | slice) -> Edge:
        return Edge(self.along[kept], self.across[kept], self.extent)

    def thinned(self, most: int) -> Edge:
        """Every second, third ... of its pixels, so that at most `most` are left."""
        return self.some(slice(None, None, max(1, math.ceil(len(self.along) / most))))


def below_and_above(mask: np.ndarray, sideways: bool = False, most: int = 20_000) -> tuple[Edge, Edge]:
    """The lower and the upper edge of the letters, or the right and the left one where lines run down the page.

    Of each at most `most` pixels.
    """
    mask = mask.T if sideways else mask
    edge = np.diff(np.pad(mask, ((1, 1), (0, 0))).astype(np.int8), axis=0)  # (H + 1, W)
    found = []
    for sign in (-1, 1):
        across, along = np.nonzero(edge == sign)
        across -= sign < 0  # the inked pixel itself
        found.append(Edge(along.astype(np.float32), across.astype(np.float32), len(mask)).thinned(most))
    return tuple(found)


def _middle(values: np.ndarray, weight: np.ndarray) -> float:
    """The weighted median."""
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
