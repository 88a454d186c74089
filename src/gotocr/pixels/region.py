"""Boxes on a page: read from text, checked, cut to the page, cut out of it, and carried back from a model's picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..errors import UsageError
from ..schema import Box, Page, Pixels, Region

_SIDE = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*(%?)\s*", re.ASCII)
_WAYS = "four numbers, left,top,right,bottom, in pixels as 40,60,400,300, in shares as 0.0,0.0,0.5,0.5, or in percent as 0%,0%,50%,50%"


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


def parse_region(text: str) -> Region:
    """A box from text: "left,top,right,bottom", in pixels, shares or percent of the page; `resolve` makes pixels of it.

    Percent signs on all four make it percent. Numbers that are all within 0 and 1, one of them at least with a decimal
    point, are shares: "0,0,1.0,0.5". All else is pixels: "0,0,1,1" is the first pixel. Raises `UsageError` for text that is no box.
    """
    sides = [_SIDE.fullmatch(side) for side in text.split(",")]
    if len(sides) != 4 or not all(sides):
        raise UsageError(f"{text[:80]!r} is no region; give {_WAYS}")
    values = tuple(float(side[1]) for side in sides)
    percent = [side[2] == "%" for side in sides]
    if any(percent):
        if not all(percent):
            raise UsageError(f"the region {text[:80]!r} mixes percent with other numbers; give {_WAYS}")
        return Region(_ordered(tuple(value / 100 for value in values), text[:80]), relative=True)
    relative = any("." in side[1] for side in sides) and all(0 <= value <= 1 for value in values)
    return Region(_ordered(values, text[:80]), relative=relative)


def parse_regions(texts: Iterable[str], colour: str | None = None, crop: bool = False) -> tuple[Region, ...]:
    """The parts of a page that are asked for: boxes from text, what stands in frames of a colour, or both. Raises `UsageError`."""
    parts = [replace(parse_region(text), colour=colour, crop=crop) for text in texts]
    return tuple(parts or ([Region(None, colour, crop=crop)] if colour else []))


def resolve(region: Region, page_size: tuple[int, int]) -> Region:
    """A region with its box in pixels of a page of `page_size` (width, height), cut to the page; one without a box as it is.

    Raises `UsageError` for a box that is reversed, has no area, is no four finite numbers or holds nothing of the page.
    """
    if region.box is None:
        return region
    box, (width, height) = tuple(region.box), page_size
    if len(box) != 4 or not all(math.isfinite(value) for value in box):
        raise UsageError(f"a box is four finite numbers, left, top, right, bottom (got {list(box)})")
    _ordered(box, list(box))
    if region.relative:
        if box[0] >= 1 or box[1] >= 1 or box[2] <= 0 or box[3] <= 0:
            raise UsageError(f"the box {list(box)} holds nothing of the page: shares of it go from 0 to 1 (0% to 100%)")
        box = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    clip(box, page_size)  # says what is wrong with it
    kept = max(0.0, box[0]), max(0.0, box[1]), min(float(width), box[2]), min(float(height), box[3])
    return replace(region, box=kept, relative=False)


def _ordered(box: Box, shown: object) -> Box:
    if box[0] >= box[2] or box[1] >= box[3]:
        raise UsageError(f"the region {shown!r} is empty: its right must be beyond its left, and its bottom below its top")
    return box
