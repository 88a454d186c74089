"""A picture to draw on with skia that notes the box of every character drawn and what in the truth it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..schema import AREA, Box, Glyphs
from .fonts import require_cv2, require_skia
from .style import SPACE_HEIGHT, Style, make_font, shape

NOWHERE = -1
EMPTY = np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32)  # boxes, plain and format of no glyphs
Offsets = int | Sequence[int] | np.ndarray  # of the first character of a run (the others follow), or of each


class Canvas:
    """An RGB picture of `size` (height, width) or over a `background` (H, W, 3) uint8. `skia` is the canvas to draw on.

    `text`, `area` and `add` note glyphs in the order they are called; call `finish` once for the picture and all of them.
    """

    def __init__(self, size: tuple[int, int], background: np.ndarray | tuple[int, int, int] = (255, 255, 255)) -> None:
        skia = require_skia()
        self.size = size
        flat = not isinstance(background, np.ndarray) or background.ndim < 3
        self._pixels = np.empty((*size, 4), np.uint8) if flat else _opaque(background)
        self.skia = skia.Canvas(self._pixels, skia.kRGBA_8888_ColorType, skia.kOpaque_AlphaType)  # text is a third faster so
        if flat:
            self.skia.clear(skia.Color(*map(int, background)))
        self._text: list[str] = []
        self._boxes: list[np.ndarray] = []
        self._plain: list[np.ndarray] = []
        self._format: list[np.ndarray] = []

    def text(
        self, text: str, at: tuple[float, float], style: Style, plain: Offsets = NOWHERE, format: Offsets = NOWHERE
    ) -> float:
        """Draw one run standing on the baseline point `at`; return its advance in pixels.

        `plain` and `format` say where in the truth its characters stand (see `Glyphs`). Turn or bend by the matrix of
        `self.skia`: boxes are mapped by it.
        """
        if not text:
            return 0.0
        ids, steps, ink = shape(text, style)
        xs = at[0] + (np.cumsum(steps) - steps)
        ys = np.full(len(xs), float(at[1]))
        self.draw(ids, xs, ys, style)
        self.add(text, ink_boxes(ink, xs, ys, steps, style), plain, format)
        return float(steps.sum())

    def draw(self, ids: np.ndarray, xs: np.ndarray, ys: np.ndarray, style: Style) -> None:
        """Draw glyphs (n,) of a style's font with their pens at (xs, ys), noting nothing: see `style.shape` and `add`.

        Fastest where neighbours share a baseline: a run is what stands on one.
        """
        if not len(ids):
            return
        skia, font = require_skia(), make_font(style)
        builder = skia.TextBlobBuilder()
        glyphs, across, down = ids.tolist(), xs.tolist(), ys.tolist()
        ends = [at for at, (one, other) in enumerate(pairwise(down), 1) if one != other]
        if 2 * len(ends) > len(glyphs):  # each on its own
            builder.allocRunPos(font, glyphs, list(map(skia.Point, across, down)))
        else:
            for start, end in pairwise([0, *ends, len(glyphs)]):
                builder.allocRunPosH(font, glyphs[start:end], across[start:end], down[start])
        self.skia.drawTextBlob(builder.make(), 0, 0, paint_of(style))

    def area(self, box: Box, plain: int = NOWHERE, format: int = NOWHERE, letter: str = AREA) -> None:
        """Note an area, or a character drawn by other means, that a mark of the truth stands for."""
        self.add(letter, np.asarray([box], np.float32), plain, format)

    def add(self, text: str, boxes: np.ndarray, plain: Offsets = NOWHERE, format: Offsets = NOWHERE) -> None:
        """Note glyphs with boxes (n, 4) in the coordinates of the present matrix of `self.skia`."""
        self._text.append(text)
        matrix = self.skia.getTotalMatrix()
        boxes = np.asarray(boxes, np.float32)
        self._boxes.append(
            boxes if matrix.isIdentity() else map_boxes(boxes, np.asarray(matrix.get9(), np.float64).reshape(3, 3))
        )
        self._plain.append(_offsets(plain, len(text)))
        self._format.append(_offsets(format, len(text)))

    def finish(self) -> tuple[np.ndarray, Glyphs]:
        """The picture (H, W, 3) uint8 and what stands on it."""
        cv2 = require_cv2()
        columns = map(_joined, (self._boxes, self._plain, self._format), EMPTY)
        return cv2.cvtColor(self._pixels, cv2.COLOR_RGBA2RGB), Glyphs("".join(self._text), *columns)


def _opaque(picture: np.ndarray) -> np.ndarray:
    """RGBA pixels (H, W, 4) of an RGB picture."""
    return require_cv2().cvtColor(np.ascontiguousarray(picture), require_cv2().COLOR_RGB2RGBA)


def paint_of(style: Style):
    """The skia paint that letters of a style are drawn with."""
    skia = require_skia()
    paint = skia.Paint()
    paint.setAntiAlias(True)
    paint.setColor(skia.Color(*map(int, style.colour)))
    if style.outline:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(style.outline)
    return paint


def ink_boxes(ink: np.ndarray, xs: np.ndarray, y: float | np.ndarray, steps: np.ndarray, style: Style) -> np.ndarray:
    """Boxes (n, 4) of glyphs with `ink` and `steps` (see `style.measure`) standing at (xs, y); of a space, its advance."""
    boxes = np.array(ink, np.float32)
    if style.outline:
        boxes += np.array([-0.5, -0.5, 0.5, 0.5], np.float32) * np.float32(style.outline)
    empty = np.flatnonzero(ink[:, 2] <= ink[:, 0])
    if empty.size:
        boxes[empty] = 0.0
        boxes[empty, 1] = -SPACE_HEIGHT * style.size
        boxes[empty, 2] = np.maximum(steps[empty], 1.0)
    boxes[:, 0::2] += np.asarray(xs, np.float32)[:, None]
    boxes[:, 1::2] += np.asarray(y, np.float32)[..., None]
    return boxes


def map_boxes(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The upright boxes (n, 4) around boxes (n, 4) whose corners are mapped by a 3 x 3 matrix, perspective too."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    if np.allclose(matrix, np.eye(3), atol=1e-9, rtol=0):
        return boxes.astype(np.float32)
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]  # (n, 4, 2)
    mapped = corners @ matrix[:2, :2].T + matrix[:2, 2]
    mapped /= corners @ matrix[2:, :2].T + matrix[2, 2]
    return np.concatenate([mapped.min(1), mapped.max(1)], 1).astype(np.float32)


def _joined(parts: Sequence[np.ndarray], empty: np.ndarray) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate([*parts, empty])


def _offsets(first: Offsets, count: int) -> np.ndarray:
    if isinstance(first, (int, np.integer)):
        return np.full(count, -1, np.int32) if first < 0 else np.arange(first, first + count, dtype=np.int32)
    offsets = np.asarray(first, np.int32)
    if len(offsets) != count:
        raise ValueError(f"{len(offsets)} offsets for {count} glyphs")
    return offsets


def move(glyphs: Glyphs, by: tuple[float, float] = (0.0, 0.0), plain: int = 0, format: int = 0) -> Glyphs:
    """Glyphs shifted by (x, y) pixels, their truth starting at character `plain` and `format` of a longer one."""
    return Glyphs(
        glyphs.text,
        glyphs.boxes + np.array([*by, *by], np.float32),
        np.where(glyphs.plain < 0, -1, glyphs.plain + plain).astype(np.int32),
        np.where(glyphs.format < 0, -1, glyphs.format + format).astype(np.int32),
    )


def join(parts: Sequence[Glyphs]) -> Glyphs:
    """Several lists of glyphs as one, in order."""
    if not parts:
        return Glyphs("", *EMPTY)
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes", "plain", "format")]
    return Glyphs("".join(part.text for part in parts), *columns)


def within(glyphs: Glyphs, size: tuple[int, int]) -> Glyphs:
    """Glyphs with boxes cut to the picture (height, width), none thinner than a pixel."""
    height, width = size
    boxes = np.minimum(np.maximum(glyphs.boxes, 0), np.array([width - 1, height - 1, width, height], np.float32))
    np.maximum(boxes[:, 2:], boxes[:, :2] + 1, out=boxes[:, 2:])
    return Glyphs(glyphs.text, boxes, glyphs.plain, glyphs.format)
