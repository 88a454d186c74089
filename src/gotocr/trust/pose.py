"""Lay a drawing over a picture of the same thing that may be of another size, turned or mirrored: a molecule, a figure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..draw.fonts import require_cv2

FEW = 600  # points of each picture that are compared
ROUNDS = 14  # of moving points onto those nearest to them
FIRST, LAST = 0.12, 0.02  # how far apart such points may be, in the first round and in the last, of the picture's size
NEAR = 0.03  # of the picture's size: points closer than that are together


class Pose(NamedTuple):
    """A point z of the drawing lies at `turn` * z + `shift` of the picture (z conjugated first where it is mirrored)."""

    turn: complex
    shift: complex
    mirrored: bool
    apart: float  # mean distance of points to the other picture, each at most NEAR, over NEAR: 0 = they lie on each other


def points(ink: np.ndarray, most: int = FEW) -> np.ndarray:
    """(n,) complex of thin ink (H, W), evenly chosen; strokes of any width count by their length."""
    cv2 = require_cv2()
    mask = (ink > 0.4).astype(np.uint8)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    ridge = (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 1e-3) & (mask > 0)
    down, across = np.nonzero(ridge)
    found = across + 1j * down
    order = np.random.default_rng(0).permutation(len(found))[:most]
    return found[order]


def best(drawn: np.ndarray, seen: np.ndarray, angles: np.ndarray, mirrors: tuple[bool, ...]) -> Pose:
    """The pose that lays points `drawn` (n,) best onto points `seen` (m,), both complex, trying angles in radians."""
    size = float(np.sqrt(np.mean(np.abs(seen - seen.mean()) ** 2))) or 1.0
    where, reach = _Near(seen), 3.4 * size
    tried = []
    for mirrored in mirrors:
        start = drawn.conj() if mirrored else drawn
        scale = size / (float(np.sqrt(np.mean(np.abs(start - start.mean()) ** 2))) or 1.0)
        for angle in angles:
            turn = scale * np.exp(1j * angle)
            tried.append(_moved(start, seen, where, Pose(turn, seen.mean() - turn * start.mean(), mirrored, 1.0), reach, ROUNDS // 3))
    tried.sort(key=lambda pose: pose.apart)
    finer = [
        _moved(drawn.conj() if pose.mirrored else drawn, seen, where, pose, reach, ROUNDS) for pose in tried[: 4 if len(tried) > 8 else 2]
    ]
    return min(finer, key=lambda pose: pose.apart)


class _Near:
    """The nearest of some points, looked up on a grid."""

    def __init__(self, seen: np.ndarray) -> None:
        cv2 = require_cv2()
        low = seen.real.min() + 1j * seen.imag.min()
        span = max(float(np.ptp(seen.real)), float(np.ptp(seen.imag)), 1.0)
        self._step, self._low = span / 160, low - 0.25 * span * (1 + 1j)
        self._size = 240 + 2
        grid = np.ones((self._size, self._size), np.uint8)
        cells = np.round((seen - self._low) / self._step)
        self._index = np.zeros((self._size, self._size), np.int64)
        grid[cells.imag.astype(int), cells.real.astype(int)] = 0
        self._index[cells.imag.astype(int), cells.real.astype(int)] = np.arange(len(seen))
        _, labels = cv2.distanceTransformWithLabels(grid, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
        which = np.zeros(labels.max() + 1, np.int64)
        zeros = grid == 0
        which[labels[zeros]] = self._index[zeros]
        self._nearest, self._seen = which[labels], seen

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """(n,) the point nearest to each, or nearly so."""
        cells = (points - self._low) / self._step
        down, across = (np.clip(np.round(part), 0, self._size - 1).astype(int) for part in (cells.imag, cells.real))
        return self._seen[self._nearest[down, across]]


def _moved(start: np.ndarray, seen: np.ndarray, where: _Near, pose: Pose, size: float, rounds: int) -> Pose:
    """`pose`, bettered by moving points of the drawing onto those nearest (iterative closest points, Besl and McKay 1992)."""
    turn, shift = pose.turn, pose.shift
    for number in range(rounds):
        reach = size * (FIRST + (LAST - FIRST) * number / max(rounds - 1, 1))
        moved = turn * start + shift
        there = where(moved)
        close = np.abs(there - moved) < reach
        if close.sum() < 8:
            break
        here, aim = start[close], there[close]
        middle, centre = here.mean(), aim.mean()
        spread = float((np.abs(here - middle) ** 2).sum())
        if spread < 1e-9:
            break
        better = complex(((here - middle).conj() * (aim - centre)).sum() / spread)
        if not 0.6 * abs(pose.turn) < abs(better) < 1.6 * abs(pose.turn):
            break
        turn, shift = better, centre - better * middle
    moved = turn * start + shift
    forth = np.minimum(np.abs(where(moved) - moved) / (NEAR * size), 1.0).mean()
    back = np.minimum(np.abs(_Near(moved)(seen) - seen) / (NEAR * size), 1.0).mean()
    return Pose(turn, shift, pose.mirrored, float(forth + back) / 2)


def laid(seen: np.ndarray, pose: Pose, shape: tuple[int, int], mirrored: bool = False) -> np.ndarray:
    """The picture `seen` as it lies in the frame of the drawing, (H, W) of `shape`."""
    cv2 = require_cv2()
    a, b = pose.turn.real, pose.turn.imag
    down = -1.0 if mirrored else 1.0  # conj: y -> -y
    matrix = np.array([[a, -b * down, pose.shift.real], [b, a * down, pose.shift.imag]], np.float64)  # drawing -> picture
    size = abs(pose.turn)
    if size > 1.3:  # the picture is larger: soften it first
        seen = cv2.GaussianBlur(seen, (0, 0), 0.4 * size)
    return cv2.warpAffine(seen, matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
