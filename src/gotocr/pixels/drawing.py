"""How much of a picture is drawn (figures, charts, rules, staves) rather than lettered, from its ink alone; and its scale then.

Text may be cut into bands between its lines. A drawing means nothing in pieces, and its letters, if it has any, say little
about its scale: it is seen whole, with an area that is neither wasted nor too small to tell anything.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from ..schema import Page
from .textheight import ink, runs_of, shapes

WORK_PIXELS = 1_500_000  # larger pictures are shrunk before they are looked at
TALL, WIDE = 4.0, 12.0  # a patch of ink this many letters tall or wide is no letter and no word
FLOOR, CEILING = 5.0, 0.08  # letters are taken to be this many pixels tall at least, this share of the shorter side at most
DRAWING = 0.1  # from this share on a picture is seen whole: text has up to 0.05, the least ruled of tables 0.13
LETTERLESS = 0.8  # from this share on what was measured as letters is none
LEAST, USUAL, MOST = 60_000, 150_000, 300_000  # pixels a drawing is seen with
LETTERS = (7.0, 16.0)  # its letters are at least and at most this tall then


def drawn_share(page: Page, letters: float | None) -> float:
    """The share of ink, 0 to 1, in patches that are neither letters nor words; `letters` is their height in page pixels."""
    gray = Image.fromarray(page.image).convert("L")
    step = max(1, math.ceil(math.sqrt(gray.width * gray.height / WORK_PIXELS)))
    mask = ink(gray.reduce(step) if step > 1 else gray)
    if mask is None:
        return 0.0
    found = shapes(runs_of(mask))
    size = max(FLOOR, min((letters or math.inf) / step, CEILING * min(mask.shape)))
    drawn = (found.height > TALL * size) | (found.width > WIDE * size)
    return float(found.area[drawn].sum() / max(found.area.sum(), 1))


def drawing_scale(size: tuple[int, int], letters: float | None, share: float) -> float:
    """Model pixels per page pixel for a drawing of `size` (width, height): letters of a good height, then a good area."""
    area = size[0] * size[1]
    scale = math.sqrt(USUAL / area)
    if letters and share < LETTERLESS:
        scale = min(max(scale, LETTERS[0] / letters), LETTERS[1] / letters)
    else:
        scale = min(scale, 1.0)
    least, most = min(1.0, math.sqrt(LEAST / area)), math.sqrt(MOST / area)
    return min(max(scale, least) if area > LEAST else scale, most)
