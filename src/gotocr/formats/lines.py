"""The printed lines of a block, recovered from where its words stand; no box is invented for a word that has none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from ..kinds import KINDS
from ..kinds.kind import Span
from ..kinds.page import union
from ..kinds.text import words_printed
from ..schema import Block, Box, Leaf, Word

OVERLAP = 0.4  # of the lower of two boxes' heights that they share on one line; of the higher, how far apart their feet may be
BACK = 0.5  # of a line's height: a word that begins so far left of the one before it begins a line
NEAR = 5  # words of the line whose middle height a word is held against
_BREAKS = {"text": re.compile("\n"), "table": re.compile(r"<tr\b|\\\\", re.IGNORECASE)}  # between two words: surely a new line


@dataclass(frozen=True)
class Line:
    """Words that stand side by side, from the first to the last as they are read; `box` is around those that have one."""

    words: tuple[Word, ...]
    box: Box | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def lines_of(block: Block) -> tuple[Line, ...]:
    """The lines of a block, in reading order; none for a block that is not made of words (a formula, a molecule).

    A line ends where the text breaks it (a line feed, a table's row), where the next word stands lower or higher, or where
    it begins further left. A word without a box stands on the line of the word before it. What was read and is in no
    word of the block becomes a word without a box, so that all of the text is in the lines.
    """
    lines: list[_Row] = []
    for word, breaks in _words(block):
        if not lines or breaks or not lines[-1].takes(word.box):
            lines.append(_Row())
        lines[-1].add(word)
    return tuple(Line(tuple(row.words), union(word.box for word in row.words)) for row in lines)


def pixels(box: Box | None, leaf: Leaf) -> tuple[int, int, int, int] | None:
    """The whole pixels of the page that a box touches, at least one; None where it is not known."""
    if box is None or not all(map(math.isfinite, box)):
        return None
    width, height = max(leaf.width, 1), max(leaf.height, 1)
    left, top = (min(max(math.floor(value), 0), most - 1) for value, most in zip(box[:2], (width, height), strict=True))
    return left, top, min(max(math.ceil(box[2]), left + 1), width), min(max(math.ceil(box[3]), top + 1), height)


class _Row:
    """A line while it is gathered."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self._boxes: list[Box] = []  # of those that have one, the last few

    def add(self, word: Word) -> None:
        self.words.append(word)
        if word.box:
            self._boxes = [*self._boxes[1 - NEAR :], word.box]

    def takes(self, box: Box | None) -> bool:
        if box is None or not self._boxes:
            return True
        last = self._boxes[-1]
        top, bottom = median(one[1] for one in self._boxes), median(one[3] for one in self._boxes)
        if last[0] - box[0] > BACK * max(last[3] - last[1], bottom - top):
            return False
        return _beside(box, (last[1], last[3])) or _beside(box, (top, bottom))


def _beside(box: Box, other: tuple[float, float]) -> bool:
    """Whether two words, one given by its top and bottom, lie beside each other or on one base line."""
    heights = box[3] - box[1], other[1] - other[0]
    shared = min(box[3], other[1]) - max(box[1], other[0])
    return shared > OVERLAP * min(heights) or abs(box[3] - other[1]) < OVERLAP * max(heights)


def _words(block: Block) -> Iterator[tuple[Word, bool]]:
    """The words with what is known of each, and whether the text says that one begins a line."""
    said = _said(block)
    if not said:
        return
    breaks, known, at, end = _BREAKS.get(block.kind), block.words, 0, 0
    for span, text in said:
        found = at
        while found < min(len(known), at + 3) and known[found].text != text:  # a word that stands nowhere in the text
            found += 1
        word = Word(text)
        if found < min(len(known), at + 3):
            word, at = known[found], found + 1
        yield word, breaks is not None and breaks.search(block.text, end, span.start) is not None
        end = span.end


def _said(block: Block) -> list[tuple[Span, str]]:
    """The words of the text and where they stand in it."""
    if block.kind not in KINDS or block.kind == "music" or (block.kind == "chart" and not block.data.get("series")):
        return []  # lyrics are the smaller part of music; of a chart that could not be read nothing is known
    find = words_printed if block.data.get("role") == "lines" else KINDS[block.kind].words
    return list(find(block.text))
