"""Where the text of a page goes: runs of text along base lines in pixels of the page, in reading order, from its words and their boxes.

Nothing here knows of PDF. A word stands at its box: as long as the box, on the base line of its printed line, in the size of
that line. A word that has no box shares the one of the word before it; a block that is not made of words (a formula, a
molecule, a drawing) is its source, spread over its box; what has no box at all is spread over the page, so that it is found
on the page at least.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ...kinds import KINDS
from ...pixels.affine import Affine, turned
from ...schema import Block, Box, Leaf, Word
from ..format import blocks_of
from ..lines import Line as PrintedLine
from ..lines import lines_of
from ..prose import clean
from .lettering import Line, Stretch, is_leftward, line_of, rows_of

_TURNED = re.compile(r"turned by (90|180|270) degrees")
SPACE = " "
SHORTEST = 0.02  # of the size: a space between words that touch
LONGEST = 1.0  # of the size: a space between words that stand far apart; programs see by themselves that they do
MARGIN = 0.05  # of the page, around what has no box
PITCH = 1.2  # of the size, from line to line of what is spread over a box


@dataclass(frozen=True)
class Run:
    """A stretch of text: it begins at `start` and is `length` long in the direction `along`, all in pixels of the page as it lies."""

    text: str
    start: tuple[float, float]  # on the base line
    along: tuple[float, float]  # of length 1; (1, 0) is to the right, (0, 1) down
    length: float
    size: float  # of the letters: what would be their font's


@dataclass(frozen=True)
class Placed:
    """A line as it lies when its part of the page is turned upright; `back` leads from there to the page."""

    line: Line
    back: Affine = Affine()
    degrees: int = 0  # clockwise, by which that part is turned to be upright


def runs_of(leaf: Leaf) -> Iterator[Run]:
    """The text of a page, blanks between words among it, in reading order; each run is on one line."""
    for block in placed_of(leaf):
        for placed in block:
            yield from _runs(placed.line, placed.back)


def placed_of(leaf: Leaf) -> Iterator[list[Placed]]:
    """The lines of each block of a page, and at last those that have no place of their own."""
    size = max(leaf.width, 1), max(leaf.height, 1)
    ways = [0, *sorted({int(degrees) for note in leaf.notes for degrees in _TURNED.findall(note)})]
    homeless: list[str] = []
    for block in blocks_of(leaf):
        degrees = _turn(block, ways, size)
        back, upright = turned(size, degrees), _upright(block, degrees, size)
        lines, text = _lines(upright)
        if text and upright.box is None:
            homeless += text
            text = []
        yield [Placed(line, back, degrees) for line in (*lines, *_spread(text, upright.box))]
    across, down = MARGIN * size[0], MARGIN * size[1]
    yield [Placed(line) for line in _spread(homeless, (across, down, size[0] - across, size[1] - down))]


def apart(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The pages with each block that was put together over several (`kinds.flow.joined`) on all of its pages again."""
    ahead: dict[int, list[Block]] = {}
    for leaf in leaves:
        blocks = list(ahead.pop(leaf.index, ()))
        for block in leaf.blocks:
            shares = _shares(block)
            blocks.append(shares[0][1] if shares else block)
            for index, share in shares[1:]:
                ahead.setdefault(index, []).append(share)
        yield replace(leaf, blocks=tuple(blocks)) if blocks else leaf


def _shares(block: Block) -> list[tuple[int, Block]]:
    """What of a block stands on which page; nothing where it stands on one."""
    pages, boxes, counts = (block.data.get(name) for name in ("pages", "boxes", "counts"))
    if not (isinstance(pages, Sequence) and isinstance(boxes, Sequence) and isinstance(counts, Sequence)):
        return []
    if not len(pages) == len(boxes) == len(counts) or len(pages) < 2:
        return []
    found, first = [], 0
    for index, box, count in zip(pages, boxes, counts, strict=True):
        words = block.words[first : first + count]
        first += count
        text = SPACE.join(word.text for word in words)
        found.append((index, Block("text", text, tuple(box) if box else None, words=words, data={"role": "lines"})))
    return found


def _turned_size(size: tuple[int, int], degrees: int) -> tuple[int, int]:
    return size[::-1] if degrees % 180 else size


def _upright(block: Block, degrees: int, size: tuple[int, int]) -> Block:
    """A block with its boxes as they lie on the page when that is turned clockwise."""
    if not degrees:
        return block
    there = turned(_turned_size(size, degrees), 360 - degrees)
    room = _turned_size(size, degrees)
    words = tuple(replace(word, box=there.box(word.box, room)) if word.box else word for word in block.words)
    return replace(block, words=words, box=there.box(block.box, room) if block.box else None)


def _turn(block: Block, ways: Sequence[int], size: tuple[int, int]) -> int:
    """By which of the turns that were made on the page the words of a block stand behind each other; the last one in doubt."""
    if len(ways) == 1 or not any(word.box for word in block.words):
        return ways[-1]

    def behind(degrees: int) -> int:
        boxes = [word.box for word in _upright(block, degrees, size).words if word.box]
        return sum(_follows(before, after) for before, after in pairwise(boxes))

    return max(reversed(ways), key=behind)


def _follows(before: Box, after: Box) -> bool:
    """Whether a box lies right of another on one line."""
    shared = min(before[3], after[3]) - max(before[1], after[1])
    return after[0] + after[2] > before[0] + before[2] and shared > 0.3 * min(before[3] - before[1], after[3] - after[1])


def _lines(block: Block) -> tuple[list[Line], list[str]]:
    """The lines of a block that have a place, and the text of what has none."""
    printed = lines_of(block)
    if not printed and block.kind == "music" and any(word.box for word in block.words) and any(KINDS["music"].words(block.text)):
        lyrics = SPACE.join(word.text for word in block.words)
        printed = lines_of(Block("text", lyrics, block.box, words=block.words, data={"role": "lines"}))
    if not printed:
        return [], [line for line in clean(block.text).split("\n") if line.strip()]
    if is_leftward(block.text):
        printed = _leftward(printed)
    heights = [word.box[3] - word.box[1] for line in printed for word in line.words if word.box]
    usual = median(heights) if heights else 0.0
    placed, text = [], []
    for line in printed:
        stretches = list(_stretches(line.words))
        if stretches:
            placed += [line_of(row) for row in rows_of(stretches, usual)]
        else:
            text.append(clean(line.text).replace("\n", SPACE))
    return placed, text


def _leftward(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Lines of writing that runs from right to left, which were taken to end where they go on further left."""
    found: list[PrintedLine] = []
    for line in lines:
        before = found[-1].words[-1].box if found else None
        first = line.words[0].box
        if before and first and _follows(first, before):
            found[-1] = PrintedLine((*found[-1].words, *line.words))
        else:
            found.append(line)
    return found


def _stretches(words: Iterable[Word]) -> Iterator[Stretch]:
    """What stands at each box of a line: its word, and those behind it that have none (before the first one, too)."""
    texts: list[str] = []
    box: Box | None = None
    for word in words:
        if word.box and box:
            yield Stretch(_said(texts), box)
            texts = []
        box = word.box or box
        texts.append(word.text)
    if box:
        yield Stretch(_said(texts), box)


def _said(texts: Sequence[str]) -> str:
    return SPACE.join(clean(SPACE.join(texts)).split())


def _spread(texts: Sequence[str], box: Box | None) -> Iterator[Line]:
    """Lines of text over a box, from its top to its bottom; each as wide as it would be, the widest as the box."""
    if not texts or box is None:
        return
    left, top, right, bottom = box
    pitch = (bottom - top) / len(texts)
    longest = max(map(len, texts))
    size = min(pitch / PITCH, 2 * (right - left) / longest) if len(texts) > 1 else bottom - top
    for number, text in enumerate(texts):
        text = _said([text])
        if not text:
            continue
        width = (right - left) * len(text) / longest
        row = left, top + number * pitch, left + max(width, 1e-3), top + number * pitch + size
        yield Line((Stretch(text, row),), row[3] - 0.22 * size, 0.0, size)


def _runs(line: Line, back: Affine) -> Iterator[Run]:
    """A line's stretches with blanks between them, on the page as it lies."""
    stretches = line.stretches
    if any(is_leftward(one.text) for one in stretches):  # as a PDF has them: letters from left to right, whatever they say
        stretches = tuple(sorted((one.shown for one in stretches), key=lambda one: one.box[0]))
    ahead = _direction(back, line.slope)
    for number, one in enumerate(stretches):
        left, _, right, _ = one.box
        if not one.text:
            continue
        yield Run(one.text, back.point(left, line.foot(left)), ahead, right - left, line.size)
        if number + 1 < len(stretches):
            gap = stretches[number + 1].box[0] - right
            length = min(max(gap, SHORTEST * line.size), LONGEST * line.size)
            yield Run(SPACE, back.point(right, line.foot(right)), ahead, length, line.size)


def _direction(back: Affine, slope: float) -> tuple[float, float]:
    x, y = back.a + back.b * slope, back.d + back.e * slope
    length = (x * x + y * y) ** 0.5
    return x / length, y / length
