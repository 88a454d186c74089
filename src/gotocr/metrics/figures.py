"""How alike two drawings of lines are, by points along them: each point should have one of the other drawing near it."""

from __future__ import annotations

import numpy as np

from .sets import f1

BLOCK = 512  # points compared at a time, so that memory stays small


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Distance of each of `points` (n,) complex to the nearest of `others` (m,) complex; infinite where there are none."""
    if not len(others):
        return np.full(len(points), np.inf)
    parts = [np.abs(points[k : k + BLOCK, None] - others[None, :]).min(1) for k in range(0, len(points), BLOCK)]
    return np.concatenate([*parts, np.zeros(0)])


def chamfer_f1(written: np.ndarray, true: np.ndarray, near: float, slack: float = 0.0) -> float:
    """F1 of points (n,) and (m,) complex: a point counts 1 less its distance to the other drawing over `near`, 0 beyond.

    Of each distance, `slack` does not count. After Borgefors's chamfer matching (1988), as precision and recall; 1 for equal
    drawings, 0 where they are nowhere near.
    """
    if not len(written) or not len(true):
        return float(len(written) == len(true))
    hit, found = (float(np.clip(1 - (nearest(a, b) - slack) / near, 0, 1).mean()) for a, b in ((written, true), (true, written)))
    return f1(hit * found, (hit + found) / 2, (hit + found) / 2) if hit + found else 0.0


def matched(costs: np.ndarray, most: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of the cheapest entries of `costs` (n, m), each row and column once, none dearer than `most`."""
    pairs, rows, columns = [], set(), set()
    for flat in np.argsort(costs, axis=None, kind="stable"):
        row, column = divmod(int(flat), costs.shape[1])
        if costs[row, column] > most:
            break
        if row not in rows and column not in columns:
            pairs.append((row, column))
            rows.add(row)
            columns.add(column)
    return pairs


STEP = 20  # of 255: neighbours that differ by more have an edge between them
MOST_POINTS = 2000  # of a picture that are compared
FEW, TURNS = 500, 12  # points and rounds of laying one picture over another
REACH = 0.15  # of the longer side: how far apart points may be to be taken for the same
SLACK = 0.006  # of the longer side: as far as lines may lie apart by their width alone
AWAY = 100.0  # parts edges of the two directions


def edges(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) complex where neighbouring pixels of a (H, W, 3) picture differ, and (n,) bool whether one stands over the other.

    At most MOST_POINTS of them, evenly chosen.
    """
    values = picture.astype(np.int16)
    (top, left), (over, column) = (np.nonzero((np.abs(np.diff(values, axis=axis)) > STEP).any(-1)) for axis in (1, 0))
    points = np.concatenate([left + 0.5 + 1j * top, column + 1j * (over + 0.5)])
    lying = np.arange(len(points)) >= len(top)
    chosen = np.random.default_rng(0).permutation(len(points))[:MOST_POINTS]
    return points[chosen], lying[chosen]


def pictures_alike(written: np.ndarray, true: np.ndarray, near: float = 0.02) -> float:
    """Chamfer F1 of the edges of two pictures, wherever and however large the drawing is in each: 1 = the same.

    `near` is a share of the longer side of the true drawing; edges are compared with those of the same direction, upright or
    lying. The written drawing is laid over the true one by size and place, first by the boxes around both, then by the points
    that come to lie near each other (iterative closest points, Besl and McKay 1992); the better counts. It is neither turned
    nor stretched.
    """
    (one, first), (other, second) = edges(written), edges(true)
    if not len(one) or not len(other):
        return float(len(one) == len(other))
    one, other = _unit(one), _unit(other)
    placed = other + AWAY * second
    return max(chamfer_f1(points + AWAY * first, placed, near, SLACK) for points in (one, _laid(one, other)))


def _unit(points: np.ndarray) -> np.ndarray:
    """The points with the middle of the box around them at 0 and its longer side 1."""
    low = points.real.min() + 1j * points.imag.min()
    size = points.real.max() + 1j * points.imag.max() - low
    return (points - low - size / 2) / max(size.real, size.imag, 1e-9)


def _laid(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The points moved and scaled to lie on the others."""
    few, base = points[:: max(1, len(points) // FEW)], others[:: max(1, len(others) // FEW)]
    scale, shift = 1.0, 0j
    for turn in range(TURNS):
        reach = REACH * 0.8**turn
        moved = few * scale + shift
        apart = np.abs(moved[:, None] - base[None, :])  # (n, m)
        forth, back = apart.argmin(1), apart.argmin(0)
        here = np.concatenate([few[apart.min(1) < reach], few[back][apart.min(0) < reach]])
        there = np.concatenate([base[forth][apart.min(1) < reach], base[apart.min(0) < reach]])
        if len(here) < 8:
            break
        middle, centre = here.mean(), there.mean()
        spread = (np.abs(here - middle) ** 2).sum()
        if spread < 1e-9:
            break
        scale = float(np.clip(((here - middle).conj() * (there - centre)).real.sum() / spread, 0.5, 2.0))
        shift = centre - scale * middle
    return points * scale + shift
