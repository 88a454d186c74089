"""SVG as engravers and plotters write it, flattened to shapes with colours, boxes and tags, and painted with skia.

A drawing's coordinates are those of its `viewBox` (of width and height where it has none). What is read: groups, `use`,
nested `svg`, paths, simple shapes, text, transforms, presentation attributes, `style`, and `<style>` rules whose last part
is a tag, a class or an id. Filters, masks, clips and pictures are passed over. For output of programs we run ourselves:
XML from strangers has no place here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

from ..errors import InputError
from .fonts import require_skia
from .outline import NUMBER, outline

Matrix = tuple[float, float, float, float, float, float]  # a b c d e f, as SVG writes it: x becomes a x + c y + e
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Colour = tuple[int, int, int, int]  # red, green, blue, alpha in 0..255
_INHERITED = frozenset(
    (
        "fill stroke stroke-width fill-rule stroke-dasharray stroke-linecap fill-opacity stroke-opacity "
        "font-size font-family font-style font-weight text-anchor color visibility"
    ).split()
)
_PASSED_OVER = frozenset("defs style symbol clipPath mask title desc metadata filter linearGradient image".split())
_NAMED = {"black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "gray": (128, 128, 128)}
_UNIT = {"px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "em": 16.0, "ex": 8.0}
_NUMBER = re.compile(NUMBER)
_LENGTH = re.compile(rf"\s*({NUMBER})\s*([a-z]*)")
_TRANSFORM = re.compile(r"([a-zA-Z]+)\s*\(([^)]*)\)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LINK = "{http://www.w3.org/1999/xlink}href"


class Shape(NamedTuple):
    """One painted outline. `path` is a skia.Path in the drawing's coordinates; `tags` are the ids and classes around it."""

    path: Any
    fill: Colour | None
    stroke: Colour | None
    width: float
    tags: tuple[str, ...]
    dashes: tuple[float, ...] = ()
    round_ends: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink."""
        box, reach = self.path.computeTightBounds(), self.width / 2 if self.stroke else 0.0
        return box.left() - reach, box.top() - reach, box.right() + reach, box.bottom() + reach


@dataclass(frozen=True)
class Label:
    """One run of text, standing at (0, 0) of `matrix` (3, 3); `anchor` is "start", "middle" or "end"."""

    text: str
    matrix: np.ndarray
    size: float
    family: str
    anchor: str
    fill: Colour
    bold: bool
    italic: bool
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """A flattened SVG, in the order it is painted."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...] = ()


def flatten(svg: str) -> Drawing:
    """Read an SVG document; raises InputError when it is none."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as cause:
        raise InputError(f"not an SVG drawing ({cause})") from cause
    box = _numbers(root.get("viewBox", ""))
    width = box[2] if len(box) == 4 else _length(root.get("width"), 100.0)
    height = box[3] if len(box) == 4 else _length(root.get("height"), 100.0)
    matrix = _moved(_SAME, -box[0], -box[1]) if len(box) == 4 else _SAME
    reader = _Reader(root, (width, height))
    reader.children(root, _State(matrix, {}, (), 1.0))
    return Drawing(width, height, tuple(reader.shapes), tuple(reader.labels))


def paint(canvas: Any, shapes: tuple[Shape, ...], ink: tuple[int, int, int] | None = None) -> None:
    """Paint shapes on a skia canvas, all in one colour if `ink` is given (white stays white)."""
    skia = require_skia()
    for shape in shapes:
        for colour, style in ((shape.fill, skia.Paint.kFill_Style), (shape.stroke, skia.Paint.kStroke_Style)):
            if colour is None or (style == skia.Paint.kStroke_Style and shape.width <= 0):
                continue
            red, green, blue = ink if ink and colour[:3] != (255, 255, 255) else colour[:3]
            brush = skia.Paint(AntiAlias=True, Color=skia.Color(red, green, blue, colour[3]), Style=style)
            if style == skia.Paint.kStroke_Style:
                brush.setStrokeWidth(shape.width)
                brush.setStrokeCap(skia.Paint.kRound_Cap if shape.round_ends else skia.Paint.kButt_Cap)
                if shape.dashes:
                    brush.setPathEffect(skia.DashPathEffect.Make(list(shape.dashes), 0.0))
            canvas.drawPath(shape.path, brush)


class _State(NamedTuple):
    """What an element takes over from those around it."""

    matrix: Matrix
    looks: Mapping[str, str]
    tags: tuple[str, ...]
    opacity: float


@dataclass
class _Reader:
    root: ElementTree.Element
    size: tuple[float, float]
    shapes: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = {element.get("id"): element for element in self.root.iter() if element.get("id")}
        self._rules: dict[str, dict[str, str]] = {}
        for element in self.root.iter():
            if _name(element) == "style":
                for selectors, body in _RULE.findall(element.text or ""):
                    for selector in selectors.split(","):
                        if parts := selector.split():
                            self._rules.setdefault(parts[-1], {}).update(_declarations(body))

    def children(self, parent: ElementTree.Element, state: _State) -> None:
        for element in parent:
            self.element(element, state)

    def element(self, element: ElementTree.Element, state: _State) -> None:
        name = _name(element)
        if name in _PASSED_OVER:
            return
        looks = self._looks(element, name)
        if looks.get("display") == "none" or looks.get("visibility", state.looks.get("visibility")) == "hidden":
            return
        matrix = _times(state.matrix, _transform(looks["transform"])) if "transform" in looks else state.matrix
        inner = _State(matrix, _taken_over(state.looks, looks), _tags(state, element), state.opacity * _fraction(looks.get("opacity")))
        if name in ("g", "a", "switch"):
            self.children(element, inner)
        elif name == "svg":
            self.children(element, inner._replace(matrix=_times(matrix, self._viewport(element))))
        elif name == "use":
            self._use(element, inner)
        elif name == "text":
            self._text(element, inner)
        elif (path := outline(name, looks)) is not None:
            self._shape(path, inner)

    def _looks(self, element: ElementTree.Element, name: str) -> dict[str, str]:
        looks = dict(element.attrib)
        if self._rules:
            for key in (name, *(f".{tag}" for tag in element.get("class", "").split()), f"#{element.get('id')}"):
                looks.update(self._rules.get(key, {}))
                if key[0] == ".":
                    looks.update(self._rules.get(name + key, {}))
        if "style" in looks:
            looks.update(_declarations(looks["style"]))
        return looks

    def _viewport(self, element: ElementTree.Element) -> Matrix:
        """A nested svg's (or symbol's) coordinates within its parent's: scaled alike both ways, centred."""
        box = _numbers(element.get("viewBox", ""))
        x, y = _length(element.get("x"), 0.0), _length(element.get("y"), 0.0)
        width, height = (_length(element.get(side), whole) for side, whole in zip(("width", "height"), self.size, strict=True))
        if len(box) != 4 or not box[2] or not box[3]:
            return _moved(_SAME, x, y)
        scale = min(width / box[2], height / box[3])
        left, top = x + (width - scale * box[2]) / 2 - scale * box[0], y + (height - scale * box[3]) / 2 - scale * box[1]
        return scale, 0.0, 0.0, scale, left, top

    def _use(self, element: ElementTree.Element, state: _State) -> None:
        target = self._ids.get((element.get("href") or element.get(_LINK) or "#").lstrip("#"))
        if target is None:
            return
        shift = _length(element.get("x"), 0.0), _length(element.get("y"), 0.0)
        inner = state._replace(matrix=_moved(state.matrix, *shift))
        if _name(target) == "symbol":
            part = ElementTree.Element("svg", {**target.attrib, **{k: v for k, v in element.attrib.items() if k in ("width", "height")}})
            tags = inner.tags + tuple(tag for tag in (target.get("id"),) if tag)
            self.children(target, inner._replace(matrix=_times(inner.matrix, self._viewport(part)), tags=tags))
        else:
            self.element(target, inner)

    def _shape(self, path: Any, state: _State) -> None:
        skia, looks = require_skia(), state.looks
        fill = _colour(looks.get("fill", "black"), looks, state.opacity * _fraction(looks.get("fill-opacity")))
        stroke = _colour(looks.get("stroke", "none"), looks, state.opacity * _fraction(looks.get("stroke-opacity")))
        a, b, c, d, e, f = state.matrix
        scale = math.sqrt(abs(a * d - b * c))
        width = _length(looks.get("stroke-width"), 1.0) * scale
        if path.isEmpty() or (fill is None and (stroke is None or width <= 0)):
            return
        path = skia.Path(path)
        if looks.get("fill-rule") == "evenodd":
            path.setFillType(skia.PathFillType.kEvenOdd)
        path.transform(skia.Matrix.MakeAll(a, c, e, b, d, f, 0, 0, 1))
        dashes = tuple(value * scale for value in _numbers(looks.get("stroke-dasharray", "")))
        dashes = dashes * 2 if len(dashes) % 2 else dashes
        ends = looks.get("stroke-linecap") == "round"
        self.shapes.append(Shape(path, fill, stroke if width > 0 else None, width, state.tags, dashes if any(dashes) else (), ends))

    def _text(self, element: ElementTree.Element, state: _State, at: tuple[float, float] = (0.0, 0.0)) -> None:
        x = _length(element.get("x"), at[0]) + _length(element.get("dx"), 0.0)
        y = _length(element.get("y"), at[1]) + _length(element.get("dy"), 0.0)
        looks = state.looks
        if text := " ".join((element.text or "").split()):
            a, b, c, d, e, f = _moved(state.matrix, x, y)
            matrix = np.array([[a, c, e], [b, d, f], [0.0, 0.0, 1.0]])
            fill = _colour(looks.get("fill", "black"), looks, state.opacity * _fraction(looks.get("fill-opacity")))
            bold = looks.get("font-weight", "") in ("bold", "600", "700", "800", "900")
            italic = looks.get("font-style", "") in ("italic", "oblique")
            size, anchor = _length(looks.get("font-size"), 16.0), looks.get("text-anchor", "start")
            if fill and size > 0:
                self.labels.append(Label(text, matrix, size, looks.get("font-family", ""), anchor, fill, bold, italic, state.tags))
        for child in element:
            if _name(child) == "tspan":
                inherited = _taken_over(looks, self._looks(child, "tspan"))
                self._text(child, state._replace(looks=inherited, tags=_tags(state, child)), (x, y))


def _taken_over(around: Mapping[str, str], looks: Mapping[str, str]) -> Mapping[str, str]:
    own = {key: value for key, value in looks.items() if key in _INHERITED}
    return {**around, **own} if own else around


def _tags(state: _State, element: ElementTree.Element) -> tuple[str, ...]:
    own = element.get("class", "").split()
    if name := element.get("id"):
        own.insert(0, name)
    return (*state.tags, *own) if own else state.tags


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _declarations(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if value.strip()}


def _numbers(text: str) -> list[float]:
    return [*map(float, _NUMBER.findall(text))]


def _length(text: str | None, usual: float) -> float:
    """A length in pixels; a share is one of `usual`."""
    found = _LENGTH.match(text) if text else None
    if not found:
        return usual
    return float(found[1]) / 100 * usual if text.rstrip().endswith("%") else float(found[1]) * _UNIT.get(found[2], 1.0)


def _fraction(text: str | None) -> float:
    return 1.0 if text is None else min(max(_length(text, 1.0), 0.0), 1.0)


def _colour(text: str, looks: Mapping[str, str], opacity: float) -> Colour | None:
    return _named(looks.get("color", "black") if text.strip().lower() == "currentcolor" else text, opacity)


@lru_cache(maxsize=1024)
def _named(text: str, opacity: float) -> Colour | None:
    text = text.strip().lower()
    if text in ("none", "transparent") or text.startswith("url") or opacity <= 0:
        return None
    alpha = round(255 * opacity)
    if text.startswith("#"):
        digits = text[1:] if len(text) > 4 else "".join(digit * 2 for digit in text[1:])
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16), alpha) if len(digits) >= 6 else None
    if text.startswith("rgb"):
        parts = re.findall(rf"({NUMBER})(%?)", text)
        red, green, blue = (round(float(value) * (2.55 if share else 1)) for value, share in parts[:3])
        return (red, green, blue, round(alpha * float(parts[3][0])) if len(parts) > 3 else alpha)
    return (*_NAMED.get(text, (0, 0, 0)), alpha)


def _times(one: Matrix, two: Matrix) -> Matrix:
    """First `two`, then `one`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = two
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f


def _moved(matrix: Matrix, x: float, y: float) -> Matrix:
    a, b, c, d, e, f = matrix
    return a, b, c, d, a * x + c * y + e, b * x + d * y + f


@lru_cache(maxsize=4096)
def _transform(text: str) -> Matrix:
    matrix = _SAME
    for name, inner in _TRANSFORM.findall(text):
        matrix = _times(matrix, _step(name, _numbers(inner)))
    return matrix


def _step(name: str, n: list[float]) -> Matrix:
    if name == "translate":
        return _moved(_SAME, n[0], n[1] if len(n) > 1 else 0.0)
    if name == "scale":
        return n[0], 0.0, 0.0, n[1] if len(n) > 1 else n[0], 0.0, 0.0
    if name == "matrix":
        a, b, c, d, e, f = n
        return a, b, c, d, e, f
    if name == "rotate":
        turn, (x, y) = math.radians(n[0]), n[1:3] if len(n) > 2 else (0.0, 0.0)
        cos, sin = math.cos(turn), math.sin(turn)
        return cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y
    if name == "skewX":
        return 1.0, 0.0, math.tan(math.radians(n[0])), 1.0, 0.0, 0.0
    if name == "skewY":
        return 1.0, math.tan(math.radians(n[0])), 0.0, 1.0, 0.0, 0.0
    return _SAME
