"""A page that is being written: both truths grow in step with what is drawn, block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..draw.canvas import Canvas, within
from ..draw.style import SPACE_HEIGHT, Style
from ..draw.text import BREAK_WIDTH
from ..schema import Sample


@dataclass
class Leaf:
    """Collects what is drawn; positions are in pixels. `draw` makes the sample."""

    size: tuple[int, int]  # height, width
    _plain: list[str] = field(default_factory=list)
    _format: list[str] = field(default_factory=list)
    _counts: list[int] = field(default_factory=lambda: [0, 0])  # characters of both truths so far
    _steps: list[Callable[[Canvas], Any]] = field(default_factory=list)
    _insets: list[tuple[np.ndarray, int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self._counts[0] > 0 or self._counts[1] > 0

    def _count(self, plain: str = "", written: str = "") -> tuple[int, int]:
        """Add to the truths; return where that begins."""
        before = self._counts[0], self._counts[1]
        self._plain.append(plain)
        self._format.append(written)
        self._counts[0] += len(plain)
        self._counts[1] += len(written)
        return before

    def mark(self, written: str) -> None:
        """A mark of Markdown, without ink."""
        self._count(written=written)

    def text(self, text: str, at: tuple[float, float], style: Style) -> None:
        """A run of text standing on a baseline, in both truths."""
        plain, written = self._count(text, text)
        self._steps.append(lambda canvas: canvas.text(text, at, style, plain, written))

    def bullet(self, at: tuple[float, float], style: Style, written: str = "- ", drawn: str = "• ") -> None:
        """The mark of a list item: what is printed, and what Markdown writes for it."""
        plain, offset = self._count(drawn, written)
        same = [offset + min(number, len(written) - 1) for number in range(len(drawn))]
        self._steps.append(lambda canvas: canvas.text(drawn, at, style, plain, same))

    def formula(self, source: str, at: tuple[float, float], put: Callable[[Canvas, float, float, int, int], None]) -> None:
        """A formula in a line: `put` paints it at (x, baseline) with the offsets of its LaTeX."""
        plain, written = self._count(f"${source}$", f"${source}$")
        self._steps.append(lambda canvas: put(canvas, *at, plain + 1, written + 1))

    def line_end(self, at: tuple[float, float], style: Style, written: str) -> None:
        """The end of a printed line; `written` is a space where the paragraph goes on, else what parts it from the next."""
        plain, offset = self._count("\n", written)
        x, y, em = *at, style.size
        box = (x, y - SPACE_HEIGHT * em, x + BREAK_WIDTH * em, y)
        self._steps.append(lambda canvas: canvas.area(box, plain, offset, "\n"))

    def inset(self, sample: Sample, at: tuple[int, int]) -> None:
        """Another sample's picture at (left, top), with its truths."""
        left, top = at
        plain, written = self._count(sample.plain, sample.format)
        self._insets.append((sample.image, left, top))
        shift = np.array([left, top, left, top], np.float32)

        def note(canvas: Canvas) -> None:
            glyphs = sample.glyphs
            offsets = (np.where(part < 0, -1, part + base) for part, base in ((glyphs.plain, plain), (glyphs.format, written)))
            canvas.add(glyphs.text, glyphs.boxes + shift, *offsets)

        self._steps.append(note)

    def shape(self, draw: Callable[[Any], None]) -> None:
        """Lines and fills that no truth names; `draw` gets the skia canvas."""
        self._steps.append(lambda canvas: draw(canvas.skia))

    def draw(self, paper: tuple[int, int, int], notes: dict[str, object]) -> Sample:
        """The page as a sample of kind "page"."""
        canvas = Canvas(self.size, paper)
        for step in self._steps:
            step(canvas)
        image, glyphs = canvas.finish()
        for picture, left, top in self._insets:
            part = image[top : top + picture.shape[0], left : left + picture.shape[1]]
            shown = picture[: part.shape[0], : part.shape[1]].astype(np.uint16)
            part[:] = (part * shown // 255).astype(np.uint8)  # white of the inset is the page's paper
        return Sample(image, "".join(self._plain), "".join(self._format), within(glyphs, self.size), "page", notes=notes)

