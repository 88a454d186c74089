"""Draw a score: the engraver's shapes on a canvas, and the box of the ink for each character of its ABC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...schema import AREA, Box, Glyphs
from . import abc_writer
from .ink import Ink, union
from .mei import to_mei
from .printed import printed
from .score import Score

if TYPE_CHECKING:
    import numpy as np

    from ...draw.svg import Drawing, Label, Shape

SPACE = 180.0  # between two staff lines, in units of the engraver's drawing
HEAD = "```abc\n"
RECKONED = {  # advances in ems of the Times that the engraver makes room for, where they are not those of most letters
    letter: width
    for width, letters in (
        (0.27, "ijlt .,;:"),
        (0.33, "frI'!()-"),
        (0.39, "sJ"),
        (0.5, "bdghknopquvxy0123456789"),
        (0.56, "FPS"),
        (0.61, "ELTZ"),
        (0.75, "mw"),
        (0.9, "MW"),
    )
    for letter in letters
}


@dataclass(frozen=True)
class Look:
    """How a score is drawn; lengths in pixels."""

    space: float = 9.0  # between two staff lines
    font: str = ""  # file of the text font
    title_size: float = 2.2  # in staff spaces
    ink: tuple[int, int, int] = (0, 0, 0)
    paper: tuple[int, int, int] = (255, 255, 255)
    margins: tuple[float, float, float, float] = (8.0, 8.0, 8.0, 8.0)  # left, top, right, bottom of the ink
    options: dict[str, Any] = field(default_factory=dict)  # of the engraver
    first: int = 1  # the number of the first bar; it is printed where it is not 1
    most: tuple[int, int] | None = None  # height and width it must not exceed
    least: float = 4.0  # the smallest `space` it may be made smaller to
    dotted: bool = False  # endings are numbered "1." and "2."
    tight: bool = False  # cut the picture to its ink


def draw(score: Score, look: Look) -> tuple[np.ndarray, str, str, Glyphs] | None:
    """The picture (H, W, 3), its plain and its format truth and their glyphs; None where it does not fit.

    Raises EngravingError where the engraver fails on the score.
    """
    from ...draw.engraving import LEAN, read
    from .engraver import engrave

    options = {"adjustPageHeight": True, "footer": "none", "header": "none", **LEAN, **look.options}
    if score.bars[:-1] and any(bar.last for bar in score.bars[:-1]):
        options["breaks"] = "encoded"
    else:
        options |= {"breaks": "none", "adjustPageWidth": True}
    drawing = read(engrave(to_mei(score, look.first), options=options))
    return _Picture(score, look, drawing).finish()


class _Picture:
    def __init__(self, score: Score, look: Look, drawing: Drawing) -> None:
        self.score, self.look, self.drawing = score, look, drawing
        self.ink = Ink(score, drawing)
        self._drawn: set[int] = set()
        self._notes: list[tuple[str, Box, int, int]] = []  # letter, box, where in the plain and in the format truth
        self._widths: dict[tuple[str, float, bool], float] = {}

    def finish(self) -> tuple[np.ndarray, str, str, Glyphs] | None:
        from ...draw.canvas import Canvas
        from ...draw.svg import paint

        box = self._extent()
        scale = self._scale(box)
        if scale is None:
            return None
        left, top, right, bottom = self.look.margins
        size = (round((box[3] - box[1]) * scale + top + bottom), round((box[2] - box[0]) * scale + left + right))
        self.score = self.ink.as_seen()
        canvas = Canvas(size, self.look.paper)
        canvas.skia.translate(left - box[0] * scale, top - box[1] * scale)
        canvas.skia.scale(scale, scale)
        paint(canvas.skia, _merged(self.drawing.shapes), self.look.ink)
        plain, words = printed(self.score)
        at = len(HEAD)
        body = abc_writer.pieces(self.score)
        for text, ink in body:
            if ink:
                self._note(canvas, text, ink, at, words.get(ink, -1))
            at += len(text)
        for label in self.drawing.labels:
            if id(label) not in self._drawn:
                self._write(canvas, label.text, label, (-1, -1))
        if self._notes:
            letters, boxes, in_plain, in_format = zip(*self._notes, strict=True)
            canvas.add("".join(letters), boxes, in_plain, in_format)
        image, glyphs = canvas.finish()
        if self.look.tight:
            image, glyphs = _cropped(image, glyphs)
        return image, plain, HEAD + "".join(text for text, _ in body) + "\n```", glyphs

    def _extent(self) -> Box:
        """Of all ink, in units of the drawing; titles stand above the rest."""
        boxes = [*self.ink.all(), *(self._label_box(label) for label in self.drawing.labels if label.text.strip())]
        left, top, right, bottom = union(boxes)
        size = self.look.title_size * SPACE
        rows = (1.25 * size if self.score.title else 0.0) + (0.85 * size if self.score.composer else 0.0)
        self._around = left, top, right, bottom
        if self.score.title:
            wide = self._width(self.score.title, self._title_size(), True)
            left, right = min(left, (left + right - wide) / 2), max(right, (left + right + wide) / 2)
        return left, top - rows - (0.5 * SPACE if rows else 0.0), right, bottom

    def _scale(self, box: Box) -> float | None:
        """Pixels a unit, as wished or as fits."""
        scale = self.look.space / SPACE
        if self.look.most:
            left, top, right, bottom = self.look.margins
            fits = (
                (self.look.most[0] - top - bottom - 1) / (box[3] - box[1]),
                (self.look.most[1] - left - right - 1) / (box[2] - box[0]),
            )
            scale = min(scale, *fits)
        return scale if scale * SPACE >= self.look.least else None

    def _note(self, canvas: Any, text: str, ink: tuple, at: int, plain: int) -> None:
        """Note the box of a piece of the truth, or write it where it is text."""
        name = ink[0]
        if name in ("title", "composer"):
            self._heading(canvas, text, name, plain, at)
        elif name in ("tempo", "beat", "rate"):
            self._tempo(canvas, text, name, plain, at)
        elif name in ("words", "chord", "ending", "name"):
            for label in self.ink.labels(ink)[:1]:
                self._drawn.add(id(label))
                if name == "ending":
                    self._write(canvas, text + "." * self.look.dotted, label, (plain, at))
                    if self.look.dotted:
                        self._notes[-1] = (*self._notes[-1][:2], -1, -1)
                else:  # a space within a syllable is written "~"
                    self._write(canvas, label.text if len(label.text) == len(text) else text, label, (plain, at))
        elif name == "meter" and "/" in text:
            self._fraction(text, ink, at)
        elif boxes := self.ink.boxes(ink):
            box = union(boxes)
            for place, letter in enumerate(text):
                if letter not in "![]:" or name in ("bar", "left", "heads", "group"):
                    self._notes.append((AREA, box, -1, at + place))

    def _print(self, canvas: Any, text: str, at: tuple[float, float], style: Any, offsets: tuple[int, int]) -> None:
        """As `Canvas.text`, but its boxes are noted with all others: one by one is slow. -1 = not in that truth."""
        import numpy as np

        from ...draw.canvas import ink_boxes
        from ...draw.style import shape

        ids, steps, ink = shape(text, style)
        xs = at[0] + (np.cumsum(steps) - steps)
        ys = np.full(len(xs), float(at[1]))
        canvas.draw(ids, xs, ys, style)
        plain, format = ([first] * len(text) if first < 0 else range(first, first + len(text)) for first in offsets)
        self._notes += zip(text, ink_boxes(ink, xs, ys, steps, style).tolist(), plain, format, strict=True)

    def _fraction(self, text: str, ink: tuple, at: int) -> None:
        """A metre's upper number stands for the characters in front of its stroke, the lower one for those behind it."""
        boxes = self.ink.boxes(ink)
        if not boxes:
            return
        above, below = text.split("/")
        middle = (union(boxes)[1] + union(boxes)[3]) / 2
        for number, start, upper in ((above, at, True), (below, at + len(above) + 1, False)):
            digits = sorted(box for box in boxes if ((box[1] + box[3]) / 2 < middle) == upper)
            for place in range(len(number)):
                if digits:
                    self._notes.append((AREA, digits[min(place, len(digits) - 1)], -1, start + place))

    def _style(self, size: float, bold: bool = False, italic: bool = False):
        from ...draw.style import Style

        return Style(self.look.font, size, self.look.ink, slant=0.22 if italic else 0.0, bold=bold)

    def _width(self, text: str, size: float, bold: bool = False) -> float:
        from ...draw.style import advances

        key = text, size, bold
        if key not in self._widths:
            self._widths[key] = float(advances(text, self._style(size, bold)).sum())
        return self._widths[key]

    def _fitted(self, text: str, size: float) -> float:
        """A font size at which the text is hardly wider than the engraver reckoned with."""
        reckoned = sum(RECKONED.get(letter, 0.72 if letter.isupper() else 0.47) for letter in text) * size
        return size * min(1.0, 1.02 * reckoned / max(self._width(text, size), 1e-6))

    def _label_box(self, label: Label) -> Box:
        size = self._fitted(label.text, label.size)
        left, wide = self._start(label, size), self._width(label.text, size)
        y = float(label.matrix[1, 2])
        tall = 1.1 if self.score.beat and "tempo" in label.tags else 0.8  # a metronome mark's stem rises above the letters
        return left, y - tall * size, left + wide, y + 0.25 * size

    def _start(self, label: Label, size: float) -> float:
        share = {"middle": 0.5, "end": 1.0}.get(label.anchor, 0.0)
        return float(label.matrix[0, 2]) - share * self._width(label.text, size)

    def _write(self, canvas: Any, text: str, label: Label, offsets: tuple[int, int]) -> None:
        if not text.strip():
            return
        size = self._fitted(label.text, label.size)
        at = self._start(label, size), float(label.matrix[1, 2])
        tags = label.tags
        style = self._style(size, label.bold or "ending" in tags, label.italic or "mNum" in tags)
        self._print(canvas, text, at, style, offsets)

    def _title_size(self) -> float:
        return self.look.title_size * SPACE

    def _heading(self, canvas: Any, text: str, name: str, plain: int, at: int) -> None:
        left, top, right, _ = self._around
        size = self._title_size()
        below = 0.85 * size if self.score.composer else 0.0
        if name == "title":
            wide = self._width(text, size, True)
            self._print(canvas, text, ((left + right - wide) / 2, top - 0.75 * SPACE - below), self._style(size, True), (plain, at))
        else:
            small = 0.6 * size
            x = max(left, right - self._width(text, small))
            self._print(canvas, text, (x, top - 0.6 * SPACE), self._style(small), (plain, at))

    def _tempo(self, canvas: Any, text: str, name: str, plain: int, at: int) -> None:
        labels = self.ink.tempo()
        if not labels:
            return
        label, self._drawn = labels[0], self._drawn | set(map(id, labels))
        size = self._fitted(label.text, label.size)
        x, y = float(label.matrix[0, 2]), float(label.matrix[1, 2])
        bold = self._style(size, True)
        if name == "tempo":
            self._print(canvas, text, (x, y), bold, (plain, at))
            return
        x += self._width(self.score.tempo, size, True) + (0.4 * size if self.score.tempo else 0.0)
        if name == "beat":
            box = _small_note(canvas.skia, (x, y, 0.42 * size), self.score.beat[0], self.look.ink)
            self._notes += ((AREA, box, plain + place if plain >= 0 else -1, at + place) for place in range(len(text)))
        else:
            self._print(canvas, text[0], (x + 0.95 * size, y), bold, (plain, at))
            self._print(canvas, text[1:], (x + 1.65 * size, y), bold, (plain + 1 if plain >= 0 else -1, at + 1))


def _merged(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """One outline for all shapes painted alike: fewer calls are faster, and in one colour the order does not matter."""
    from ...draw.fonts import require_skia

    alike: dict[tuple, list[Shape]] = {}
    for shape in shapes:
        alike.setdefault((shape.fill, shape.stroke, shape.width, shape.dashes, shape.round_ends), []).append(shape)
    done = []
    for group in alike.values():
        path = require_skia().Path()
        for shape in group:
            path.addPath(shape.path)
        done.append(group[0]._replace(path=path))
    return tuple(done)


def _cropped(image: np.ndarray, glyphs: Glyphs) -> tuple[np.ndarray, Glyphs]:
    """The picture without the white around its ink, but for a pixel."""
    import numpy as np

    from ...draw.canvas import move

    dark = (image != image[0, 0]).any(2)
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    top, left = max(int(rows[0]) - 1, 0), max(int(columns[0]) - 1, 0)
    return np.ascontiguousarray(image[top : rows[-1] + 2, left : columns[-1] + 2]), move(glyphs, (-left, -top))


def _small_note(canvas: Any, at: tuple[float, float, float], value: Any, ink: tuple[int, int, int]) -> Box:
    """A note as in metronome marks, its head of width `at[2]` standing on the point `at[:2]`; a half, a quarter, dotted or not."""
    from ...draw.fonts import require_skia

    skia = require_skia()
    x, y, wide = at
    hollow, dotted = value.denominator == 2 or value.numerator == 3 and value.denominator == 4, value.numerator == 3
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*ink))
    line = skia.Paint(AntiAlias=True, Color=skia.Color(*ink), Style=skia.Paint.kStroke_Style, StrokeWidth=0.12 * wide)
    canvas.save()
    canvas.translate(x + wide / 2, y - 0.35 * wide)
    canvas.rotate(-20)
    canvas.drawOval(skia.Rect.MakeLTRB(-0.5 * wide, -0.33 * wide, 0.5 * wide, 0.33 * wide), line if hollow else paint)
    canvas.restore()
    canvas.drawLine(x + 0.94 * wide, y - 0.45 * wide, x + 0.94 * wide, y - 2.5 * wide, line)
    if dotted:
        canvas.drawCircle(x + 1.4 * wide, y - 0.35 * wide, 0.16 * wide, paint)
    return x - 0.05 * wide, y - 2.5 * wide, x + (1.6 if dotted else 1.05) * wide, y + 0.1 * wide
