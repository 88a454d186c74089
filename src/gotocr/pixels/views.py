"""What a model sees at once of a page read at its own size: a drawing whole, a page in bands of lines, a blank one not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..schema import Box, Page, Pixels, Region
from .bands import bands
from .drawing import ONE_LINE, drawing_scale, drawn
from .native import SEEN_LETTERS, is_blank, letter_height, letter_scale, view
from .region import cut

LONGEST_BAND, TALLEST_BAND = 1024.0, 256.0  # pixels of the model's picture: what it was trained on
LARGEST_DRAWING = 800_000  # pixels of the model's picture: what is larger is a page, whatever is drawn on it


class View(NamedTuple):
    """What a model sees at once of a page, and what parts its text from that of the view before."""

    pixels: Pixels
    before: str = ""


def native_views(page: Page, box: Box | None, stride: tuple[int, int], as_lines: bool) -> list[View]:
    """The views of a page, or of the part in `box` (page pixels), for a model of `stride` (pixels down, across).

    `as_lines` parts their texts by new lines alone, else paragraphs are told apart. None where there is nothing to read.
    """
    image, (left, top) = cut(page, box)
    part = replace(page, image=image)
    if is_blank(part):
        return []  # nothing to read, so nothing is invented
    letters = letter_height(part)
    lowest, scale = SEEN_LETTERS[0], letter_scale(letters) if letters else 1.0
    step = stride[::-1]
    height, width = image.shape[:2]
    lines = height / letters if letters else ONE_LINE
    small = height * width * min(scale, 1.0) ** 2 <= LARGEST_DRAWING
    seen = drawn(part, letters) if small else None
    if seen and seen.is_drawing(lines):
        whole = Region((left, top, left + width, top + height))
        return [View(view(page, region=whole, scale=drawing_scale((width, height), seen.letters), stride=step))]
    views = []
    for band in bands(image, letters or lowest, (LONGEST_BAND / scale, TALLEST_BAND / scale)):
        place = (band.box[0] + left, band.box[1] + top, band.box[2] + left, band.box[3] + top)
        before = " " if band.beside else "\n" if as_lines else "\n\n" if band.opens else " "
        fits = max(LONGEST_BAND / (place[2] - place[0]), lowest / letters if letters else 0.0)
        views.append(View(view(page, region=Region(place), scale=min(scale, fits), stride=step), before))
    return views
