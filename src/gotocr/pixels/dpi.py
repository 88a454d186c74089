"""At what resolution a page is best drawn: so that its letters are as tall as a model likes them."""

from __future__ import annotations

import math

import numpy as np

from ..schema import Page
from .native import SEEN_LETTERS
from .opening import DPI
from .textheight import text_height

LEAST_DPI, MOST_DPI = 72.0, 400.0
WANTED = 10.0  # pixels: small letters are drawn so tall
SLACK = 1.05  # a resolution within this ratio is as good


def first_dpi(area: float, max_pixels: int) -> float:
    """What a page of `area` square inches is drawn at to be looked at: the usual, or less where that is too large."""
    return max(LEAST_DPI, min(DPI, _largest(area, max_pixels)))


def better_dpi(image: np.ndarray, dpi: float, area: float, max_pixels: int) -> float | None:
    """What a page had better be drawn at, by the letters of `image` (H, W, 3), its drawing at `dpi`.

    None where that drawing will do: its letters are of a height a model likes, or there are none.
    """
    letters = text_height(Page(image))
    if letters is None or SEEN_LETTERS[0] <= letters <= SEEN_LETTERS[1]:
        return None
    wanted = WANTED if letters < SEEN_LETTERS[0] else SEEN_LETTERS[1]
    found = min(max(dpi * wanted / letters, LEAST_DPI), MOST_DPI, _largest(area, max_pixels))
    return found if max(found / dpi, dpi / found) > SLACK else None


def _largest(area: float, max_pixels: int) -> float:
    """The highest whole resolution at which a page surely has no more than `max_pixels`."""
    found = math.floor(math.sqrt(max_pixels / max(area, 1e-9)))
    return float(max(1, found - 1))  # sides are rounded up
