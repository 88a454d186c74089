"""Parts of pages to be read alone: by a crop, by coordinates, by a coloured frame; and the tiles of a big page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..draw.fonts import require_cv2
from ..draw.supply import Supply
from ..schema import COLOURS, Box, Sample
from .document import document
from .excerpt import blocks, crop, excerpt, hull

TRIES = 20
FRAMES = {"red": (225, 30, 30), "green": (20, 160, 50), "blue": (30, 60, 225)}
LETTERS = 12.0, 26.0  # font sizes of a tile
FEWER = 0.12  # chance after each block that a tile ends with it
FAR = 3.0  # pixels that ink of others must keep away from a region's box


def region(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """Some blocks of a page; only what stands in them is the truth. `notes["asked"]` says how they are asked for:

    "crop" (the picture is the region), "box" (the whole page; `notes["box"]` in its pixels) or one of `schema.COLOURS`
    (a frame of that colour is drawn around the region; frames of other colours may stand elsewhere).
    """
    page, part, box = _chosen(rng, supply, room, em)
    asked = str(rng.choice(["crop", "box", *COLOURS]))
    notes = {**part.notes, "asked": asked, "box": [round(side) for side in box]}
    height, width = page.image.shape[:2]
    margin = rng.uniform(1, 0.02 * width + 4, 4)
    outer = _between(box, margin, (width, height))
    if asked == "crop":
        return replace(crop(part, outer), notes=notes)
    if asked == "box":
        return replace(part, notes=notes)
    image = page.image.copy()
    cv2 = require_cv2()
    cv2.rectangle(image, outer[:2], (outer[2] - 1, outer[3] - 1), FRAMES[asked], int(rng.integers(1, 5)), cv2.LINE_AA)
    return replace(part, image=image, notes=notes)


def _between(box: Box, margin: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box with margins around it, within the picture (width, height)."""
    left, top, right, bottom = box
    low = max(0, int(left - margin[0])), max(0, int(top - margin[1]))
    return (*low, min(size[0], int(np.ceil(right + margin[2]))), min(size[1], int(np.ceil(bottom + margin[3]))))


def _chosen(
    rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None
) -> tuple[Sample, Sample, Box]:
    """A page, some blocks of it, and the box around them that holds nothing else; the whole page when none is found."""
    page = document(rng, supply, room, em)
    found = blocks(page)
    for _ in range(TRIES if found else 0):
        first = int(rng.integers(len(found)))
        last = min(len(found), first + int(rng.choice([1, 1, 1, 2, 3])))
        part = excerpt(page, found[first][0], found[last - 1][1])
        if part and part.format.strip():
            box = hull(part.glyphs, np.ones(len(part.glyphs.text), bool))
            if alone(page, part, box):
                return page, part, box
    return page, page, hull(page.glyphs, np.ones(len(page.glyphs.text), bool)) if page.glyphs.text else (0, 0, 1, 1)


def alone(page: Sample, part: Sample, box: Box) -> bool:
    """Whether no other glyph of the page stands in the box of a part."""
    boxes = page.glyphs.boxes
    left, top, right, bottom = box
    inside = (boxes[:, 0] < right + FAR) & (boxes[:, 2] > left - FAR) & (boxes[:, 1] < bottom + FAR) & (boxes[:, 3] > top - FAR)
    inked = np.array([not letter.isspace() for letter in page.glyphs.text])
    own = np.array([not letter.isspace() for letter in part.glyphs.text])
    return int((inside & inked).sum()) == int(own.sum())


def tile(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A tile of a page larger than `room`: a piece between two rows without ink, with what is printed on it.

    Cut as a reader cuts a page that is too big for one look, with letters of the size it shows, also where `room` is a band of
    lines; `notes["box"]` says where it lay on the page.
    """
    big = (int(max(room[0] * rng.uniform(1.4, 2.5), room[1] * rng.uniform(0.9, 1.3))), room[1])
    page = document(rng, supply, big, em or float(rng.uniform(*LETTERS)))
    found = blocks(page)
    inked = np.zeros(page.image.shape[0] + 1, bool)
    for _, top, _, bottom in page.glyphs.boxes.tolist():
        inked[int(top) : int(np.ceil(bottom)) + 1] = True
    for _ in range(TRIES if found else 0):
        first, best = int(rng.integers(len(found))), None
        for last in range(first, len(found)):  # as many blocks as fit, or some fewer
            cut = _piece(page, (found[first][0], found[last][1]), room[0], inked)
            best = cut or best
            if (best and not cut) or rng.random() < FEWER:
                break
        if best:
            return best
    return document(rng, supply, room, em)


def _piece(page: Sample, span: tuple[int, int], most: int, inked: np.ndarray) -> Sample | None:
    """What `span` of a page's text covers, over the whole width; None where that is nothing, too high or not alone."""
    part = excerpt(page, *span)
    if not part or not part.format.strip():
        return None
    left, top, right, bottom = hull(part.glyphs, np.ones(len(part.glyphs.text), bool))
    width = page.image.shape[1]
    if bottom - top > most - 2 or not alone(page, part, (0.0, top, float(width), bottom)):
        return None
    low, high = _gap(inked, top, -1), _gap(inked, bottom, +1)
    box = (0, max(0, low), width, min(page.image.shape[0], high, max(0, low) + most))
    return replace(crop(part, box), notes={**part.notes, "box": list(box)})


def _gap(inked: np.ndarray, at: float, step: int) -> int:
    """The row in the middle of the gap above (-1) or below (+1) `at`."""
    start = row = int(np.floor(at)) - 1 if step < 0 else int(np.ceil(at)) + 1
    while 0 < row < len(inked) - 1 and not inked[row]:
        row += step
    return (start + row) // 2
