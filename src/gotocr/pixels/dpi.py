"""At what resolution a page is best drawn: so that its letters are as tall as a model likes them.

Measured on 5 and 7 point text: drawn 10 pixels tall it is read with a third or less of the mistakes that it is read with
at 144 dpi; taller gains nothing more.
"""

from __future__ import annotations

import math

import numpy as np

from ..schema import Page
from .native import SEEN_LETTERS
from .opening import DPI
from .textheight import text_height

LEAST_DPI, MOST_DPI = 72.0, 400.0
SMALL, WANTED = 9.0, 10.0  # pixels: letters less tall than the first are drawn as tall as the second
SLACK = 1.25  # a resolution this many times lower is worth drawing anew for


def first_dpi(inches: tuple[float, float], max_pixels: int) -> float:
    """What a page so wide and high is drawn at to be looked at: the usual, or less where that is too large."""
    return max(LEAST_DPI, min(DPI, _largest(inches, max_pixels)))


def better_dpi(image: np.ndarray, dpi: float, inches: tuple[float, float], max_pixels: int) -> float | None:
    """What a page had better be drawn at, by the letters of `image` (H, W, 3), its drawing at `dpi`.

    `inches` are its width and height. None where that drawing will do: its letters are of a height a model likes, or there are none.
    """
    letters = text_height(Page(image))
    if letters is None or SMALL <= letters <= SEEN_LETTERS[1]:
        return None
    wanted = WANTED if letters < SMALL else SEEN_LETTERS[1]
    found = min(max(dpi * wanted / letters, LEAST_DPI), MOST_DPI, _largest(inches, max_pixels))
    return found if found > dpi or found * SLACK < dpi else None


def _largest(inches: tuple[float, float], max_pixels: int) -> float:
    """The highest whole resolution at which a page, its sides rounded up, has no more than `max_pixels`."""
    area, half = max(inches[0] * inches[1], 1e-9), sum(inches)
    return float(max(1, math.floor((math.sqrt(half * half + 4 * area * max_pixels) - half) / (2 * area))))
