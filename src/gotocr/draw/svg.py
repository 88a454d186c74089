"""SVG as engravers and plotters write it, flattened to shapes with colours, boxes and tags, and painted with skia.

A drawing's coordinates are those of its `viewBox` (of width and height where it has none). What is read: groups, `use`,
nested `svg`, paths, simple shapes, text, transforms, presentation attributes, `style`, and `<style>` rules whose last part
is a tag, a class or an id. Filters, masks, clips and pictures are passed over. For output of programs we run ourselves:
XML from strangers has no place here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ..errors import InputError
from .fonts import require_skia
from .outline import NUMBER, outline

Colour = tuple[int, int, int, int]  # red, green, blue, alpha in 0..255
_INHERITED = "fill stroke stroke-width fill-rule stroke-dasharray stroke-linecap font-size font-family font-style font-weight text-anchor color visibility".split()
_NAMED = {"black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "gray": (128, 128, 128)}
_UNIT = {"px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "em": 16.0, "ex": 8.0}
_LENGTH = re.compile(rf"\s*({NUMBER})\s*([a-z]*)")
_TRANSFORM = re.compile(r"([a-zA-Z]+)\s*\(([^)]*)\)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LINK = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Shape:
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
    matrix = np.eye(3)
    if len(box) == 4:
        matrix[:2, 2] = -box[0], -box[1]
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


@dataclass(frozen=True)
class _State:
    """What an element takes over from those around it."""

    matrix: np.ndarray
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
        if name in ("defs", "style", "symbol", "clipPath", "mask", "title", "desc", "metadata", "filter", "linearGradient", "image"):
            return
        looks = self._looks(element, name)
        if looks.get("display") == "none" or looks.get("visibility", state.looks.get("visibility")) == "hidden":
            return
        tags = tuple(tag for tag in (element.get("id"), *element.get("class", "").split()) if tag)
        inherited = {**state.looks, **{key: value for key, value in looks.items() if key in (*_INHERITED, "fill-opacity", "stroke-opacity")}}
        matrix = state.matrix @ _transform(looks.get("transform", ""))
        inner = _State(matrix, inherited, state.tags + tags, state.opacity * _fraction(looks.get("opacity")))
        if name in ("g", "a", "switch"):
            self.children(element, inner)
        elif name == "svg":
            self.children(element, _State(matrix @ self._viewport(element), inherited, inner.tags, inner.opacity))
        elif name == "use":
            self._use(element, inner)
        elif name == "text":
            self._text(element, inner)
        elif (path := outline(name, looks)) is not None:
            self._shape(path, inner)

    def _looks(self, element: ElementTree.Element, name: str) -> dict[str, str]:
        looks = dict(element.attrib)
        for key in (name, *(f".{tag}" for tag in element.get("class", "").split()), f"#{element.get('id')}"):
            looks.update(self._rules.get(key, {}))
            if key[0] == ".":
                looks.update(self._rules.get(name + key, {}))
        looks.update(_declarations(element.get("style", "")))
        return looks

    def _viewport(self, element: ElementTree.Element) -> np.ndarray:
        """A nested svg's (or symbol's) coordinates within its parent's: scaled alike both ways, centred."""
        box = _numbers(element.get("viewBox", ""))
        x, y = _length(element.get("x"), 0.0), _length(element.get("y"), 0.0)
        width, height = (_length(element.get(side), whole) for side, whole in zip(("width", "height"), self.size, strict=True))
        if len(box) != 4 or not box[2] or not box[3]:
            return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
        scale = min(width / box[2], height / box[3])
        left, top = x + (width - scale * box[2]) / 2 - scale * box[0], y + (height - scale * box[3]) / 2 - scale * box[1]
        return np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])

    def _use(self, element: ElementTree.Element, state: _State) -> None:
        target = self._ids.get((element.get("href") or element.get(_LINK) or "#").lstrip("#"))
        if target is None:
            return
        shift = np.array([[1, 0, _length(element.get("x"), 0.0)], [0, 1, _length(element.get("y"), 0.0)], [0, 0, 1.0]])
        inner = _State(state.matrix @ shift, state.looks, state.tags, state.opacity)
        if _name(target) == "symbol":
            part = ElementTree.Element("svg", {**target.attrib, **{k: v for k, v in element.attrib.items() if k in ("width", "height")}})
            tags = inner.tags + tuple(tag for tag in (target.get("id"),) if tag)
            self.children(target, _State(inner.matrix @ self._viewport(part), inner.looks, tags, inner.opacity))
        else:
            self.element(target, inner)

    def _shape(self, path: Any, state: _State) -> None:
        skia, looks = require_skia(), state.looks
        fill = _colour(looks.get("fill", "black"), looks, state.opacity * _fraction(looks.get("fill-opacity")))
        stroke = _colour(looks.get("stroke", "none"), looks, state.opacity * _fraction(looks.get("stroke-opacity")))
        scale = float(np.sqrt(abs(np.linalg.det(state.matrix[:2, :2]))))
        width = _length(looks.get("stroke-width"), 1.0) * scale
        if path.isEmpty() or (fill is None and (stroke is None or width <= 0)):
            return
        path = skia.Path(path)
        if looks.get("fill-rule") == "evenodd":
            path.setFillType(skia.PathFillType.kEvenOdd)
        path.transform(skia.Matrix.MakeAll(*[float(value) for value in state.matrix.reshape(-1)]))
        dashes = tuple(value * scale for value in _numbers(looks.get("stroke-dasharray", "")))
        dashes = dashes * 2 if len(dashes) % 2 else dashes
        ends = looks.get("stroke-linecap") == "round"
        self.shapes.append(Shape(path, fill, stroke if width > 0 else None, width, state.tags, dashes if any(dashes) else (), ends))

    def _text(self, element: ElementTree.Element, state: _State, at: tuple[float, float] = (0.0, 0.0)) -> None:
        x = _length(element.get("x"), at[0]) + _length(element.get("dx"), 0.0)
        y = _length(element.get("y"), at[1]) + _length(element.get("dy"), 0.0)
        looks = state.looks
        if text := " ".join((element.text or "").split()):
            matrix = state.matrix @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
            fill = _colour(looks.get("fill", "black"), looks, state.opacity * _fraction(looks.get("fill-opacity")))
            bold = looks.get("font-weight", "") in ("bold", "600", "700", "800", "900")
            italic = looks.get("font-style", "") in ("italic", "oblique")
            size, anchor = _length(looks.get("font-size"), 16.0), looks.get("text-anchor", "start")
            if fill and size > 0:
                self.labels.append(Label(text, matrix, size, looks.get("font-family", ""), anchor, fill, bold, italic, state.tags))
        for child in element:
            if _name(child) == "tspan":
                own = self._looks(child, "tspan")
                tags = tuple(tag for tag in (child.get("id"), *child.get("class", "").split()) if tag)
                inherited = {**looks, **{key: value for key, value in own.items() if key in _INHERITED}}
                self._text(child, _State(state.matrix, inherited, state.tags + tags, state.opacity), (x, y))


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _declarations(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if value.strip()}


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(NUMBER, text)]


def _length(text: str | None, usual: float) -> float:
    """A length in pixels; a share is one of `usual`."""
    found = _LENGTH.match(text or "")
    if not found:
        return usual
    return float(found[1]) / 100 * usual if (text or "").rstrip().endswith("%") else float(found[1]) * _UNIT.get(found[2], 1.0)


def _fraction(text: str | None) -> float:
    return min(max(_length(text, 1.0), 0.0), 1.0)


def _colour(text: str, looks: Mapping[str, str], opacity: float) -> Colour | None:
    text = text.strip().lower()
    if text == "currentcolor":
        text = looks.get("color", "black").strip().lower()
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


def _transform(text: str) -> np.ndarray:
    matrix = np.eye(3)
    for name, inner in _TRANSFORM.findall(text):
        n = _numbers(inner)
        step = np.eye(3)
        if name == "translate":
            step[:2, 2] = n[0], n[1] if len(n) > 1 else 0.0
        elif name == "scale":
            step[0, 0], step[1, 1] = n[0], n[1] if len(n) > 1 else n[0]
        elif name == "matrix":
            step[:2] = np.array(n).reshape(3, 2).T
        elif name == "rotate":
            turn, (x, y) = np.deg2rad(n[0]), n[1:3] if len(n) > 2 else (0.0, 0.0)
            cos, sin = np.cos(turn), np.sin(turn)
            step[:2] = [[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y]]
        elif name == "skewX":
            step[0, 1] = np.tan(np.deg2rad(n[0]))
        elif name == "skewY":
            step[1, 0] = np.tan(np.deg2rad(n[0]))
        matrix = matrix @ step
    return matrix


def shapes_under(drawing: Drawing, tag: str) -> Iterator[Shape]:
    """The shapes within the element that has `tag` as id or class."""
    return (shape for shape in drawing.shapes if tag in shape.tags)
