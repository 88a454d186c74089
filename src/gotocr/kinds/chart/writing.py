"""A chart written as one line of JSON, and where in it every text and number of the chart stands.

    {"type": "bar", "title": "...", "x": "...", "y": "...", "unit": "%", "series": {"Name": {"Category": 12.5}}}

Keys stand in the order of `KEYS`. What is not printed has no key; a series whose name is not printed stands without one
(`"series": {"Category": 12.5}`); points of a scatter chart are pairs (`[[x, y], ...]`). `unit` is the sign at the numbers.
Numbers are written in full and as short as they go: 8 for "8.0", 1200000 for "1.2M".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

KEYS = ("type", "title", "subtitle", "x", "y", "unit", "series", "note", "source")
Spots = dict[tuple, list[list[int]]]  # role -> for each time it is written, the offset of each of its characters


def figure(value: float) -> str:
    """A number in full, without an exponent or needless zeros."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(float(value))
    return text if "e" not in text else format(Decimal(text), "f")


def write(data: Mapping[str, Any]) -> tuple[str, Spots]:
    """One line of JSON, and its spots.

    Roles are ("title",) ..., ("series", i), ("category", name), ("value", i, j), and ("point", i, j) for the x of a point.
    """
    pen = _Pen()
    pen.put("{")
    for key in KEYS:
        if key == "series":
            pen.comma()
            pen.put('"series": ')
            _series(pen, data.get("series") or {})
        elif data.get(key):
            pen.comma()
            pen.put(f'"{key}": ')
            pen.string(str(data[key]), (key,))
    pen.put("}")
    return "".join(pen.parts), pen.spots


def _series(pen: _Pen, series: Mapping[str, Any]) -> None:
    if list(series) == [""]:
        _values(pen, series[""], 0)
        return
    pen.put("{")
    for i, (name, values) in enumerate(series.items()):
        pen.comma()
        pen.string(name, ("series", i))
        pen.put(": ")
        _values(pen, values, i)
    pen.put("}")


def _values(pen: _Pen, values: Any, i: int) -> None:
    if isinstance(values, Mapping):
        pen.put("{")
        for j, (category, value) in enumerate(values.items()):
            pen.comma()
            pen.string(category, ("category", category))
            pen.put(": ")
            pen.mark(figure(value), ("value", i, j))
        pen.put("}")
        return
    pen.put("[")
    for j, pair in enumerate(values):
        pen.comma()
        pen.put("[")
        pen.mark(figure(pair[0]), ("point", i, j))
        pen.put(", ")
        pen.mark(figure(pair[1]), ("value", i, j))
        pen.put("]")
    pen.put("]")


class _Pen:
    """Text as it grows, with the place of everything that has a role."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.spots: Spots = {}

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def comma(self) -> None:
        if self.parts[-1] not in ("{", "["):
            self.put(", ")

    def mark(self, text: str, role: tuple) -> None:
        self.spots.setdefault(role, []).append(list(range(self.length, self.length + len(text))))
        self.put(text)

    def string(self, text: str, role: tuple) -> None:
        offsets, at = [], self.length + 1
        written = json.dumps(text, ensure_ascii=False)
        if len(written) == len(text) + 2:
            offsets = list(range(at, at + len(text)))
        else:
            for letter in text:
                offsets.append(at)
                at += len(json.dumps(letter, ensure_ascii=False)) - 2
        self.spots.setdefault(role, []).append(offsets)
        self.put(written)
