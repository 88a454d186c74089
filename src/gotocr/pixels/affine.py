"""Where a point of a turned, straightened or cut picture lies in the picture it came from: affine maps, and their boxes."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..schema import Box


class Affine(NamedTuple):
    """(x, y) -> (a x + b y + c, d x + e y + f); x and y are places, not pixel numbers: a pixel's middle is at its half."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    @property
    def row_major(self) -> tuple[float, float, float, float, float, float]:
        """As `PIL.Image.transform` wants it."""
        return tuple(self)

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def after(self, first: Affine) -> Affine:
        """The map that does `first`, then this one."""
        (c, f) = self.point(first.c, first.f)
        return Affine(
            self.a * first.a + self.b * first.d,
            self.a * first.b + self.b * first.e,
            c,
            self.d * first.a + self.e * first.d,
            self.d * first.b + self.e * first.e,
            f,
        )

    def box(self, box: Box, size: tuple[int, int]) -> Box:
        """The smallest box around `box` after the map, cut to a picture of `size` (width, height)."""
        left, top, right, bottom = box
        corners = [self.point(x, y) for x in (left, right) for y in (top, bottom)]
        across, down = zip(*corners, strict=True)
        width, height = float(size[0]), float(size[1])
        return (
            min(max(min(across), 0.0), width),
            min(max(min(down), 0.0), height),
            min(max(max(across), 0.0), width),
            min(max(max(down), 0.0), height),
        )


def turned(size: tuple[int, int], degrees: int) -> Affine:
    """Where points of a picture lay that was turned clockwise by 0, 90, 180 or 270 degrees; `size` is its width, height before."""
    width, height = size
    return {
        0: Affine(),
        90: Affine(0, 1, 0, -1, 0, height),
        180: Affine(-1, 0, width, 0, -1, height),
        270: Affine(0, -1, width, 1, 0, 0),
    }[degrees]


def rotation(size: tuple[int, int], degrees: float) -> tuple[tuple[int, int], Affine]:
    """The size of a picture turned counter-clockwise by `degrees` with nothing lost, and where its points lay before."""
    width, height = size
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width = math.ceil(width * abs(cos) + height * abs(sin) - 1e-6)
    new_height = math.ceil(width * abs(sin) + height * abs(cos) - 1e-6)
    c = width / 2 - cos * new_width / 2 + sin * new_height / 2
    f = height / 2 - sin * new_width / 2 - cos * new_height / 2
    return (new_width, new_height), Affine(cos, -sin, c, sin, cos, f)
