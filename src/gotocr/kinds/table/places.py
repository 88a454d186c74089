"""Where the cells of a table stand on the page, from the words that were read in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from ...schema import Block, Box
from .cell import Placed, place
from .reading import rows

FAR = 200  # letters ahead in which a cell's text is looked for: of a caption, or of words that are in no cell


class Seen(NamedTuple):
    """A cell, and the smallest box around its words; None for an empty one, or where its words have none."""

    at: Placed
    box: Box | None


def cells(block: Block) -> list[Seen]:
    """The cells of a table, row by row, with where they stand; cells and words are matched by their letters, in order."""
    letters = ["".join(word.text.split()) for word in block.words]
    ends, total = [], 0
    for said in letters:
        total += len(said)
        ends.append(total)
    whole, at, found = "".join(letters), 0, []
    for cell in place(rows(block)):
        said = "".join(cell.cell.text.split())
        start = whole.find(said, at, at + FAR + len(said)) if said else -1
        if start < 0:
            found.append(Seen(cell, None))
            continue
        at = start + len(said)
        boxes = [word.box for word in block.words[bisect_right(ends, start) : bisect_left(ends, at) + 1] if word.box]
        found.append(Seen(cell, _around(boxes)))
    return found


def _around(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
