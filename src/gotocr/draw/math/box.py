"""Boxes of set formulas: glyphs, rules and lines with their places, in ems; how boxes are put beside and above each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .font import MathFont


class Mark(NamedTuple):
    """One glyph. `letter` is the character it shows; "" = a further piece of the glyph before it."""

    font: MathFont
    glyph: int
    scale: float  # font size, in ems of the formula
    letter: str
    source: int  # offset of the character of the source that it stands for; -1 = none
    bold: bool = False  # emboldened, where the font has no bold glyph


class Rule(NamedTuple):
    """A bar; its place is its lower left corner."""

    width: float
    height: float
    source: int


class Stroke(NamedTuple):
    """A slanted line from its place to (`across`, `up`) further on."""

    across: float
    up: float
    thickness: float
    source: int


class Box:
    """A rectangle around a baseline, with what stands in it at (x, y), y upward from the baseline.

    `italic` and `accent` are those of the glyph, where the box is one character: scripts and accents are set to it. `slant`
    is how much of the italics correction is part of the width.
    """

    __slots__ = ("accent", "depth", "height", "is_character", "italic", "parts", "slant", "width")

    def __init__(self, width: float = 0.0, height: float = 0.0, depth: float = 0.0) -> None:
        self.width, self.height, self.depth = width, height, depth
        self.parts: list[tuple[float, float, Box | Mark | Rule | Stroke]] = []
        self.is_character, self.italic, self.slant, self.accent = False, 0.0, 0.0, 0.0

    def put(self, x: float, y: float, part: Box | Mark | Rule | Stroke) -> None:
        self.parts.append((x, y, part))

    def upright(self) -> None:
        """Take back the room that one slanted letter has for its slant: it needs none where no atom follows."""
        if self.is_character:
            self.width, self.slant = self.width - self.slant, 0.0

    @property
    def total(self) -> float:
        return self.height + self.depth


@dataclass(frozen=True)
class Placed:
    """A mark, rule or stroke at (x, y) of the whole formula, in ems."""

    x: float
    y: float
    part: Mark | Rule | Stroke


def glyph_box(font: MathFont, glyph: int, scale: float, letter: str, source: int, bold: bool = False) -> Box:
    """A box with one glyph."""
    measure = font.measure(glyph)
    box = Box(measure.advance * scale, max(0.0, measure.top * scale), max(0.0, -measure.bottom * scale))
    box.put(0.0, 0.0, Mark(font, glyph, scale, letter, source, bold))
    box.is_character, box.italic, box.accent = True, measure.italic * scale, measure.accent * scale
    return box


def row(parts: Iterable[Box | float]) -> Box:
    """Boxes and spaces beside each other on one baseline."""
    whole = Box()
    for part in parts:
        if isinstance(part, float):
            whole.width += part
            continue
        whole.put(whole.width, 0.0, part)
        whole.width += part.width
        whole.height, whole.depth = max(whole.height, part.height), max(whole.depth, part.depth)
    return whole


def shifted(box: Box, up: float) -> Box:
    """A box raised above the baseline."""
    whole = Box(box.width, box.height + up, box.depth - up)
    whole.put(0.0, up, box)
    return whole


def centred(box: Box, axis: float) -> Box:
    """A box raised so that its middle is at height `axis`."""
    return shifted(box, axis - (box.height - box.depth) / 2)


def widened(box: Box, width: float, share: float = 0.5) -> Box:
    """A box of the given width; `share` of what is added stands on the left."""
    if box.width == width:
        return box
    whole = Box(width, box.height, box.depth)
    whole.put((width - box.width) * share, 0.0, box)
    return whole


def flatten(box: Box, x: float = 0.0, y: float = 0.0) -> Iterator[Placed]:
    """All marks, rules and strokes with their places, in the order they were put."""
    for dx, dy, part in box.parts:
        if isinstance(part, Box):
            yield from flatten(part, x + dx, y + dy)
        else:
            yield Placed(x + dx, y + dy, part)
