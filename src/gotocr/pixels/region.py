"""Boxes on a page: checked, cut to the page, cut out of it, and carried back from a model's picture."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UsageError
from ..schema import Box, Page, Pixels


def size(page: Page) -> tuple[int, int]:
    """Width and height of a page in pixels."""
    return page.image.shape[1], page.image.shape[0]


def clip(box: Box, page_size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The whole pixels of a page that a box touches. Raises `UsageError` for a box with nothing of the page in it."""
    width, height = page_size
    if len(box) != 4 or not all(math.isfinite(value) for value in box):
        raise UsageError(f"a box is four numbers, left, top, right, bottom (got {list(box)})")
    left, top = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
    right, bottom = min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))
    if box[0] >= box[2] or box[1] >= box[3] or left >= right or top >= bottom:
        raise UsageError(f"the box {list(box)} holds nothing of the page ({width} x {height} pixels)")
    return left, top, right, bottom


def cut(page: Page, box: Box | None) -> tuple[np.ndarray, tuple[int, int]]:
    """The part of a page inside a box, (H, W, 3) uint8, and its left top corner; the whole page without a box."""
    if box is None:
        return page.image, (0, 0)
    left, top, right, bottom = clip(box, size(page))
    return page.image[top:bottom, left:right], (left, top)


def to_page(box: Box, pixels: Pixels) -> Box:
    """A box of the model's picture as a box in page pixels; what lies in the padding is cut to the page."""
    width, height = pixels.page_size
    left, top, right, bottom = (
        pixels.offset[axis % 2] + value / pixels.scale[axis % 2] for axis, value in enumerate(box)
    )
    if not (width and height):
        return left, top, right, bottom
    return (
        min(max(left, 0.0), float(width)),
        min(max(top, 0.0), float(height)),
        min(max(right, 0.0), float(width)),
        min(max(bottom, 0.0), float(height)),
    )
