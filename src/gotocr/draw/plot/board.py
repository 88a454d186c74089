"""The surface a chart is drawn on: shapes at once, texts with their roles at the end, so that the truth is written between."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, chain, groupby
from typing import NamedTuple

import numpy as np

from ...schema import AREA, Box, Glyphs
from ..canvas import NOWHERE, Canvas, ink_boxes, map_boxes, paint_of
from ..fonts import require_skia
from ..style import Style, make_font, shape

Colour = tuple[int, int, int]
Role = tuple  # ("title",), ("series", i), ("category", j), ("value", i, j), ("point", i, j) ...; () = no part of the truth
Offsets = Callable[[Role, int, str], "list[list[int]]"]  # role, index of the first character within it, text
ASCENT, DESCENT = 0.74, 0.22  # of a line of text, in ems


@dataclass(frozen=True)
class Text:
    """A run of text whose baseline starts at (x, y), turned clockwise by `turn` degrees about that point."""

    text: str
    x: float
    y: float
    style: Style
    role: Role = ()
    start: int = 0  # which character of the role's text it starts with
    turn: float = 0.0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    drawn: bool = False  # it is on the picture already


class Board:
    """`readings` are the values the chart shows, by (series, category); a value without a text has a mark."""

    def __init__(self, size: tuple[int, int], paper: Colour, drawn: np.ndarray | None = None) -> None:
        """On `paper`, or over a picture `drawn` (H, W, 3) by another program."""
        self.canvas = Canvas(size, paper if drawn is None else drawn)
        self.span: tuple[float, float] = size  # height and width in the units drawn in, where these are not pixels
        self.skia = self.canvas.skia
        self.texts: list[Text] = []
        self.marks: list[tuple[Role, Box]] = []
        self.readings: dict[tuple[int, int], float] = {}
        self._skia = require_skia()

    @property
    def size(self) -> tuple[int, int]:
        return self.canvas.size

    def paint(self, colour: Colour, width: float = 0.0, alpha: float = 1.0, dash: Sequence[float] = ()):
        """A brush; `width` 0 fills."""
        skia = self._skia
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(*map(int, colour), int(255 * alpha)))
        if width:
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(width)
        if dash:
            paint.setPathEffect(skia.DashPathEffect.Make([float(value) for value in dash], 0.0))
        return paint

    def box(self, box: Box, fill: Colour | None, edge: Colour | None = None, width: float = 1.0, alpha: float = 1.0) -> None:
        left, top, right, bottom = box
        rect = self._skia.Rect.MakeLTRB(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        if fill is not None:
            self.skia.drawRect(rect, self.paint(fill, alpha=alpha))
        if edge is not None:
            self.skia.drawRect(rect, self.paint(edge, width))

    def hatch(self, box: Box, kind: str, colour: Colour, gap: float, width: float) -> None:
        """Lines ("/", "\\\\", "-", "|", "x") or dots (".") over a box, cut at its edges."""
        left, top, right, bottom = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
        if right - left < 1 or bottom - top < 1:
            return
        self.skia.save()
        self.skia.clipRect(self._skia.Rect.MakeLTRB(left, top, right, bottom))
        brush, path = self.paint(colour, width), self._skia.Path()
        reach = bottom - top
        for stroke in "/\\" if kind == "x" else kind:
            if stroke == ".":
                for y in np.arange(top + gap / 2, bottom, gap):
                    for x in np.arange(left + gap / 2, right, gap):
                        self.skia.drawCircle(float(x), float(y), width, self.paint(colour))
            elif stroke in "/\\":
                rising = stroke == "/"
                for x in np.arange(left - reach, right, gap):
                    path.moveTo(float(x), bottom if rising else top)
                    path.lineTo(float(x) + reach, top if rising else bottom)
            else:
                for at in np.arange(top if stroke == "-" else left, bottom if stroke == "-" else right, gap):
                    path.moveTo(left if stroke == "-" else float(at), float(at) if stroke == "-" else top)
                    path.lineTo(right if stroke == "-" else float(at), float(at) if stroke == "-" else bottom)
        self.skia.drawPath(path, brush)
        self.skia.restore()

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: Colour,
        width: float,
        dash: Sequence[float] = (),
        smooth: bool = False,
    ) -> None:
        """A stroke through points."""
        path = self._skia.Path()
        path.moveTo(*map(float, points[0]))
        for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
            if smooth:
                path.cubicTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1)
            else:
                path.lineTo(float(x1), float(y1))
        brush = self.paint(colour, width, dash=dash)
        brush.setStrokeJoin(self._skia.Paint.kRound_Join)
        self.skia.drawPath(path, brush)

    def polygon(
        self,
        points: Sequence[tuple[float, float]],
        fill: Colour | None,
        alpha: float = 1.0,
        edge: Colour | None = None,
        width: float = 1.0,
    ) -> None:
        path = self._skia.Path()
        path.addPoly([self._skia.Point(float(x), float(y)) for x, y in points], True)
        if fill is not None:
            self.skia.drawPath(path, self.paint(fill, alpha=alpha))
        if edge is not None:
            self.skia.drawPath(path, self.paint(edge, width))

    def dot(
        self, at: tuple[float, float], radius: float, shape: str, fill: Colour | None, edge: tuple[Colour, float] | None = None
    ) -> None:
        """A marker: "o", "s" (square), "d" (diamond), "^", "v", "x" or "+"."""
        x, y = at
        if shape in "x+":
            reach = radius * (0.75 if shape == "x" else 1.0)
            ends = ((-1, -1, 1, 1), (-1, 1, 1, -1)) if shape == "x" else ((-1, 0, 1, 0), (0, -1, 0, 1))
            colour = fill or (edge[0] if edge else (0, 0, 0))
            for a, b, c, d in ends:
                self.skia.drawLine(
                    x + a * reach, y + b * reach, x + c * reach, y + d * reach, self.paint(colour, max(radius * 0.4, 1))
                )
        elif shape == "o":
            if fill is not None:
                self.skia.drawCircle(x, y, radius, self.paint(fill))
            if edge:
                self.skia.drawCircle(x, y, radius, self.paint(*edge))
        else:
            first, count = {"s": (45, 4), "d": (0, 4), "^": (-90, 3), "v": (90, 3)}[shape]
            angles = [math.radians(first + 360 * k / count) for k in range(count)]
            corners = [(x + 1.2 * radius * math.cos(a), y + 1.2 * radius * math.sin(a)) for a in angles]
            self.polygon(corners, fill, 1.0, *(edge or (None, 1.0)))

    def say(self, text: str, at: tuple[float, float], style: Style, role: Role = (), align: float = 0.0, **more: float) -> Text:
        """Note a text whose baseline passes through `at`; `align` 0 = starting there, 0.5 = centred, 1 = ending.

        `more`: `start` and `turn` of the text.
        """
        said = place(text, at, style, align, more.get("turn", 0.0), (role, int(more.get("start", 0))))
        if text:
            self.texts.append(said)
        return said

    def note(self, text: Text) -> None:
        """A text that is on the picture already."""
        self.texts.append(replace(text, drawn=True))

    def is_free(self, box: Box, gap: float = 0.0) -> bool:
        """Whether a box lies on the picture and touches no text."""
        left, top, right, bottom = box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap
        height, width = self.span
        if box[0] < 1 or box[1] < 1 or box[2] > width - 1 or box[3] > height - 1:
            return False
        return all(t.box[2] <= left or t.box[0] >= right or t.box[3] <= top or t.box[1] >= bottom for t in self.texts)

    def mark(self, role: Role, box: Box) -> None:
        """Note the ink that stands for a value that is not printed."""
        left, top, right, bottom = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
        if right - left < 2:
            left, right = left - 1, right + 1
        if bottom - top < 2:
            top, bottom = top - 1, bottom + 1
        self.marks.append((role, (left, top, right, bottom)))

    def printed(self, role: Role) -> bool:
        return any(text.role == role for text in self.texts)

    def finish(self, offsets: Offsets) -> tuple[np.ndarray, Glyphs, str]:
        """Draw the texts; return the picture, its glyphs and the printed texts as lines."""
        plain, starts = lines_of(self.texts)
        order = sorted(range(len(starts)), key=starts.__getitem__)
        boxes = self._write(order)
        noted: list[tuple[str, np.ndarray, Sequence[int], Sequence[int]]] = []  # letters, boxes, offsets in plain and format
        for k in order:
            text, count = self.texts[k], len(self.texts[k].text)
            nowhere = [NOWHERE] * count
            spots = offsets(text.role, text.start, text.text) if text.role else []
            noted.append((text.text, boxes[k], range(starts[k], starts[k] + count), spots[0] if spots else nowhere))
            noted += [(text.text, boxes[k], nowhere, spot) for spot in spots[1:]]  # the truth says it again
        if self.marks:
            areas = self._mapped(np.array([box for _, box in self.marks], np.float32))
            for (role, _), area in zip(self.marks, areas, strict=True):
                spots = offsets(role, 0, "")
                noted += [(AREA * len(s), np.repeat(area[None], len(s), 0), [NOWHERE] * len(s), s) for s in spots]
        self.skia.resetMatrix()  # the boxes are in pixels now
        if noted:
            letters, found, *places = zip(*noted, strict=True)
            self.canvas.add("".join(letters), np.concatenate(found), *(list(chain.from_iterable(part)) for part in places))
        image, glyphs = self.canvas.finish()
        return image, glyphs, plain

    def _write(self, order: list[int]) -> dict[int, np.ndarray]:
        """Draw the texts in this order; return the boxes (n, 4) of the characters of each, in pixels."""
        boxes: dict[int, np.ndarray] = {}

        def alike(k: int) -> tuple[object, ...]:
            text = self.texts[k]
            return text.drawn, text.style.colour, text.turn and k + 1

        for _, members in groupby(order, alike):
            run = list(members)
            texts = [self.texts[k] for k in run]
            self.skia.save()
            if texts[0].turn:
                self.skia.rotate(texts[0].turn, texts[0].x, texts[0].y)
            boxes.update(zip(run, self._run(texts), strict=True))
            self.skia.restore()
        return boxes

    def _run(self, texts: list[Text]) -> list[np.ndarray]:
        """Draw texts of one colour at once, unless they are drawn already; return the boxes of each."""
        shaped = [_shaped(text.text, text.style) for text in texts]
        counts = [len(text.text) for text in texts]
        xs = np.repeat([text.x for text in texts], counts) + np.concatenate([letters.pens for letters in shaped])
        boxes = np.concatenate([letters.boxes for letters in shaped])
        boxes[:, 0::2] += xs.astype(np.float32)[:, None]
        boxes[:, 1::2] += np.repeat(np.array([text.y for text in texts], np.float32), counts)[:, None]
        ends = list(accumulate(counts, initial=0))
        if not texts[0].drawn:
            blob, across = self._skia.TextBlobBuilder(), xs.tolist()
            for text, letters, start, end in zip(texts, shaped, ends, ends[1:], strict=False):
                blob.allocRunPosH(make_font(text.style), letters.ids, across[start:end], text.y)
            self.skia.drawTextBlob(blob.make(), 0, 0, paint_of(texts[0].style))
        return np.split(self._mapped(boxes), ends[1:-1])

    def _mapped(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes (n, 4) in the present matrix as boxes in pixels."""
        matrix = self.skia.getTotalMatrix()
        return boxes if matrix.isIdentity() else map_boxes(boxes, np.asarray(matrix.get9(), np.float64).reshape(3, 3))


def width_of(text: str, style: Style) -> float:
    """Pixels that a text takes."""
    return _shaped(text, style).width if text else 0.0


class _Letters(NamedTuple):
    """A run standing on y = 0 from x = 0; not to be changed, since it is kept."""

    width: float
    ids: list[int]  # of its glyphs
    pens: np.ndarray  # (n,) float64
    boxes: np.ndarray  # (n, 4) float32: ink, each from its own pen


@lru_cache(maxsize=4096)
def _shaped(text: str, style: Style) -> _Letters:
    ids, steps, ink = shape(text, style, _face(style.font))
    boxes = ink_boxes(ink, np.zeros(len(ids)), 0.0, steps, style)
    return _Letters(float(steps.sum()), ids.tolist(), np.cumsum(steps) - steps, boxes)


@lru_cache(maxsize=512)
def _face(path: str):
    """A font to look glyphs up in, whatever their size."""
    return make_font(Style(path, 16.0))


def place(
    text: str, at: tuple[float, float], style: Style, align: float = 0.0, turn: float = 0.0, part: tuple[Role, int] = ((), 0)
) -> Text:
    """A text with its start and its box, not yet said; `part` = its role, and which character of that it starts with."""
    width, size = width_of(text, style), style.size
    if not turn:
        x, y = at[0] - align * width, at[1]
        return Text(text, x, y, style, *part, turn, (x, y - ASCENT * size, x + width, y + DESCENT * size))
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    x, y = at[0] - align * width * cos, at[1] - align * width * sin
    corners = [(u * cos - v * sin, u * sin + v * cos) for u in (0, width) for v in (-ASCENT * size, DESCENT * size)]
    xs, ys = zip(*corners, strict=True)
    return Text(text, x, y, style, *part, turn, (x + min(xs), y + min(ys), x + max(xs), y + max(ys)))


def lines_of(texts: Sequence[Text]) -> tuple[str, list[int]]:
    """The texts as lines from top to bottom, those beside each other on one line; and where in it each starts."""
    tops: dict[Role, float] = {}  # of what is turned and has several lines: these are read one after another
    for text in texts:
        if text.turn and len(text.role) == 1:
            tops[text.role] = min(tops.get(text.role, 1e9), text.box[1])
    order = sorted(range(len(texts)), key=lambda k: (_height(texts[k], tops), texts[k].box[0]))
    rows: list[list[int]] = []
    for k in order:
        text = texts[k]
        row = rows[-1] if rows else []
        level = bool(row) and _beside(texts[row[0]], text)
        rows.append([k]) if not level else row.append(k)
    plain, starts = "", [0] * len(texts)
    for row in rows:
        plain += "\n" * bool(plain)
        for n, k in enumerate(sorted(row, key=lambda k: texts[k].box[0])):
            plain += " " * bool(n)
            starts[k] = len(plain)
            plain += texts[k].text
    return plain, starts


def _height(text: Text, tops: dict[Role, float]) -> float:
    """Twice the height at which a text is read."""
    return 2 * tops.get(text.role, text.box[1]) if text.turn else text.box[1] + text.box[3]


def _beside(first: Text, text: Text) -> bool:
    """Whether two texts stand on one line: equally turned, and their middles closer than half a letter."""
    if abs(first.turn - text.turn) > 1 or (first.turn and 1 in (len(first.role), len(text.role))):
        return False
    if first.turn:
        return (
            abs(first.box[1] - text.box[1]) < first.style.size * 0.5 or abs(first.box[3] - text.box[3]) < first.style.size * 0.3
        )
    return abs(first.box[1] + first.box[3] - text.box[1] - text.box[3]) < first.style.size * 0.9
