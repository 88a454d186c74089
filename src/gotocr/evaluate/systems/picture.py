"""What a system is given of an item: its page, the part that is asked about, and how the text lies on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ...errors import UsageError
from ...pixels.pdf import DPI
from ...pixels.region import cut
from ...pixels.source import page_of
from ...schema import Region
from ..suite import Item

Layout = Literal["word", "line", "page", "block"]
_LAYOUTS: dict[str, Layout] = {"word": "word", "scene": "word", "line": "line", "page": "page", "document": "page"}


def region_of(item: Item) -> Region | None:
    """The part of the page an item's notes name: "box" in pixels of the page, or "colour" of a frame drawn on it.

    Boxes on PDF pages are in pixels at the reader's own resolution. Raises UsageError for what is no box.
    """
    box, colour = item.notes.get("box"), item.notes.get("colour")
    if box is None and colour is None:
        return None
    if box is not None:
        numbers = isinstance(box, Sequence) and len(box) == 4 and all(isinstance(side, (int, float)) for side in box)
        if not numbers:
            raise UsageError(f"the box of {item.id} is {box!r}; it must be four numbers: left, top, right, bottom")
        box = tuple(map(float, box))
    return Region(box, None if colour is None else str(colour))


def picture_of(item: Item, reader: str, dpi: float = DPI) -> np.ndarray:
    """The page or the box of it to read, (H, W, 3) uint8 RGB, for a `reader` that takes whole pictures only.

    `dpi` is for whole PDF pages. Raises InputError for the picture, UsageError where text in a frame is asked for.
    """
    region = region_of(item)
    if region is None:
        return page_of(item.image, item.page, dpi=dpi).image
    if region.colour is not None:
        raise UsageError(f"{reader} cannot be asked for the text in a {region.colour} frame")
    return cut(page_of(item.image, item.page), region.box)[0]


def layout_of(item: Item) -> Layout:
    """How the text of an item lies, told by the name of its type; a "block" is what is neither word, line nor page."""
    parts = re.split(r"[\W_]+", item.type.lower())
    return next((_LAYOUTS[part] for part in parts if part in _LAYOUTS), "block")
