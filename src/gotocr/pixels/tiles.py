"""A page as a grid of square tiles plus a thumbnail: the published model's dynamic resolution (InternVL 1.5's rule)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ..schema import Box, Page, Pixels
from .region import cut, size
from .resize import PUBLISHED, Recipe, normalise, resize, square
from .textheight import text_height

MOST = 12  # tiles, as the published model was trained with
LEAST_LETTERS = 5.0  # pixels of x-height in the model's picture: a page of A4 in 10 points, which it reads as one picture


@lru_cache(maxsize=64)
def shapes(most: int, least: int = 1) -> tuple[tuple[int, int], ...]:
    """All (columns, rows) with `least` to `most` tiles, from few to many."""
    found = [(i, j) for i in range(1, most + 1) for j in range(1, most + 1) if least <= i * j <= most]
    return tuple(sorted(found, key=lambda shape: shape[0] * shape[1]))


def grid(width: int, height: int, most: int, side: int = PUBLISHED.side, least: int = 1) -> tuple[int, int]:
    """The (columns, rows) whose aspect ratio is nearest to that of a picture of this size.

    Between equally near shapes the larger wins only while the picture fills more than half of its area.
    """
    best, nearest = (1, 1), float("inf")
    for columns, rows in shapes(most, least):
        distance = abs(width / height - columns / rows)
        fills = width * height > 0.5 * side * side * columns * rows
        if distance < nearest or (distance == nearest and fills):
            best, nearest = (columns, rows), distance
    return best


def enough(page: Page, box: Box | None = None, side: int = PUBLISHED.side) -> int:
    """The fewest tiles (at most `MOST`) in which the letters of a page, or of the part in `box`, are `LEAST_LETTERS` tall; 1 without letters."""
    image, _ = cut(page, box)
    height, width = image.shape[:2]
    letters = text_height(replace(page, image=image))
    if letters is None:
        return 1
    best, tallest = 1, letters * min(side / width, side / height)
    for most in range(2, MOST + 1):
        if tallest >= LEAST_LETTERS:
            break
        columns, rows = grid(width, height, most, side)
        seen = letters * min(columns * side / width, rows * side / height)
        if seen > tallest:
            best, tallest = most, seen
    return best


def tile(image: np.ndarray, most: int, recipe: Recipe = PUBLISHED) -> np.ndarray:
    """(H, W, 3) uint8 -> (N, 3, S, S) float32: tiles row by row, then the thumbnail if there is more than one.

    With `most` = 1 it is the picture as one square.
    """
    if most <= 1:
        return square(image, recipe)[None]
    side = recipe.side
    columns, rows = grid(image.shape[1], image.shape[0], most, side)
    whole = normalise(resize(image, columns * side, rows * side), recipe)  # (3, rows S, columns S)
    cuts = whole.reshape(3, rows, side, columns, side).transpose(1, 3, 0, 2, 4).reshape(-1, 3, side, side)
    if len(cuts) == 1:
        return cuts
    return np.concatenate([cuts, square(image, recipe)[None]])  # (N, 3, S, S)


def view(page: Page, *, box: Box | None = None, most: int = 1, recipe: Recipe = PUBLISHED) -> Pixels:
    """What the published model sees of a page, or of the part of it inside `box`.

    `most` is the largest number of tiles; `scale` of the result refers to the tiled picture as a whole.
    Raises `UsageError` for a box with nothing in it.
    """
    image, offset = cut(page, box)
    height, width = image.shape[:2]
    columns, rows = grid(width, height, most, recipe.side) if most > 1 else (1, 1)
    return Pixels(
        values=tile(image, most, recipe),
        scale=(columns * recipe.side / width, rows * recipe.side / height),
        offset=(float(offset[0]), float(offset[1])),
        page_size=size(page),
    )
