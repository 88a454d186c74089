"""Draw a molecule from joints, links and labels, and note which mark of its SMILES stands where; knows ink, not chemistry.

Points are complex numbers, x + iy with y down, in bond lengths, until they are painted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import MissingExtraError
from ..schema import AREA, Box
from . import bonds
from .bonds import BondLook, Stroke
from .canvas import Canvas
from .fonts import require_skia
from .style import Style, make_font, measure

JOINT = 0.16  # half the side of the box of an atom without a label
Colour = tuple[int, int, int]


def require_rdkit():
    """Return RDKit's `Chem` module, silent, or say how to install it."""
    try:
        from rdkit import Chem, rdBase
    except ImportError as cause:
        raise MissingExtraError("synth", "drawing molecules", cause) from cause
    rdBase.DisableLog("rdApp.*")
    return Chem


@dataclass(frozen=True)
class Mark:
    """A character of a label: `level` 1 raised, -1 lowered; `row` 1 below and -1 above the symbol; `places` in the truth."""

    text: str
    level: int = 0
    row: int = 0
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Joint:
    """An atom: where it is and its label, of which the marks `core` stand on the spot; no marks = a bare joint."""

    at: complex
    marks: tuple[Mark, ...] = ()
    core: tuple[int, int] = (0, 0)
    places: tuple[int, ...] = ()  # characters of the truth that the whole joint stands for
    colour: Colour | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Link:
    """A bond between two joints: `kind` single, double, triple, wedge, hashed, wavy or arrow; `side` as in `bonds.double`."""

    first: int
    second: int
    kind: str = "single"
    side: int = 0
    inner: tuple[bool, bool] = (True, True)
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Look:
    """How molecules are drawn; lengths in bond lengths."""

    font: str
    size: float = 0.55  # of the labels
    small: float = 0.7  # of raised and lowered marks, of `size`
    margin: float = 0.08  # free room about labels
    bold: bool = False
    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)
    bond: BondLook = field(default_factory=BondLook)


@dataclass(frozen=True)
class Letter:
    text: str
    at: complex  # pen on the baseline
    size: float
    box: Box
    mark: Mark
    colour: Colour


@dataclass
class Ink:
    """All that is to be painted."""

    strokes: list[tuple[Stroke, Colour, Colour]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    circles: list[tuple[complex, float]] = field(default_factory=list)
    areas: list[tuple[Box, tuple[int, ...]]] = field(default_factory=list)

    def box(self, look: Look) -> Box:
        """What the ink covers."""
        boxes = [bonds.box_of([stroke]) for stroke, _, _ in self.strokes] + [letter.box for letter in self.letters]
        half = look.bond.width / 2
        boxes += [(c.real - r - half, c.imag - r - half, c.real + r + half, c.imag + r + half) for c, r in self.circles]
        return around(boxes) if boxes else (0.0, 0.0, 0.0, 0.0)


def around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def label_style(look: Look, size: float, colour: Colour) -> Style:
    return Style(look.font, size, colour, bold=look.bold)


def label(joint: Joint, look: Look) -> list[Letter]:
    """The marks of a joint set about its spot: rows above and below, raised and lowered ones smaller."""
    colour = joint.colour or look.ink
    letters: list[Letter] = []
    start, stop = joint.core
    for row in sorted({mark.row for mark in joint.marks}, key=abs):
        marks = [(n, mark) for n, mark in enumerate(joint.marks) if mark.row == row]
        pen, set_marks = 0.0, []
        for n, mark in marks:
            size = look.size * (look.small if mark.level else 1.0)
            steps, ink = measure(mark.text, label_style(look, size, colour))
            set_marks.append((n, mark, size, pen, ink[0]))
            pen += float(steps[0])
        core = [entry for entry in set_marks if start <= entry[0] < stop] or set_marks[:1]
        middle = (core[0][3] + core[0][4][0] + core[-1][3] + core[-1][4][2]) / 2
        tops, bottoms = [entry[4][1] for entry in core], [entry[4][3] for entry in core]
        height = -float(min(tops))
        base = joint.at.imag + height / 2 + row * look.size * 0.86 + (0 if row or height else float(max(bottoms)))
        for _, mark, size, x, ink in set_marks:
            at = complex(joint.at.real + x - middle, base - mark.level * look.size * (0.38 if mark.level > 0 else 0.17))
            box = (at.real + float(ink[0]), at.imag + float(ink[1]), at.real + float(ink[2]), at.imag + float(ink[3]))
            letters.append(Letter(mark.text, at, size, box, mark, colour))
    return letters


def _leaves(p: complex, q: complex, boxes: Sequence[Box]) -> float:
    """How far along p to q (0 to 1) the line has left the boxes that it meets near p."""
    reach = 0.0
    dx, dy = q.real - p.real, q.imag - p.imag
    for left, top, right, bottom in boxes:
        enter, leave = 0.0, 1.0
        for start, step, low, high in ((p.real, dx, left, right), (p.imag, dy, top, bottom)):
            if abs(step) < 1e-9:
                if not low < start < high:
                    enter, leave = 1.0, 0.0
                continue
            a, b = sorted(((low - start) / step, (high - start) / step))
            enter, leave = max(enter, a), min(leave, b)
        if enter < leave and enter < 0.6:
            reach = max(reach, leave)
    return reach


def _ink_of(link: Link, ends: tuple[complex, complex], boxes: tuple[list[Box], list[Box]], look: BondLook) -> list[Stroke]:
    a, b = ends

    def trim(p: complex, q: complex) -> tuple[complex, complex]:
        here, there = _leaves(p, q, boxes[0]), _leaves(q, p, boxes[1])
        if here + there > 0.85:  # labels that nearly touch: keep a stub between them
            here, there = here * 0.85 / (here + there), there * 0.85 / (here + there)
        return p + (q - p) * here, q + (p - q) * there

    if link.kind == "double":
        return bonds.double(a, b, trim, look, link.side, link.inner)
    form = {"triple": bonds.triple, "wedge": bonds.wedge, "hashed": bonds.hashed, "wavy": bonds.wavy, "arrow": bonds.arrow}
    return form.get(link.kind, bonds.single)(a, b, trim, look)


def plan(joints: Sequence[Joint], links: Sequence[Link], circles: Sequence[tuple[complex, float]], look: Look) -> Ink:
    """Set labels, cut bonds off at them, and find the area of each; `circles` are (centre, radius) of aromatic rings."""
    ink = Ink(circles=list(circles))
    free: list[list[Box]] = []
    for joint in joints:
        letters = [] if joint.hidden else label(joint, look)
        ink.letters += letters
        m = look.margin
        free.append(
            [(left - m, top - m, right + m, bottom + m) for left, top, right, bottom in (letter.box for letter in letters)]
        )
        spot = (joint.at.real - JOINT, joint.at.imag - JOINT, joint.at.real + JOINT, joint.at.imag + JOINT)
        if joint.places:
            ink.areas.append((around([letter.box for letter in letters]) if letters else spot, joint.places))
    for link in links:
        one, two = joints[link.first], joints[link.second]
        if one.hidden or two.hidden:
            continue
        strokes = _ink_of(link, (one.at, two.at), (free[link.first], free[link.second]), look.bond)
        ink.strokes += [(stroke, one.colour or look.ink, two.colour or look.ink) for stroke in strokes]
        if link.places:
            ink.areas.append((bonds.box_of(strokes), link.places))
    return ink


def paint(canvas: Canvas, ink: Ink, look: Look, origin: complex, length: float) -> None:
    """Paint at `length` pixels a bond, the point `origin` at the canvas' top left; glyphs are noted in the order of the truth."""
    skia, sheet = require_skia(), canvas.skia
    sheet.save()
    sheet.scale(length, length)
    sheet.translate(-origin.real, -origin.imag)
    paint = skia.Paint(AntiAlias=True, StrokeCap=skia.Paint.kRound_Cap, StrokeJoin=skia.Paint.kRound_Join)
    for stroke, width, colour, filled in _coloured(ink, look):
        paint.setColor(skia.Color(*colour))
        paint.setStyle(skia.Paint.kFill_Style if filled else skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        sheet.drawPath(skia.Path.Polygon([skia.Point(p.real, p.imag) for p in stroke], filled), paint)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(look.bond.width)
    paint.setColor(skia.Color(*look.ink))
    for centre, radius in ink.circles:
        sheet.drawCircle(centre.real, centre.imag, radius, paint)
    for letter in ink.letters:
        style = label_style(look, letter.size, letter.colour)
        pen = skia.Paint(AntiAlias=True, Color=skia.Color(*letter.colour))
        blob = skia.TextBlob.MakeFromString(letter.text, make_font(style))
        sheet.drawTextBlob(blob, letter.at.real, letter.at.imag, pen)
    noted = sorted(_noted(ink), key=lambda entry: entry[0])
    places, texts, boxes = zip(*noted, strict=True) if noted else ((), (), ())
    canvas.add("".join(texts), np.asarray(boxes, np.float32).reshape(-1, 4), -1, np.asarray(places, np.int32))
    sheet.restore()


def _noted(ink: Ink) -> Iterator[tuple[int, str, Box]]:
    """(place in the truth, character, box); letters that stand for several marks are repeated."""
    for letter in ink.letters:
        for place in letter.mark.places or (-1,):
            yield place, letter.text, letter.box
    for box, places in ink.areas:
        for place in places:
            yield place, AREA, box


def _coloured(ink: Ink, look: Look) -> Iterator[tuple[tuple[complex, ...], float, Colour, bool]]:
    """(points, width, colour, filled): a line between ends of two colours is halved."""
    for stroke, one, two in ink.strokes:
        if one == two or len(stroke.points) != 2:
            yield stroke.points, stroke.width, one if one == two else look.ink, stroke.filled
            continue
        a, b = stroke.points
        yield (a, (a + b) / 2), stroke.width, one, False
        yield ((a + b) / 2, b), stroke.width, two, False
