"""What a model sees at once of a page read at its own size: a drawing whole, a page in bands of lines, a blank one not at all."""

from __future__ import annotations

from typing import NamedTuple

from ..schema import Page, Pixels, Region
from .bands import bands
from .drawing import ONE_LINE, drawing_scale, drawn
from .native import SEEN_LETTERS, is_blank, letter_height, letter_scale, view

LONGEST_BAND, TALLEST_BAND = 1024.0, 256.0  # pixels of the model's picture: what it was trained on
LARGEST_DRAWING = 800_000  # pixels of the model's picture: what is larger is a page, whatever is drawn on it


class View(NamedTuple):
    """What a model sees at once of a page, and what parts its text from that of the view before."""

    pixels: Pixels
    before: str = ""


def native_views(page: Page, stride: tuple[int, int], as_lines: bool) -> list[View]:
    """The views of a page for a model of `stride` (pixels down, across).

    `as_lines` parts their texts by new lines alone, else paragraphs are told apart. None where there is nothing to read.
    """
    if is_blank(page):
        return []  # nothing to read, so nothing is invented
    letters = letter_height(page)
    lowest, scale = SEEN_LETTERS[0], letter_scale(letters) if letters else 1.0
    step = stride[::-1]
    height, width = page.image.shape[:2]
    lines = height / letters if letters else ONE_LINE
    small = height * width * min(scale, 1.0) ** 2 <= LARGEST_DRAWING
    seen = drawn(page, letters) if small else None
    if seen and seen.is_drawing(lines):
        return [View(view(page, scale=drawing_scale((width, height), seen.letters), stride=step))]
    views = []
    for band in bands(page.image, letters or lowest, (LONGEST_BAND / scale, TALLEST_BAND / scale)):
        before = " " if band.beside else "\n" if as_lines else "\n\n" if band.opens else " "
        fits = max(LONGEST_BAND / (band.box[2] - band.box[0]), lowest / letters if letters else 0.0)
        views.append(View(view(page, region=Region(band.box), scale=min(scale, fits), stride=step), before))
    return views
