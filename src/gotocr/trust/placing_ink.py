"""The writing of a page as lines of word-like clusters of ink, in reading order: what words can be placed on, without any reading."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from ..pixels.bands import bands, without_pictures
from ..pixels.lettering import painted, sides
from ..pixels.textheight import ink, runs_of, text_height
from ..schema import Box, Page

FINE = 10.0  # pixels: letters are shrunk to about this height at least
MOST_PATCHES = 40_000  # more are no writing
MOST_PIXELS = 100_000_000  # of a page that is looked at
BAND = 6.0  # letter heights of a stretch in which lines are told apart
LETTER, LARGEST = 0.6, 7.0  # a letter's height, in usual ones
MARK = 1.1  # so tall at most, in letter heights, is a mark that seems to stand alone
DUST = 0.12  # letter heights: smaller ink is none
THIN, LONG = 0.35, 5.0  # a rule is thinner and longer, in letter heights
RULE = 8.0  # letter heights of level ink in one row that are no part of a letter
LEVEL = 0.4  # of the lower of two letters' heights that they share on one line
FAR, FARTHER = 4.0, 0.2  # letter heights, and how much more they share where they are farther apart
BACK = 4  # letters at the end of a line that say where it runs
NEAR = 1.0  # letter heights between a letter and its dot, accent or comma
USUAL_GAP = 0.38  # letter heights that part two words where nothing better is known
GAPS = (0.22, 1.1)  # the least and the greatest gap that may part words
ENOUGH = 8  # gaps of a line that can say what parts its words


class Writing(NamedTuple):
    """Clusters of ink in reading order: n of them on lines numbered from 0; lengths in pixels of the page."""

    boxes: np.ndarray  # (n, 4) float64
    line: np.ndarray  # (n,) int64, rising
    starts: np.ndarray  # (n,) bool: the first on its line
    size: np.ndarray  # (n,) float64: the usual height of a letter on its line
    cuts: tuple[tuple[tuple[float, float], ...], ...]  # within each cluster: (middle, width) of the white between its letters
    others: np.ndarray  # (k, 4) float64: ink that is no letters: drawings, rules, staves
    letters: float  # the usual height of a letter on the page

    def some(self, kept: np.ndarray) -> Writing:
        """Some of the clusters, by rising number."""
        cuts = tuple(self.cuts[at] for at in kept)
        return self._replace(boxes=self.boxes[kept], line=self.line[kept], starts=self.starts[kept], size=self.size[kept], cuts=cuts)


NOTHING = Writing(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0), (), np.zeros((0, 4)), 0.0)


class _Patches(NamedTuple):
    """Boxes (n, 4) of connected ink, in pixels of the shrunk page."""

    letters: np.ndarray
    small: np.ndarray  # dots, accents, commas, dashes
    others: np.ndarray


def writing(image: np.ndarray, rows: bool = False, tight: bool = False) -> Writing:
    """The clusters of an upright page (H, W, 3) uint8, column by column, or with `rows` line by line across the whole page.

    `tight` parts ink at any white between letters, for scripts that do not part words. Never raises on content.
    """
    if image.ndim != 3 or not 0 < image.shape[0] * image.shape[1] <= MOST_PIXELS:
        return NOTHING
    letters = text_height(Page(image))
    if letters is None:
        return NOTHING
    step = max(1, int(letters // FINE))
    gray = Image.fromarray(image).convert("L").reduce(step)
    mask = ink(gray)
    if mask is None:
        return NOTHING
    found = _patches(mask, gray, letters / step)
    if found is None:
        return NOTHING
    lines, small = [], [found.small]
    for part in _parts(image, letters, step, rows, found.letters):
        for line in _lines(found.letters[part], letters / step):
            if _is_mark(line, letters / step):
                small.append(np.array(line))
            else:
                lines.append(line)
    whole = _with_small(lines, np.concatenate(small), letters / step)
    return _clusters(whole, found.others, letters / step, (step, image.shape), tight)


def _patches(mask: np.ndarray, gray: Image.Image, letters: float) -> _Patches | None:
    rules = _rules(mask, letters)
    drawn = np.stack(sides(runs_of(rules)), 1).astype(np.float64)
    mask = mask & ~rules
    runs = runs_of(mask)
    boxes = np.stack(sides(runs), 1).astype(np.float64)
    if len(boxes) + len(drawn) > MOST_PATCHES:
        return None
    within = without_pictures(mask, gray, letters)
    kept = np.zeros(len(boxes), bool)
    kept[runs.patch[within[runs.row, runs.start]]] = True
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    short, long = np.minimum(width, height), np.maximum(width, height)
    dust = long < max(DUST * letters, 1.5)
    rule = (short < THIN * letters) & (long > LONG * letters)
    large = (height > LARGEST * letters) | ~kept
    letter = ~dust & ~rule & ~large & (height >= LETTER * letters)
    small = ~dust & ~rule & ~large & ~letter
    return _Patches(boxes[letter], boxes[small], np.concatenate([boxes[(rule | large) & ~dust], drawn]))


def _rules(mask: np.ndarray, letters: float) -> np.ndarray:
    """Thin level lines (H, W), also where letters stand on them: those of ruled paper, of tables, of staves."""
    runs = runs_of(mask)
    long = painted(runs, runs.end - runs.start > RULE * letters, mask.shape)
    if not long.any():
        return long
    thick = max(2, round(THIN * letters)) + 1
    within = np.pad(long, ((0, thick - 1), (0, 0)))
    solid = np.logical_and.reduce([within[step : step + len(long)] for step in range(thick)])  # so many rows from here on
    solid = np.pad(solid, ((thick - 1, 0), (0, 0)))
    return long & ~np.logical_or.reduce([solid[step : step + len(long)] for step in range(thick)])


def _parts(image: np.ndarray, letters: float, step: int, rows: bool, boxes: np.ndarray) -> list[np.ndarray]:
    """Which of the letters stand in each band of the page, band after band in reading order."""
    if rows or not len(boxes):
        return [np.arange(len(boxes))]
    across, down = (boxes[:, 0] + boxes[:, 2]) / 2 * step, (boxes[:, 1] + boxes[:, 3]) / 2 * step
    left = np.ones(len(boxes), bool)
    found = []
    for band in bands(image, letters, (image.shape[1], BAND * letters)):
        l, t, r, b = band.box
        here = left & (across >= l) & (across < r) & (down >= t) & (down < b)
        left &= ~here
        found.append(np.flatnonzero(here))
    return [*found, np.flatnonzero(left)]


def _lines(boxes: np.ndarray, letters: float) -> list[list[np.ndarray]]:
    """Letters (n, 4) as lines, from the top downwards, each from left to right."""
    lines: list[list[np.ndarray]] = []
    runs = np.zeros((len(boxes) + 1, 3))  # of each line: mean top and bottom of its last letters, and where the last one ends
    for box in boxes[np.argsort(boxes[:, 0], kind="stable")]:
        top, bottom, end = runs[: len(lines)].T
        height = np.maximum(np.minimum(bottom - top, box[3] - box[1]), 1.0)
        shared = (np.minimum(bottom, box[3]) - np.maximum(top, box[1])) / height
        shared -= np.where(box[0] - end > FAR * letters, FARTHER, 0.0)
        at = int(shared.argmax()) if len(lines) else -1
        if at < 0 or shared[at] <= LEVEL:
            at = len(lines)
            lines.append([])
        lines[at].append(box)
        tail = lines[at][-BACK:]
        runs[at] = sum(one[1] for one in tail) / len(tail), sum(one[3] for one in tail) / len(tail), box[2]
    return sorted(lines, key=lambda line: float(np.median([(box[1] + box[3]) / 2 for box in line])))


def _is_mark(line: list[np.ndarray], letters: float) -> bool:
    """Whether a line is a tall comma, quote or accent of another line."""
    return len(line) <= 2 and all(box[3] - box[1] < MARK * letters and box[2] - box[0] < LETTER * letters for box in line)


def _with_small(lines: list[list[np.ndarray]], small: np.ndarray, letters: float) -> list[np.ndarray]:
    """The lines, each (n, 4), with the dots, accents and marks that stand at their letters."""
    found = [np.array(line) for line in lines]
    if not found or not len(small):
        return found
    owner = np.concatenate([np.full(len(line), number) for number, line in enumerate(found)])
    all_letters = np.concatenate(found)
    more: list[list[np.ndarray]] = [[] for _ in found]
    for box in small:
        beside = np.maximum(np.maximum(all_letters[:, 0] - box[2], box[0] - all_letters[:, 2]), 0.0)
        apart = np.maximum(np.maximum(all_letters[:, 1] - box[3], box[1] - all_letters[:, 3]), 0.0)
        cost = beside + 1.5 * apart
        at = int(cost.argmin())
        if apart[at] <= NEAR * letters and beside[at] <= 2 * NEAR * letters:
            more[owner[at]].append(box)
    return [np.concatenate([line, np.array(extra).reshape(-1, 4)]) for line, extra in zip(found, more, strict=True)]


def _clusters(lines: list[np.ndarray], others: np.ndarray, letters: float, scale: tuple[int, tuple[int, ...]], tight: bool) -> Writing:
    """The lines cut where words are parted, in pixels of the page."""
    step, (height, width) = scale[0], scale[1][:2]
    lines = [line[np.argsort(line[:, 0], kind="stable")] for line in lines]
    sizes = [float(np.median((line[:, 3] - line[:, 1])[line[:, 3] - line[:, 1] >= LETTER * letters])) for line in lines]
    gaps = [line[1:, 0] - np.maximum.accumulate(line[:, 2])[:-1] for line in lines]
    usual = _parting(np.concatenate([gap / size for gap, size in zip(gaps, sizes, strict=True)])) if lines else USUAL_GAP
    boxes, number, size_of, cuts = [], [], [], []
    for row, (line, size, gap) in enumerate(zip(lines, sizes, gaps, strict=True)):
        limit = (0.05 if tight else _parting(gap / size, usual)) * size
        starts = [0, *(np.flatnonzero(gap > limit) + 1), len(line)]
        for first, last in zip(starts, starts[1:], strict=False):
            part = line[first:last]
            boxes.append([*part[:, :2].min(0), *part[:, 2:].max(0)])
            number.append(row)
            size_of.append(size * step)
            ends = np.maximum.accumulate(part[:, 2])[:-1]
            white = part[1:, 0] - ends
            cuts.append(tuple((float(end + gap / 2) * step, float(gap) * step) for end, gap in zip(ends, white, strict=True) if gap > -0.2 * size))
    edges = np.array([width, height, width, height], np.float64)
    placed = np.minimum(np.array(boxes, np.float64).reshape(-1, 4) * step, edges)
    rows = np.array(number, np.int64)
    starts = np.diff(rows, prepend=-1) != 0
    return Writing(placed, rows, starts, np.array(size_of), tuple(cuts), np.minimum(others * step, edges), letters * step)


def _parting(gaps: np.ndarray, otherwise: float = USUAL_GAP) -> float:
    """The gap, in letter heights, that parts words: between the two heaps that gaps fall in (after Otsu 1979)."""
    gaps = np.sort(np.clip(gaps, 0.0, 3.0))
    if len(gaps) < ENOUGH:
        return otherwise
    below = np.arange(1, len(gaps))
    total = np.cumsum(gaps)
    low, high = total[:-1] / below, (total[-1] - total[:-1]) / (len(gaps) - below)
    middle = (gaps[1:] + gaps[:-1]) / 2
    allowed = (middle >= GAPS[0]) & (middle <= GAPS[1])
    if not allowed.any():
        return otherwise
    apart = np.where(allowed, below * (len(gaps) - below) * (high - low) ** 2, -1.0)
    at = int(apart.argmax())
    return float(middle[at]) if high[at] - low[at] > GAPS[0] else otherwise


def around(boxes: np.ndarray) -> Box:
    """The smallest box around boxes (n, 4), n > 0."""
    return (*map(float, boxes[:, :2].min(0)), *map(float, boxes[:, 2:].max(0)))
