"""How far the lines of a page slope, and the page straightened; pages without clear lines of text are left alone.

The right slope is the one along which the lower and upper edges of the letters crowd on few lines: the sum of squares of
their projection is greatest then. After Baird, "The skew angle of printed documents" (SPSE 1987); the width of a page is
looked at in pieces first, so that a few steps find the slope and bent lines still crowd.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from .affine import Affine, rotation
from .lettering import Edge, Lettering, below_and_above

MOST = 16.0  # degrees looked at on either side; the last of them is no peak
STEPS = ((30.0, 1.0, 0.0), (120.0, 0.25, 1.0), (math.inf, 0.04, 0.32))  # letters a piece is wide, degrees a step, degrees around the best
LEAST = 0.4  # degrees: less is not worth a resampling
LEAST_ALONE, ALONE = 4.0, 5.0  # degrees for a line that stands alone, which is so many letters tall at most: it is read as well as it is
LETTERS, SHARE = 40, 0.4  # so many letters, and so much of the ink, before a page is believed to be text; ...
MANY, LITTLE = 300, 0.15  # ... or very many, beside photographs
CLEAR, CLEARER = 1.5, 1.3  # times the usual crowding, and times that across the lines
AGREED = 1.0  # degrees between the left and the right half
ROUGHLY = 6_000  # pixels of an edge are enough to find the rough slope
HALF = 0.25  # share of the edges that a half needs to be asked


class Slope(NamedTuple):
    """How the lines of a page lie: `degrees` they fall to the right, and how many times more they crowd so than usual."""

    degrees: float
    contrast: float


def slope(edges: tuple[Edge, ...], size: float) -> Slope:
    """The slope along which edges of letters `size` pixels tall crowd most, to about a degree."""
    letters, step, _ = STEPS[0]
    edges = tuple(edge.thinned(ROUGHLY) for edge in edges)
    angles = np.arange(-MOST, MOST + step / 2, step)
    crowded = sum(_relative(_crowding(edge, angles, letters * size)) for edge in edges) / len(edges)
    best = int(np.argmax(crowded))
    return Slope(float(angles[best]), float(crowded[best]))


def skew(found: Lettering | None) -> float:
    """Degrees by which the lines of upright letters fall to the right (negative: rise); 0 where it is little or not clear."""
    if found is None or not is_text(found):
        return 0.0
    edges = below_and_above(found.mask)
    rough = slope(edges, found.size)
    if rough.contrast < CLEAR or abs(rough.degrees) >= MOST:
        return 0.0
    degrees = _finer(edges, found.size, rough.degrees)
    if abs(degrees) < (LEAST_ALONE if _tall(edges, degrees) < ALONE * found.size else LEAST):
        return 0.0
    down = slope(below_and_above(found.mask, sideways=True), found.size)
    as_grid = abs(down.degrees + degrees) <= AGREED  # columns of ideographs or digits lean as the lines do
    clear = as_grid or rough.contrast >= CLEARER * down.contrast
    return degrees if clear and _agreed(edges, found.size, degrees) else 0.0


def is_text(found: Lettering) -> bool:
    """Whether there are letters enough to speak of lines."""
    return found.count >= LETTERS and found.share >= SHARE or found.count >= MANY and found.share >= LITTLE


def straighten(image: np.ndarray, degrees: float) -> tuple[np.ndarray, Affine]:
    """A picture (H, W, 3) uint8 whose lines fall by `degrees`, turned back; all of it is kept, corners have the edge's colour.

    Also where a point of the new picture lay in the old one.
    """
    height, width = image.shape[:2]
    new_size, back = rotation((width, height), degrees)
    turned = Image.fromarray(image).transform(
        new_size, Image.Transform.AFFINE, back.row_major, Image.Resampling.BICUBIC, fillcolor=edge_colour(image)
    )
    return np.asarray(turned), back


def edge_colour(image: np.ndarray) -> tuple[int, int, int]:
    """The usual colour along the edge of a picture."""
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])  # (N, 3)
    return tuple(int(value) for value in np.median(edge, axis=0))


def _finer(edges: tuple[Edge, ...], size: float, degrees: float) -> float:
    for letters, step, around in STEPS[1:]:
        angles = degrees + np.arange(-around, around + step / 2, step)
        crowded = sum(_crowding(edge, angles, letters * size) for edge in edges)
        degrees = _peak(angles, crowded)
    return degrees


def _tall(edges: tuple[Edge, ...], degrees: float) -> float:
    """Pixels from the first to the last line along a slope."""
    across = np.concatenate([edge.across - edge.along * np.float32(math.tan(math.radians(degrees))) for edge in edges])
    return float(np.subtract(*np.percentile(across, (98, 2))))


def _peak(angles: np.ndarray, crowded: np.ndarray) -> float:
    """The middle of what is nearly as crowded as the best."""
    near = crowded - (crowded.max() - 0.25 * (crowded.max() - crowded.min()))
    weight = np.maximum(near, 0)
    return float((angles * weight).sum() / weight.sum()) if weight.sum() > 0 else float(angles[np.argmax(crowded)])


def _agreed(edges: tuple[Edge, ...], size: float, degrees: float) -> bool:
    """Whether both halves of the lines say the same, as far as they have letters."""
    middle = (edges[0].along.min() + edges[0].along.max()) / 2
    for side in (False, True):
        half = tuple(edge.some((edge.along > middle) == side) for edge in edges)
        if len(half[0].along) < HALF * len(edges[0].along):
            continue
        found = slope(half, size)
        if abs(found.degrees - degrees) > AGREED or found.contrast < CLEAR / CLEARER:
            return False
    return True


def _relative(crowded: np.ndarray) -> np.ndarray:
    return crowded / max(float(np.median(crowded)), 1e-9)


def _crowding(edge: Edge, angles: np.ndarray, width: float) -> np.ndarray:
    """For each slope in degrees how much an edge crowds on lines: squares of its projection, summed over pieces `width` wide."""
    if not len(edge.along):
        return np.zeros(len(angles))
    width = min(width, float(edge.along.max()) + 1)
    piece = (edge.along // width).astype(np.int32)
    local = edge.along - (piece + np.float32(0.5)) * np.float32(width)
    reach = int(width / 2 * math.tan(math.radians(MOST + 1))) + 2
    stride = edge.extent + 2 * reach
    place = edge.across + 0.5 + reach
    start = piece * stride
    total = (int(piece.max()) + 1) * stride
    found = np.empty(len(angles))
    for number, angle in enumerate(angles):
        line = (place - local * np.float32(math.tan(math.radians(angle)))).astype(np.int32)
        counts = np.bincount(line + start, minlength=total)
        found[number] = float(np.dot(counts, counts))
    return found
