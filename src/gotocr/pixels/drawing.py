"""How much of a picture is drawn (figures, charts, rules, staves) rather than lettered, from its ink alone; and its scale then.

Text may be cut into bands between its lines. A drawing means nothing in pieces, and its letters, if it has any, say little
about its scale: it is seen whole, with an area that is neither wasted nor too small to tell anything.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..schema import Page
from .textheight import ink, runs_of, shapes

WORK_PIXELS = 1_500_000  # larger pictures are shrunk before they are looked at
TALL, WIDE = 4.0, 12.0  # a patch of ink this many letters tall or wide is no letter and no word
FLOOR, CEILING = 5.0, 0.08  # letters are taken to be this many pixels tall at least, this share of the shorter side at most
DRAWING = 0.1  # from this share on a picture is seen whole: text has up to 0.05, the least ruled of tables 0.13
ONE_LINE = 2.7  # a picture less than this many letters tall is a line of text, ...
ONLY_DRAWN, THIN = 0.6, 0.2  # ... or a figure that looked like one letter: so much is drawn, and so thin
LABELLED = 0.25  # from this share on what was measured as letters may be none, and small patches tell
COMPACT, LABELS = 0.18, 2  # those are so full of ink, and so many at least
LEAST, USUAL, MOST = 60_000, 150_000, 300_000  # pixels a drawing is seen with
LETTERS = (7.0, 16.0)  # its letters are at least and at most this tall then


class Drawn(NamedTuple):
    """What is known of a picture's ink: the share of it that is drawn, 0 to 1, and how tall its letters are in page pixels, if any."""

    share: float
    letters: float | None
    fill: float  # how full of ink the largest patch is, 0 to 1: letters are bold for their size, figures thin

    def is_drawing(self, lines: float) -> bool:
        """Whether to see it whole; `lines` is how many letters it is tall."""
        return self.share >= DRAWING if lines >= ONE_LINE else self.share >= ONLY_DRAWN and self.fill <= THIN


def drawn(page: Page, letters: float | None) -> Drawn:
    """How much of the ink lies in patches that are neither letters nor words; `letters` is their height as in a text, page pixels.

    Where most is drawn, what looked like letters may be rings and arcs: the small, compact patches are its letters then.
    """
    gray = Image.fromarray(page.image).convert("L")
    step = max(1, math.ceil(math.sqrt(gray.width * gray.height / WORK_PIXELS)))
    mask = ink(gray.reduce(step) if step > 1 else gray)
    if mask is None:
        return Drawn(0.0, letters, 0.0)
    found = shapes(runs_of(mask))
    most = CEILING * min(mask.shape)
    size = max(FLOOR, min((letters or math.inf) / step, most))
    large = (found.height > TALL * size) | (found.width > WIDE * size)
    share = float(found.area[large].sum() / max(found.area.sum(), 1))
    largest = int(np.argmax(found.width * found.height))
    fill = float(found.area[largest] / (found.width[largest] * found.height[largest]))
    if share < LABELLED:
        return Drawn(share, letters, fill)
    label = (found.height >= FLOOR) & (found.height <= max(1.5 * most, 2 * FLOOR)) & (found.width <= 2 * found.height)
    label &= found.area >= COMPACT * found.width * found.height
    return Drawn(share, step * float(np.median(found.height[label])) if label.sum() >= LABELS else None, fill)


def drawing_scale(size: tuple[int, int], letters: float | None) -> float:
    """Model pixels per page pixel for a drawing of `size` (width, height): letters of a good height, then a good area."""
    area = size[0] * size[1]
    scale = math.sqrt(USUAL / area)
    scale = min(max(scale, LETTERS[0] / letters), LETTERS[1] / letters) if letters else min(scale, 1.0)
    least, most = min(1.0, math.sqrt(LEAST / area)), math.sqrt(MOST / area)
    return min(max(scale, least) if area > LEAST else scale, most)
