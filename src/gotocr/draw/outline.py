"""The outlines of SVG elements as skia paths: path data, rectangles, circles, ellipses, lines, polygons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .fonts import require_skia

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_STEP = re.compile(rf"[\s,]*(?:([MmLlHhVvCcSsQqTtAaZz])|({NUMBER}))")
_FLAG = re.compile(r"[\s,]*()([01])")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def outline(name: str, looks: Mapping[str, str]) -> Any | None:
    """The skia.Path of an element of that name with those attributes; None where it has none. Do not change what is returned."""
    if name == "path":
        return path_of(looks.get("d", ""))
    skia = require_skia()
    path = skia.Path()
    n = {key: _number(looks.get(key)) for key in "x y width height rx ry cx cy r x1 y1 x2 y2".split()}
    if name == "rect":
        box = skia.Rect.MakeXYWH(n["x"], n["y"], n["width"], n["height"])
        rx, ry = n["rx"] or n["ry"], n["ry"] or n["rx"]
        path.addRoundRect(box, rx, ry) if rx else path.addRect(box)
    elif name == "circle":
        path.addCircle(n["cx"], n["cy"], n["r"])
    elif name == "ellipse":
        path.addOval(skia.Rect.MakeLTRB(n["cx"] - n["rx"], n["cy"] - n["ry"], n["cx"] + n["rx"], n["cy"] + n["ry"]))
    elif name == "line":
        path.moveTo(n["x1"], n["y1"])
        path.lineTo(n["x2"], n["y2"])
    elif name in ("polyline", "polygon"):
        flat = [float(number) for number in re.findall(NUMBER, looks.get("points", ""))]
        points = [skia.Point(x, y) for x, y in zip(flat[::2], flat[1::2], strict=False)]
        path.addPoly(points, name == "polygon")
    else:
        return None
    return path


def _number(text: str | None) -> float:
    found = re.match(rf"\s*({NUMBER})", text or "")
    return float(found[1]) if found else 0.0


@lru_cache(maxsize=4096)
def path_of(data: str) -> Any:
    """Path data (SVG 1.1, section 8.3) as a skia.Path; what cannot be read ends it, as the standard asks."""
    path, command, numbers = require_skia().Path(), "", []
    pen, at = _Pen(path), 0
    while at < len(data):
        flag = command in ("A", "a") and len(numbers) in (3, 4)  # arc flags may stand without a blank behind them
        found = (_FLAG if flag else _STEP).match(data, at)
        if not found or (found[2] and command in ("", "Z", "z")):
            break
        at = found.end()
        if found[1]:
            command, numbers = found[1], []
            if command in "Zz":
                pen.close()
            continue
        numbers.append(float(found[2]))
        if len(numbers) == _COUNTS[command.upper()]:
            pen.step(command, numbers)
            command = {"M": "L", "m": "l"}.get(command, command)
            numbers = []
    return path


class _Pen:
    """Where a path stands, and the control point that a smooth curve mirrors."""

    def __init__(self, path: Any) -> None:
        self._path = path
        self.x = self.y = self._start_x = self._start_y = 0.0
        self._mirror: tuple[str, float, float] = ("", 0.0, 0.0)

    def close(self) -> None:
        self._path.close()
        self.x, self.y = self._start_x, self._start_y
        self._mirror = ("", 0.0, 0.0)

    def step(self, command: str, n: list[float]) -> None:
        verb, relative = command.upper(), command.islower()
        dx, dy = (self.x, self.y) if relative else (0.0, 0.0)
        if verb == "H":
            n = [n[0] + dx, self.y]
        elif verb == "V":
            n = [self.x, n[0] + dy]
        elif verb == "A":
            n = [*n[:5], n[5] + dx, n[6] + dy]
        else:
            n = [value + (dy if index % 2 else dx) for index, value in enumerate(n)]
        self._draw(verb, n)
        self.x, self.y = n[-2], n[-1]

    def _draw(self, verb: str, n: list[float]) -> None:
        path, last = self._path, self._mirror
        self._mirror = ("", 0.0, 0.0)
        if verb == "M":
            path.moveTo(*n)
            self._start_x, self._start_y = n
        elif verb in "LHV":
            path.lineTo(*n)
        elif verb in "CS":
            if verb == "S":
                n = [*self._mirrored("C", last), *n]
            path.cubicTo(*n)
            self._mirror = ("C", n[2], n[3])
        elif verb in "QT":
            if verb == "T":
                n = [*self._mirrored("Q", last), *n]
            path.quadTo(*n)
            self._mirror = ("Q", n[0], n[1])
        elif verb == "A":
            skia = require_skia()
            size = skia.Path.ArcSize.kLarge_ArcSize if n[3] else skia.Path.ArcSize.kSmall_ArcSize
            sweep = skia.PathDirection.kCW if n[4] else skia.PathDirection.kCCW
            path.arcTo(abs(n[0]), abs(n[1]), n[2], size, sweep, n[5], n[6])

    def _mirrored(self, kind: str, last: tuple[str, float, float]) -> tuple[float, float]:
        return (2 * self.x - last[1], 2 * self.y - last[2]) if last[0] == kind else (self.x, self.y)
