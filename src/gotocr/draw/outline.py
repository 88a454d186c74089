"""The outlines of SVG elements as skia paths: path data, rectangles, circles, ellipses, lines, polygons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .fonts import require_skia

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBER = re.compile(NUMBER)
_FIRST_NUMBER = re.compile(rf"\s*({NUMBER})")
_STEP = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_NUMBERS = re.compile(rf"(?:[\s,]*{NUMBER})*")
_ARC = re.compile(rf"((?:[\s,]*{NUMBER}){{3}})[\s,]*([01])[\s,]*([01])((?:[\s,]*{NUMBER}){{2}})")  # flags need no blanks
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_SIDES = {
    "rect": ("x", "y", "width", "height", "rx", "ry"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "line": ("x1", "y1", "x2", "y2"),
}


def outline(name: str, looks: Mapping[str, str]) -> Any | None:
    """The skia.Path of an element of that name with those attributes; None where it has none. Do not change what is returned."""
    if name == "path":
        return path_of(looks.get("d", ""))
    skia = require_skia()
    path = skia.Path()
    n = [_number(looks.get(side)) for side in _SIDES.get(name, ())]
    if name == "rect":
        rx, ry = n[4] or n[5], n[5] or n[4]
        box = skia.Rect.MakeXYWH(*n[:4])
        path.addRoundRect(box, rx, ry) if rx else path.addRect(box)
    elif name == "circle":
        path.addCircle(*n)
    elif name == "ellipse":
        path.addOval(skia.Rect.MakeLTRB(n[0] - n[2], n[1] - n[3], n[0] + n[2], n[1] + n[3]))
    elif name == "line":
        path.moveTo(n[0], n[1])
        path.lineTo(n[2], n[3])
    elif name in ("polyline", "polygon"):
        flat = [*map(float, _NUMBER.findall(looks.get("points", "")))]
        path.addPoly([skia.Point(x, y) for x, y in zip(flat[::2], flat[1::2], strict=False)], name == "polygon")
    else:
        return None
    return path


def _number(text: str | None) -> float:
    found = _FIRST_NUMBER.match(text) if text else None
    return float(found[1]) if found else 0.0


@lru_cache(maxsize=4096)
def path_of(data: str) -> Any:
    """Path data (SVG 1.1, section 8.3) as a skia.Path; what cannot be read ends it, as the standard asks."""
    path = require_skia().Path()
    pen, at = _Pen(path), 0
    while found := _STEP.match(data, at):
        at, command, inner = found.end(), found[1], found[2]
        if command in "Aa":
            inner = _spaced(inner)
        read = _NUMBERS.match(inner)[0]
        numbers, count = [*map(float, _NUMBER.findall(read))], _COUNTS[command.upper()]
        if not count:
            pen.close()
        for start in range(0, len(numbers) - count + 1, count) if count else ():
            pen.step(command, numbers[start : start + count])
            command = {"M": "L", "m": "l"}.get(command, command)
        if inner[len(read) :].strip(" \t\r\n\f,") or (numbers and not count):
            break
    return path


def _spaced(arcs: str) -> str:
    """Numbers of whole arcs with blanks around their flags; "x" for what is none."""
    done, at = "", 0
    while found := _ARC.match(arcs, at):
        done, at = f"{done} {found[1]} {found[2]} {found[3]} {found[4]}", found.end()
    return done + ("x" if arcs[at:].strip() else "")


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
        verb = command.upper()
        dx, dy = (0.0, 0.0) if verb == command else (self.x, self.y)
        if verb == "H":
            n = [n[0] + dx, self.y]
        elif verb == "V":
            n = [self.x, n[0] + dy]
        elif verb == "A":
            n = [*n[:5], n[5] + dx, n[6] + dy]
        elif dx or dy:
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
