"""The text of a page as PDF operators: invisible (text rendering mode 3, ISO 32000-1, 9.3.6), each run at its place and as long as it is there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ...pixels.affine import Affine
from ...schema import Box, Leaf
from .font import ADVANCE, Font
from .place import Run

FURTHEST = 1e6  # points; a number beyond is not written


@dataclass(frozen=True)
class Sheet:
    """What of a PDF page is shown: its box in its own units, and the degrees clockwise by which it is turned to be shown."""

    box: Box  # left, bottom, right, top
    turn: int = 0

    def from_pixels(self, leaf: Leaf) -> Affine:
        """Where a pixel of the page as it is shown lies in the page's own units; these grow upward."""
        left, bottom, right, top = self.box
        width, height = max(leaf.width, 1), max(leaf.height, 1)
        across, down = right - left, top - bottom
        return {
            0: Affine(across / width, 0, left, 0, -down / height, top),
            90: Affine(0, across / height, left, down / width, 0, bottom),
            180: Affine(-across / width, 0, right, 0, down / height, bottom),
            270: Affine(0, -across / height, right, -down / width, 0, top),
        }[self.turn]


def operators(runs: Iterable[Run], way: Affine, font: Font, name: str) -> bytes:
    """A content stream that shows nothing and holds all runs; `name` is the font's among the page's resources. Empty for no text."""
    written = []
    for run in runs:
        said = _run(run, way, font, name)
        if said:
            written.append(said)
    return "\n".join(["q BT 3 Tr", *written, "ET Q\n"]).encode() if written else b""


def _run(run: Run, way: Affine, font: Font, name: str) -> str:
    x, y = way.point(*run.start)
    ahead = _moved(way, *run.along)
    up = _moved(way, run.along[1], -run.along[0])
    length, high = math.hypot(*ahead), math.hypot(*up)
    size, room = run.size * high, run.length * length
    values = (x, y, size, room)
    if not (run.text and length and high and all(math.isfinite(value) and abs(value) < FURTHEST for value in values)):
        return ""
    size = max(size, 0.01)
    stretch = max(100_000 * room / (len(run.text) * ADVANCE * size), 0.01)  # per cent
    matrix = " ".join(_number(part / by, 5) for part, by in ((ahead[0], length), (ahead[1], length), (up[0], high), (up[1], high)))
    return f"/{name} {_number(size)} Tf {_number(stretch)} Tz {matrix} {_number(x)} {_number(y)} Tm <{font.hex(run.text)}> Tj"


def _moved(way: Affine, x: float, y: float) -> tuple[float, float]:
    return way.a * x + way.b * y, way.d * x + way.e * y


def _number(value: float, digits: int = 2) -> str:
    """Without an exponent, which a PDF does not know, and without idle zeros."""
    said = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if said in ("-0", "") else said
