"""Lay what runs from left to right (a formula, a system of music) over its drawing, whatever the spaces between its signs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..draw.fonts import require_cv2
from .likeness import Likeness, alike

WIDEST = 3000  # columns that are compared; wider pictures are shrunk
STEP = 2  # columns that are moved together
ROWS = 28  # parts of a column that are compared
BAND, LEAST = 0.12, 16  # of the columns, and in columns: how far one may be moved
BENT = 0.02  # cost of a column more or less
ANGLES = (0.0, -0.8, 0.8, -1.6, 1.6, -2.6, 2.6)  # degrees by which a picture may lean
WINDOW = 0.06  # of the columns: a stretch whose cost is looked at by itself


class Flow(NamedTuple):
    """What `likeness.alike` says of the warped pictures, the mean cost of the warp, that of its worst stretch, and stretch."""

    parts: Likeness
    cost: float
    worst: float
    bent: float  # share of the steps that are not straight
    stretched: float  # log of how much taller the crop is than the drawing, at equal width


def laid(drawn: np.ndarray, boxes: np.ndarray, seen: np.ndarray) -> tuple[Flow, np.ndarray]:
    """The likeness of `drawn` (H, W) ink with parts `boxes` and `seen` (h, w) ink, both cut to their ink; and `seen`, laid over it."""
    cv2 = require_cv2()
    height, width = drawn.shape
    if width > WIDEST:
        boxes = boxes * (WIDEST / width)
        drawn = cv2.resize(drawn, (WIDEST, max(8, round(height * WIDEST / width))), interpolation=cv2.INTER_AREA)
        height, width = drawn.shape
    stretched = float(np.log((seen.shape[0] / seen.shape[1]) / (height / width)))
    seen = _level(drawn, seen)
    ways = cv2.INTER_AREA if seen.shape[1] > width else cv2.INTER_LINEAR
    seen = cv2.resize(seen, (width, height), interpolation=ways)
    path, costs = _warp(_columns(drawn), _columns(seen))
    columns = np.interp(np.arange(width), np.arange(len(path)) * STEP, path * STEP)
    across = np.clip(np.round(columns).astype(np.float32), 0, width - 1)
    grid = np.repeat(across[None], height, 0)
    over = cv2.remap(seen, grid, np.repeat(np.arange(height, dtype=np.float32)[:, None], width, 1), cv2.INTER_LINEAR)
    size = max(3, round(WINDOW * len(costs)))
    worst = np.convolve(costs, np.ones(size) / size, "valid").max(initial=0.0)
    bent = float(np.mean(np.diff(path) != 1)) if len(path) > 1 else 0.0
    return Flow(alike(drawn, boxes, over), float(costs.mean()), float(worst), bent, stretched), over


def _level(drawn: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """`seen`, turned by the angle at which it is most like the drawing, and cut to its ink again."""
    from .paper import trimmed

    cv2 = require_cv2()
    small = cv2.resize(drawn, (192, 48), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    best, kept = -1.0, seen
    for angle in ANGLES:
        turned = seen if not angle else trimmed(rotated(seen, angle))
        if turned is None:
            continue
        other = cv2.GaussianBlur(cv2.resize(turned, (192, 48), interpolation=cv2.INTER_AREA), (0, 0), 1.0)
        found = float(((small - small.mean()) * (other - other.mean())).mean() / (small.std() * other.std() + 1e-6)) - 0.01 * abs(angle)
        if found > best:
            best, kept = found, turned
    return kept


def rotated(picture: np.ndarray, degrees: float) -> np.ndarray:
    """A picture of ink turned about its middle, on a canvas that holds it all."""
    cv2 = require_cv2()
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    wide, tall = int(width * cos + height * sin) + 2, int(height * cos + width * sin) + 2
    turn[:, 2] += [(wide - width) / 2, (tall - height) / 2]
    return cv2.warpAffine(picture, turn, (wide, tall))


def _columns(picture: np.ndarray) -> np.ndarray:
    """(n, ROWS) what stands in each column, softened, so that neighbours in height are alike."""
    cv2 = require_cv2()
    soft = cv2.GaussianBlur(picture, (0, 0), max(1.0, picture.shape[0] / ROWS / 1.5))
    return cv2.resize(soft, (max(2, picture.shape[1] // STEP), ROWS), interpolation=cv2.INTER_AREA).T.copy()


def _warp(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of `one` (n, d) the row of `other` (n, d) it goes with, never backward, and what that costs."""
    count = len(one)
    reach = min(count, max(LEAST, round(BAND * count)))
    offsets = np.arange(-reach, reach + 1)  # (k,): how far it is moved
    best = np.full((count, len(offsets)), np.inf)
    back = np.zeros((count, len(offsets)), np.int8)
    cost = np.full((count, len(offsets)), np.inf)
    norm = np.linalg.norm(one, axis=1), np.linalg.norm(other, axis=1)
    for row in range(count):
        at = row + offsets
        inside = (at >= 0) & (at < count)
        where = at[inside]
        apart = np.linalg.norm(other[where] - one[row], axis=1)
        cost[row, inside] = apart / (norm[0][row] + norm[1][where] + 0.4)
    best[0] = cost[0] + BENT * np.abs(offsets)
    for row in range(1, count):
        straight, held, skipped = best[row - 1], np.append(best[row - 1, 1:], np.inf), np.append(np.inf, best[row - 1, :-1])
        ways = np.stack([straight, held + BENT, skipped + BENT])  # from the same shift, from one more, from one less
        back[row] = ways.argmin(0)
        best[row] = ways.min(0) + cost[row]
    at = int(np.nan_to_num(best[-1] + BENT * np.abs(offsets), nan=np.inf).argmin())
    path, costs = np.zeros(count), np.zeros(count)
    for row in range(count - 1, -1, -1):
        path[row], costs[row] = row + offsets[at], cost[row, at]
        at += (0, 1, -1)[back[row, at]] if row else 0
    return path, np.where(np.isfinite(costs), costs, 1.0)
