"""The base line and the size of a printed line, from the boxes of its words and the letters they are made of; letters that run leftward.

A box is around ink: how much of it lies above and below the base line is told by the letters, "gap" from "tea".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ...schema import Box

# How far ink reaches above and below the base line, in shares of the size.
TALL, LOW, DEEP = 0.72, 0.50, 0.21
SQUARE = (0.86, 0.10)  # of Chinese, Japanese and Korean
OTHER = (0.76, 0.22)  # of scripts we know nothing of
_LOW = frozenset("acegmnopqrsuvwxyzàáâãäåαγεηικμνοπρσςτυχωавгежзиклмнопрстхцчшщъыьэюя«»~+=<>÷×")
_DEEP = frozenset("gjpqyçρβγζημξφχψруфцщ()[]{}|,;/\\§Qў$@")
_LESS = frozenset(".,;:-–—_'\"`´^*°’‘“”„·…~=+")  # too little ink to measure by
SPACED = 1.4  # from line to line, in characters of writing without blanks
BROKEN = 1.7  # times as high as usual: a word that goes on in the next line
SLOPED = 0.25  # of the size, that the base line climbs or falls on its way, or it is taken for level
STEEPEST = 0.3  # pixels down a pixel along
_LEFTWARD = ("R", "AL")


@dataclass(frozen=True)
class Stretch:
    """Text that fills a box."""

    text: str
    box: Box

    @property
    def shown(self) -> Stretch:
        """With its characters from left to right, as they are printed."""
        return replace(self, text=as_printed(self.text))


@dataclass(frozen=True)
class Line:
    """Stretches on a base line, which is at `foot` for x = 0 and falls by `slope`."""

    stretches: tuple[Stretch, ...]
    base: float
    slope: float
    size: float

    def foot(self, x: float) -> float:
        return self.base + self.slope * x


def line_of(stretches: Sequence[Stretch]) -> Line:
    """The line that stretches of text stand on."""
    sure = [one for one in stretches if not _LESS.issuperset(one.text)] or list(stretches)
    reach = [_reach(one.text) for one in sure]
    size = median((one.box[3] - one.box[1]) / (up + down) for one, (up, down) in zip(sure, reach, strict=True))
    size = max(size, 1e-3)
    feet = [(0.5 * (one.box[0] + one.box[2]), one.box[3] - down * size) for one, (_, down) in zip(sure, reach, strict=True)]
    slope = _slope(feet, size)
    base = median(y - slope * x for x, y in feet)
    return Line(tuple(stretches), base, slope, size)


def rows_of(stretches: Sequence[Stretch], usual: float) -> Iterator[tuple[Stretch, ...]]:
    """The stretches of a line, those that a box of several lines is given to being cut down or parted; `usual` is the height of one.

    A word that is broken at a line's end has a box over both lines, and is read with the second: there it stays. Writing
    without blanks has a box over all of its lines, and is parted evenly.
    """
    heights = sorted(one.box[3] - one.box[1] for one in stretches)
    if len(stretches) == 1:
        yield from _parted(stretches[0], usual)
        return
    normal = [one for one in stretches if one.box[3] - one.box[1] <= BROKEN * heights[(len(heights) - 1) // 2]]
    top, bottom = median(one.box[1] for one in normal), median(one.box[3] for one in normal)
    row = []
    for number, one in enumerate(stretches):
        left, above, right, below = one.box
        if below - above > BROKEN * (bottom - top):
            following = stretches[number + 1].box[0] if number + 1 < len(stretches) else right
            if left < following < right:
                right = max(following - 0.25 * (bottom - top), left + 0.5 * (following - left))
            one = replace(one, box=(left, top, right, bottom))
        row.append(one)
    yield tuple(row)


def _parted(one: Stretch, usual: float) -> Iterator[tuple[Stretch, ...]]:
    left, top, right, bottom = one.box
    width, height, count = right - left, bottom - top, len(one.text)
    square = sum(map(_is_square, one.text)) > 0.5 * count
    if square and count > 1:
        lines = max(1, round(0.14 + (0.02 + height * count / (SPACED * width)) ** 0.5)) if width > 0 else 1
        side = height / (SPACED * lines - SPACED + 1)  # of a character: all but the last line are full
        share = max(1, min(round(width / side), count)) if lines > 1 and side > 0 else count
        rows = -(-count // share)
        for number in range(rows):
            text = one.text[number * share : (number + 1) * share]
            above = top + number * (height - side) / max(rows - 1, 1)
            yield (Stretch(text, (left, above, left + width * len(text) / share, above + side)),)
    elif height > BROKEN * usual > 0:
        yield (replace(one, box=(left, bottom - usual, right, bottom)),)
    else:
        yield (one,)


def _reach(text: str) -> tuple[float, float]:
    """How far the ink of a text reaches above and below the base line, in shares of its size."""
    up = down = 0.0
    for letter in text:
        if _is_square(letter):
            above, below = SQUARE
        elif letter.isalpha() and ord(letter) > 0x52F:
            above, below = OTHER
        else:
            above = LOW if letter in _LOW else TALL
            below = DEEP if letter in _DEEP else 0.0
        up, down = max(up, above), max(down, below)
    return up or LOW, down


def _is_square(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uff60" or ord(letter) >= 0x20000


def _slope(feet: Sequence[tuple[float, float]], size: float) -> float:
    """Pixels down for a pixel along, by least squares; 0 where it cannot be told from a level line."""
    span = max(x for x, _ in feet) - min(x for x, _ in feet)
    if len(feet) < 3 or span < 4 * size:
        return 0.0
    middle_x, middle_y = sum(x for x, _ in feet) / len(feet), sum(y for _, y in feet) / len(feet)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in feet) / sum((x - middle_x) ** 2 for x, _ in feet)
    return slope if SLOPED * size < abs(slope) * span and abs(slope) < STEEPEST else 0.0


def is_leftward(text: str) -> bool:
    """Whether letters of a text run from right to left."""
    return any(letter > "\u0590" and unicodedata.bidirectional(letter) in _LEFTWARD for letter in text)


def as_printed(text: str) -> str:
    """The characters of a line with letters that run leftward, from left to right: a short form of Unicode's UAX #9.

    Numbers and words that run rightward keep their order; marks stay behind the letters they stand on.
    """
    if not is_leftward(text):
        return text
    parts: list[list[str]] = []  # clusters, in runs that go one way
    rightward: list[bool] = []
    for letter in text:
        way = unicodedata.bidirectional(letter)
        if way == "NSM" and parts:
            parts[-1][-1] += letter
            continue
        right = way in ("L", "EN", "AN") or (bool(rightward) and rightward[-1] and way in ("CS", "ES", "ET"))
        if not parts or rightward[-1] != right:
            parts.append([])
            rightward.append(right)
        parts[-1].append(letter)
    return "".join("".join(part if right else reversed(part)) for part, right in zip(reversed(parts), reversed(rightward), strict=True))
