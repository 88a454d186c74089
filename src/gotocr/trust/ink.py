"""The page's ink beside the boxes of what was read: how much of the writing is covered, what lines were passed over, what stands on nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..pixels.lettering import Sides, lettering, sides
from ..pixels.textheight import Runs, runs_of
from ..schema import Box

WORK_PIXELS = 1_500_000  # larger pages are shrunk before they are looked at
AROUND = 0.5  # letter heights around a box that it covers as well: dots, accents, tails
ALONE = 0.2  # a patch of ink of which less lies under boxes was passed over
GAP, BACK = 2.5, 3  # letter heights between patches of one line at most; how many of its last patches say where it runs
LEAST_LETTERS, LEAST_WIDTH = 3, 2.5  # patches in a line that was passed over, and letter heights it is wide, at least
FLATTEST, TALLEST = 0.5, 3.5  # how tall it is, in letter heights
BARE = 12.0  # gray levels between the darkest and the lightest of a place without ink, at most


class Covered(NamedTuple):
    """What of a page's writing lies under boxes."""

    share: float  # of the ink of letters, 0 to 1
    ink: float  # how much of that ink there is, in pixels
    lines: tuple[Box, ...]  # lines of it that do not, in pixels of the page, from top to bottom
    letters: float  # how tall letters are, in pixels of the page


class Ink:
    """The ink of an upright page (H, W, 3) uint8, looked at once."""

    def __init__(self, image: np.ndarray) -> None:
        self._letters = lettering(image, WORK_PIXELS)

    def covered(self, boxes: Iterable[Box]) -> Covered | None:
        """How much lies under `boxes`, and which lines do not; None on a page without writing."""
        letters = self._letters
        if letters is None:
            return None
        under = self._under(boxes, AROUND * letters.size)
        runs = runs_of(letters.mask)
        area, inside = _sums(runs, under)
        lines = self._lines([side[inside < ALONE * area] for side in sides(runs)])
        return Covered(float(inside.sum() / area.sum()), float(area.sum()) * letters.step**2, tuple(lines), letters.size * letters.step)

    def _lines(self, patches: Sides) -> Iterator[Box]:
        """Patches of ink that stand side by side, as lines of letters."""
        size, step = self._letters.size, self._letters.step
        found = []
        for line in _side_by_side(np.stack(patches, 1), size):
            left, top, right, bottom = *line[:, :2].min(0), *line[:, 2:].max(0)
            if len(line) >= LEAST_LETTERS and right - left >= LEAST_WIDTH * size and FLATTEST * size <= bottom - top <= TALLEST * size:
                found.append(tuple(float(side * step) for side in (left, top, right, bottom)))
        return sorted(found, key=lambda box: (box[1], box[0]))

    def _under(self, boxes: Iterable[Box], around: float) -> np.ndarray:
        """(H, W) bool of the shrunk page: true under boxes and a little around them."""
        step, mask = self._letters.step, np.zeros(self._letters.mask.shape, bool)
        for box in boxes:
            left, top = (max(0, math.floor(side / step - around)) for side in box[:2])
            right, bottom = (max(0, math.ceil(side / step + around)) for side in box[2:])
            mask[top:bottom, left:right] = True
        return mask


def is_bare(image: np.ndarray, box: Box) -> bool:
    """Whether there is nothing but paper in a box of a picture (H, W, 3) uint8."""
    left, top = (max(0, math.floor(side)) for side in box[:2])
    part = image[top : math.ceil(box[3]), left : math.ceil(box[2])]
    if not part.size:
        return True
    gray = np.asarray(Image.fromarray(part).convert("L"))
    return int(gray.max()) - int(gray.min()) < BARE


def _sums(runs: Runs, under: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each patch of ink, its area, and how much of that lies `under`."""
    counts = np.pad(np.cumsum(under, 1, np.int32), ((0, 0), (1, 0)))
    inside = counts[runs.row, runs.end] - counts[runs.row, runs.start]
    return np.bincount(runs.patch, weights=runs.end - runs.start), np.bincount(runs.patch, weights=inside)


def _side_by_side(patches: np.ndarray, size: float) -> list[np.ndarray]:
    """Boxes (N, 4) of patches in groups, each what a reader sees as a line, by letters of `size`."""
    lines: list[list[list[float]]] = []
    ends: dict[int, tuple[float, float, float]] = {}  # of lines that may go on: top and bottom of where they do, and how far right
    for patch in patches[np.argsort(patches[:, 0], kind="stable")].tolist():
        ends = {number: end for number, end in ends.items() if patch[0] <= end[2]}
        middle = (patch[1] + patch[3]) / 2
        number = next((number for number, (top, bottom, _) in ends.items() if top <= middle <= bottom), len(lines))
        if number == len(lines):
            lines.append([])
        lines[number].append(patch)
        _, tops, rights, bottoms = zip(*lines[number][-BACK:], strict=True)
        ends[number] = min(tops) - 0.3 * size, max(bottoms) + 0.3 * size, max(rights) + GAP * size
    return [np.array(line) for line in lines]
