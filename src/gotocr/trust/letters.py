"""The printed words of a crop, cut out and put in lines, and how alike one of them is to a word set in a font of ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..draw.fonts import require_cv2
from ..pixels.textheight import band_height

TALL = 20  # pixels of the height at which words are compared
GAP = 0.4  # of the height of small letters: patches further apart are two words
LINE = 6.0  # of that height: ink that is longer, and thin, is a rule
FINE = 12  # smaller letters are made as large as that
MOST_PIXELS = 6_000_000  # of a crop that is made larger
MOST_WORDS = 1500  # of a crop
WIDER = 0.55  # log of how much wider or narrower than ours a word may be
NEAR = 0.12  # log of it that is not counted


class Seen(NamedTuple):
    """A word of the crop: its box in pixels of `Words.ink`."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Words:
    """The words of a crop, line by line from the top, each from the left. `size` is the height of small letters in pixels."""

    ink: np.ndarray  # (H, W) float32
    size: float
    lines: tuple[tuple[Seen, ...], ...]

    def cut(self, words: Sequence[Seen]) -> np.ndarray:
        """The picture of one word, or of several neighbours."""
        left, top = min(word.left for word in words), min(word.top for word in words)
        return self.ink[top : max(word.bottom for word in words), left : max(word.right for word in words)]


def words_of(soft: np.ndarray) -> Words | None:
    """The words of `paper.strokes`; None where nothing looks like letters."""
    cv2 = require_cv2()
    mask = soft > 0.4
    size = _size(mask)
    if size is None or size < 3:
        return None
    if size < FINE and soft.size * (FINE / size) ** 2 < MOST_PIXELS:
        by = FINE / size
        soft = cv2.resize(soft, (round(soft.shape[1] * by), round(soft.shape[0] * by)), interpolation=cv2.INTER_LINEAR)
        mask, size = soft > 0.4, float(FINE)
    mask = mask & ~_rules(mask, size)
    count, labels, found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    height, width = found[:, 3], found[:, 2]
    keep = (height < 4.5 * size) & (width < 12 * size) & (found[:, 4] >= max(2, 0.02 * size * size))
    keep[0] = False
    kept = keep[labels]
    reach = max(1, round(GAP * size))
    grown = cv2.morphologyEx(kept.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 2 * (reach // 2) + 1), np.uint8))
    grown = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((2 * round(0.17 * size) + 1, 1), np.uint8))  # dots to their letters
    count, labels, found, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    boxes = []
    for number in range(1, min(count, 4 * MOST_WORDS)):
        left, top, wide, high = (int(value) for value in found[number, :4])
        inside = kept[top : top + high, left : left + wide] & (labels[top : top + high, left : left + wide] == number)
        rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        leader = len(rows) < 0.4 * size and len(columns) > 2 * size
        dust = max(len(rows), len(columns)) < 0.45 * size
        if len(rows) and not leader and not dust and inside.sum() >= 0.08 * size * size:
            boxes.append(Seen(left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1))
    if not boxes:
        return None
    return Words(np.where(kept, soft, 0).astype(np.float32), size, _lines(boxes[:MOST_WORDS], size))


def _size(mask: np.ndarray) -> float | None:
    """The height of small letters; leaders and dust, which may be most patches, are not taken for letters."""
    size = band_height(mask)
    if size is None or size > 8:
        return size
    _, labels, found, _ = require_cv2().connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    tall = (found[:, 3] > 1.7 * size) & (found[:, 2] < 40 * size)
    tall[0] = False
    larger = band_height(tall[labels]) if tall.sum() >= 12 and found[tall, 4].sum() > 0.6 * found[1:, 4].sum() else None
    return larger if larger is not None and larger > 1.7 * size else size


def _rules(mask: np.ndarray, size: float) -> np.ndarray:
    """Long thin strokes, level and upright, and what little sticks to them."""
    cv2 = require_cv2()
    ink, length = mask.astype(np.uint8), max(8, round(LINE * size))
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return cv2.dilate(level | upright, np.ones((3, 3), np.uint8)) > 0


def _lines(boxes: list[Seen], size: float) -> tuple[tuple[Seen, ...], ...]:
    """Words by the line they stand on: those that overlap the middle of a line's last words."""
    lines: list[list[Seen]] = []
    for box in sorted(boxes, key=lambda box: (box.left, box.top)):
        middle = (box.top + box.bottom) / 2
        best, apart = None, 0.75 * size
        for line in lines:
            last = line[-1]
            away = abs((last.top + last.bottom) / 2 - middle)
            if away < apart and last.right <= box.left + 0.5 * size:
                best, apart = line, away
        if best is None:
            lines.append([box])
        else:
            best.append(box)
    lines.sort(key=lambda line: float(np.median([(box.top + box.bottom) / 2 for box in line])))
    return tuple(tuple(line) for line in lines)


class Set(NamedTuple):
    """Words set in a font: `image` (H, W) uint8 holds them side by side on one baseline, each from `edges[i]` to `edges[i + 1]`."""

    image: np.ndarray
    edges: np.ndarray

    def cut(self, first: int, last: int) -> np.ndarray:
        """(h, w) float32: the words from `first` up to, not including, `last`, cut to their ink."""
        part = self.image[:, self.edges[first] : self.edges[last]].astype(np.float32) / 255
        inked = part > 0.3
        rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
        return part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else part[:0]


def likeness(ours: np.ndarray, seen: np.ndarray) -> float:
    """0 to 1: how alike a word of ours (h, w) is to one of the crop (h, w), both cut to their ink."""
    cv2 = require_cv2()
    if min(*ours.shape, *seen.shape) < 1:
        return 0.0
    stretch = math.log((seen.shape[1] / seen.shape[0]) / (ours.shape[1] / ours.shape[0]))
    if abs(stretch) > WIDER:
        return 0.0
    flat = max(ours.shape[0], seen.shape[0] * ours.shape[1] / seen.shape[1]) < 0.4 * TALL  # a dash, a dot
    wide = int(np.clip(round(TALL * ours.shape[1] / ours.shape[0]), 4, 400))
    one, other = (
        cv2.resize(part, (wide, TALL), interpolation=cv2.INTER_AREA if part.shape[0] >= TALL else cv2.INTER_LINEAR)
        for part in (ours, seen)
    )
    one, other = (cv2.GaussianBlur(cv2.copyMakeBorder(part, 2, 2, 5, 5, cv2.BORDER_CONSTANT), (0, 0), 1.4) for part in (one, other))
    if wide > 2 * TALL:
        other = _bent(one, other)
    best = cv2.matchTemplate(cv2.copyMakeBorder(other, 2, 2, 3, 3, cv2.BORDER_CONSTANT), one, cv2.TM_CCOEFF_NORMED).max()
    best = float(np.nan_to_num(best))
    return float(np.clip(best - 0.4 * max(0.0, abs(stretch) - NEAR), 0.0, 1.0)) if not flat else max(best, 0.5)


def _bent(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`other` with its parts moved along to lie under those of `one`: pieces found one behind the other, and joined."""
    cv2 = require_cv2()
    height, width = one.shape
    piece, reach = TALL, 5
    ends, shifts = [], []
    at = 0.0
    for left in range(0, width - piece // 2, piece):
        part = one[:, left : left + piece]
        start = int(np.clip(round(left + at) - reach, 0, max(0, width - part.shape[1])))
        around = other[:, start : min(width, start + part.shape[1] + 2 * reach)]
        if around.shape[1] < part.shape[1] or part.std() < 1e-4:
            continue
        found = np.nan_to_num(cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)[0])
        at = float(np.clip(start + int(found.argmax()) - left, -0.15 * width - 3, 0.15 * width + 3))
        ends.append(left + part.shape[1] / 2)
        shifts.append(at)
    if not ends:
        return other
    across = np.arange(width) + np.interp(np.arange(width), ends, shifts)
    grid = np.repeat(across[None].astype(np.float32), height, 0)
    return cv2.remap(other, grid, np.repeat(np.arange(height, dtype=np.float32)[:, None], width, 1), cv2.INTER_LINEAR)


THUMB = (12, 40)  # height and width of what is compared first


def thumbs(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Words cut to their ink, (n, d) each of one size, softened, of length 1; and (n,) the logs of width over height."""
    cv2 = require_cv2()
    found, shapes = np.zeros((len(parts), THUMB[0] * THUMB[1]), np.float32), np.full(len(parts), 99.0)
    for number, part in enumerate(parts):
        if min(part.shape, default=0) < 1:
            continue
        small = cv2.GaussianBlur(cv2.resize(part, THUMB[::-1], interpolation=cv2.INTER_AREA), (0, 0), 0.9)
        small -= small.mean()
        found[number] = small.ravel() / max(float(np.linalg.norm(small)), 1e-6)
        shapes[number] = math.log(part.shape[1] / part.shape[0])
    return found, shapes


def roughly(ours: tuple[np.ndarray, np.ndarray], seen: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(n, m) a likeness of each of ours to each of the page's `thumbs`, as `likeness` would say, only rough."""
    stretch = np.abs(seen[1][None] - ours[1][:, None])
    found = np.clip(ours[0] @ seen[0].T - 0.4 * np.maximum(stretch - NEAR, 0), 0.0, 1.0)
    return np.where(stretch > WIDER, 0.0, found)
