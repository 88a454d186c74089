"""Boxes of the model's picture as boxes of the source page, whatever the model said."""

from __future__ import annotations

from collections.abc import Callable

from ..pixels.region import to_page
from ..schema import Box, Pixels


def page_boxes(pixels: Pixels) -> Callable[[Box], Box]:
    """Return the function that carries a box in pixels of the model's picture to one in pixels of the page.

    The result lies inside the page, with left <= right and top <= bottom.
    """

    def place(box: Box) -> Box:
        left, right = sorted((box[0], box[2]))
        top, bottom = sorted((box[1], box[3]))
        return to_page((left, top, right, bottom), pixels)

    return place
