"""A formula as another program set it: outlines and letters in ems, ready to be painted at any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..schema import Box
from .fonts import require_skia
from .outline import path_of


@dataclass(frozen=True)
class Request:
    """A formula to be set: LaTeX without `$`; displayed or as within a line."""

    latex: str
    display: bool = True


@dataclass(frozen=True)
class Setting:
    """What a program made of a formula: ink around a baseline at y = 0, y downward, in ems of its font."""

    path: Any  # one skia.Path of all ink
    letters: tuple[
        str, ...
    ]  # the character each glyph shows, in the order the program set them; "" = more of the one before, AREA = a bar
    boxes: np.ndarray  # (n, 4) float64: their ink

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all ink; zeros where there is none."""
        if not len(self.boxes):
            return (0.0, 0.0, 0.0, 0.0)
        return (*self.boxes[:, :2].min(0).tolist(), *self.boxes[:, 2:].max(0).tolist())


class Press:
    """Collects the glyphs and bars of one formula."""

    def __init__(self) -> None:
        self._path = require_skia().Path()
        self._letters: list[str] = []
        self._boxes: list[tuple[float, float, float, float]] = []

    def glyph(self, data: str, letter: str, matrix: Sequence[float], clip: Box | None = None) -> None:
        """A glyph of path data `data`, mapped by `matrix` (a, b, c, d, e, f) as in SVG, of which `clip` is seen."""
        a, b, c, d, e, f = matrix
        skia, (outline, bounds) = require_skia(), _glyph(data)
        if bounds is None:
            return
        place = skia.Matrix.MakeAll(a, c, e, b, d, f, 0.0, 0.0, 1.0)
        if clip:
            self._clipped(outline, place, letter, clip)
            return
        self._path.addPath(outline, place)
        left, top, right, bottom = bounds
        xs = [a * x + c * y + e for x in (left, right) for y in (top, bottom)]
        ys = [b * x + d * y + f for x in (left, right) for y in (top, bottom)]
        self._note(letter, (min(xs), min(ys), max(xs), max(ys)))

    def _clipped(self, outline: Any, place: Any, letter: str, clip: Box) -> None:
        skia = require_skia()
        mapped, window = skia.Path(outline), skia.Path()
        mapped.transform(place)
        window.addRect(skia.Rect.MakeLTRB(*clip))
        seen = skia.Op(mapped, window, skia.kIntersect_PathOp)
        if seen is None or seen.isEmpty():
            return
        self._path.addPath(seen)
        box = seen.computeTightBounds()
        self._note(letter, (box.left(), box.top(), box.right(), box.bottom()))

    def shape(self, path: Any, letter: str, place: tuple[float, float]) -> None:
        """An outline, scaled by `place[0]` and then moved down by `place[1]`."""
        skia, mapped = require_skia(), require_skia().Path(path)
        scale, down = place
        mapped.transform(skia.Matrix.MakeAll(scale, 0.0, 0.0, 0.0, scale, down, 0.0, 0.0, 1.0))
        box = mapped.computeTightBounds()
        if not box.isEmpty():
            self._path.addPath(mapped)
            self._note(letter, (box.left(), box.top(), box.right(), box.bottom()))

    def bar(self, box: Box, letter: str) -> None:
        """A filled rectangle."""
        self._path.addRect(require_skia().Rect.MakeLTRB(*box))
        self._note(letter, box)

    def _note(self, letter: str, box: tuple[float, float, float, float]) -> None:
        self._letters.append(letter)
        self._boxes.append(box)

    def setting(self) -> Setting:
        return Setting(self._path, tuple(self._letters), np.asarray(self._boxes, np.float64).reshape(-1, 4))


@lru_cache(maxsize=16384)
def _glyph(data: str) -> tuple[Any, tuple[float, float, float, float] | None]:
    path = path_of(data)
    box = path.computeTightBounds()
    return path, None if box.isEmpty() else (box.left(), box.top(), box.right(), box.bottom())


Engine = Callable[[Sequence[Request]], "list[Setting | None]"]  # None = it could not set that one
