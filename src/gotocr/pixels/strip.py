"""What the published model sees of a page without its margins, and of long strips (receipts, screenshots, banners) in pieces.

The square it looks at gives the aspect ratio up: of a strip, the letters become too small along its length. It is cut
there along the white between lines or words; a short strip, such as a line of text, is only stretched and stays whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from ..schema import Box, Page
from .margins import trim
from .native import is_blank
from .region import clip, cut, size
from .resize import PUBLISHED, Recipe
from .textheight import ink, text_height
from .tiles import view
from .views import View

STRIP = 2.5  # longer by wider than this is a strip
PIECE = 2.0  # and this a piece of it, if letters would be small
WIDE_SEEN, TALL_SEEN = 8.0, 16.0  # pixels of the model's picture that letters should have along a wide strip, and a tall one
EARLIEST = 0.6  # share of a piece's length from where on a cut is looked for
PARAGRAPH = 1.8  # white this many times the usual between lines parts paragraphs
FAINT = 0.25  # share of the usual contrast of what must not be cut through
FINE = 4  # pixels: letters of a shrunk picture are at least so tall
PARTED = ("", " ", "\n", "\n\n")  # what may part the texts of two pieces, from near to far

Piece = tuple[tuple[int, int, int, int], str]  # its box, and what parts its text from that of the piece before


def strip_views(page: Page, *, box: Box | None = None, most: int = 1, recipe: Recipe = PUBLISHED) -> list[View]:
    """The views of a page, or of the part in `box` (page pixels): one without margins, or the pieces of a strip as they are read.

    Pieces without anything on them are left out. `most` is the largest number of tiles of each. It is not for requests
    whose prompt holds a box, which refers to the page as a whole (`tiles.view`).
    """
    return [View(view(page, box=piece, most=most, recipe=recipe), before) for piece, before in strip_parts(page, recipe.side, box)]


def strip_parts(page: Page, side: int, box: Box | None = None) -> Sequence[Piece]:
    """The boxes of `strip_views`, and what parts the text of each from that before, for pictures of `side` pixels."""
    outer = clip(box, size(page)) if box is not None else (0, 0, *size(page))
    image = cut(page, outer)[0]
    inner = _moved(trim(image), outer)
    return _inked(page, pieces(page, inner, side))


def _inked(page: Page, found: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces less those of bare paper, on which nothing can be read and something could be invented."""
    kept, parted = [], ""
    for box, before in found if len(found) > 1 else ():
        parted = max(parted, before, key=PARTED.index)
        if not is_blank(replace(page, image=cut(page, box)[0])):
            kept.append((box, parted))
            parted = ""
    return kept or found


def pieces(page: Page, box: tuple[int, int, int, int], side: int) -> list[Piece]:
    """The boxes a part of a page is read in, and what parts the text of each from that before; the part itself if it is no strip."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if max(width, height) <= STRIP * min(width, height):
        return [(box, "")]
    part = replace(page, image=cut(page, box)[0])
    letters = text_height(part)
    if letters is None and is_blank(part):
        return [(box, "")]
    longest = max(PIECE * min(width, height), (letters or 0.0) * side / (WIDE_SEEN if width > height else TALL_SEEN))
    if max(width, height) <= longest * STRIP / PIECE:
        return [(box, "")]
    white = _White(part.image, letters)
    if height > width:
        return [((left, top + start, right, top + stop), before) for start, stop, before in white.rows(longest)]
    found = []
    for number, (first, last) in enumerate(white.lines()):  # what stands in a line is read before the next one
        for start, stop in white.words(first, last, longest):
            before = " " if start else "\n" if number else ""
            found.append(((left + start, top + first, left + stop, top + last), before))
    return found


class _White:
    """The white of a strip, in which it may be cut."""

    def __init__(self, image: np.ndarray, letters: float | None) -> None:
        self.size = image.shape[1::-1]
        self.step = max(1, int((letters or FINE) / FINE))
        gray = Image.fromarray(image).convert("L").reduce(self.step)
        found = ink(gray, FAINT)
        self.mask = np.zeros((gray.height, gray.width), bool) if found is None else found

    def rows(self, longest: float) -> list[tuple[int, int, str]]:
        """Top and bottom of each piece, and what parts its text from that before."""
        white = _runs(~self.mask.any(1))
        usual = float(np.median([stop - start for start, stop in white])) if white else 0.0
        cuts = self._cuts(self.mask, longest)
        wide = {at: "\n\n" if gap > PARAGRAPH * usual else "\n" for at, gap in cuts}
        ends = [0, *(at for at, _ in cuts), len(self.mask)]
        return [
            (start * self.step, min(stop * self.step, self.size[1]), wide.get(start, ""))
            for start, stop in zip(ends, ends[1:], strict=False)
        ]

    def lines(self) -> list[tuple[int, int]]:
        """Top and bottom of each line of a wide strip; white is halved between neighbours."""
        inked = _runs(self.mask.any(1))
        if not inked:
            return [(0, self.size[1])]
        tallest = max(stop - start for start, stop in inked)
        full = [run for run in inked if run[1] - run[0] > tallest / 3]  # dots and accents stay with their line
        ends = [0, *((below[0] + above[1]) // 2 for above, below in zip(full, full[1:], strict=False)), len(self.mask)]
        return [(a * self.step, min(b * self.step, self.size[1])) for a, b in zip(ends, ends[1:], strict=False)]

    def words(self, first: int, last: int, longest: float) -> list[tuple[int, int]]:
        """Left and right of each piece of a line."""
        mask = self.mask[first // self.step : math.ceil(last / self.step)].T
        ends = [0, *(at for at, _ in self._cuts(mask, longest)), len(mask)]
        return [(a * self.step, min(b * self.step, self.size[0])) for a, b in zip(ends, ends[1:], strict=False)]

    def _cuts(self, mask: np.ndarray, longest: float) -> list[tuple[int, int]]:
        """Where to cut along the first axis, with the width of the white there (0 = there was none), in shrunk pixels."""
        reach = max(2, int(longest / self.step))
        found, begin = [], 0
        while len(mask) - begin > reach:
            start = begin + max(1, int(EARLIEST * reach))
            ink = mask[start : begin + reach].sum(1)
            white = _runs(ink == 0)
            if white:
                widest = max(white, key=lambda run: (run[1] - run[0], run[0]))
                at, gap = start + sum(widest) // 2, widest[1] - widest[0]
            else:
                at, gap = start + int(np.argmin(ink)), 0
            found.append((at, gap))
            begin = at
        return found


def _runs(kept: np.ndarray) -> list[tuple[int, int]]:
    """Runs of true, as (start, stop)."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in ends.reshape(-1, 2)]


def _moved(box: tuple[int, int, int, int], by: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]
