"""Compose new formulas from the rules of rules.txt: equations, matrices, cases, and lines under each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .item import glue

if TYPE_CHECKING:
    import numpy as np

_HOLE = re.compile(r"<([a-z]+)>")
_WEIGHTED = re.compile(r"(\d+) (.*)")
DEEP = 4  # rules within each other before only shortest ways are taken
LONG = 40  # holes filled before only shortest ways are taken


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[str, ...]]:
    """The ways to write each thing, one repeated as often as its weight says, the shortest first."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in Path(__file__).with_name("rules.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith(":"):
            name, _, ways = line[1:].partition(" = ")
            found[name] = tuple(ways.split())
            continue
        weighted = _WEIGHTED.fullmatch(line)
        found[name] += (weighted[2],) * int(weighted[1]) if weighted else (line,)
    return found


class Writer:
    """Writes formulas by chance; `deep` and `long` say how large they become."""

    def __init__(self, rng: np.random.Generator, deep: int = DEEP, long: int = LONG) -> None:
        self.rng, self.deep, self.left = rng, deep, long

    def write(self, name: str, depth: int = 0) -> str:
        """LaTeX for the rule `name`."""
        made = _MADE.get(name)
        if made:
            return made(self, depth)
        ways = rules()[name]
        self.left -= 1
        spent = depth > self.deep or self.left < 0
        way = ways[0] if spent and name not in _ALWAYS else ways[int(self.rng.integers(len(ways)))]
        parts = _HOLE.split(way)
        return glue(self.write(part, depth + 1) if index % 2 else part for index, part in enumerate(parts))

    def below(self, most: int) -> int:
        return int(self.rng.integers(most))

    def formula(self) -> str:
        """A whole formula: most often one equation, now and then several lines, or a piece of one."""
        chance = self.rng.random()
        if chance < 0.12:
            return self.lines()
        if chance < 0.27:
            return self.write("sum")
        return self.write("equation") + (self.write("end") if self.rng.random() < 0.35 else "")

    def lines(self) -> str:
        """Two to six equations under each other, aligned or centred, or one that is broken into lines."""
        count = 2 + self.below(5)
        style = self.rng.random()
        if style < 0.15:
            rows = [self.write("equation") for _ in range(count)]
            return r"\begin{gathered}" + r"\\ ".join(rows) + r"\end{gathered}"
        if style < 0.55:
            first = self.write("sum") + "&=" + self.write("sum")
            rows = [first] + [
                "&" + ("=" if self.rng.random() < 0.8 else self.write("relation") + " ") + self.write("sum")
                for _ in range(count - 1)
            ]
        elif style < 0.7:
            rows = [self.write("sum") + "&=" + self.write("sum")]
            rows += [r"&\quad" + str(self.rng.choice(["+", "-"])) + self.write("term") for _ in range(count - 1)]
        else:
            rows = [
                self.write("variable") + "&=" + self.write("sum") + ("," if self.rng.random() < 0.3 else "") for _ in range(count)
            ]
        body = r"\begin{aligned}" + r"\\ ".join(rows) + r"\end{aligned}"
        return r"\left\{" + body + r"\right." if self.rng.random() < 0.15 else body


def _matrix(writer: Writer, depth: int) -> str:
    """A small matrix of numbers, names or sums."""
    name = str(writer.rng.choice(["pmatrix", "bmatrix", "pmatrix", "bmatrix", "vmatrix", "matrix", "Bmatrix", "array"]))
    rows, columns = 1 + writer.below(4), 1 + writer.below(4)
    rows = max(rows, 2) if columns == 1 else rows
    inside = str(writer.rng.choice(["digit", "digit", "name", "variable", "number", "term"]))
    cells = [[writer.write(inside, depth + 2) for _ in range(columns)] for _ in range(rows)]
    if rows > 2 and columns > 2 and writer.rng.random() < 0.3:
        cells[-2] = [r"\vdots" if column != columns - 2 else r"\ddots" for column in range(columns)]
        for row in (*range(rows - 2), rows - 1):
            cells[row][-2] = r"\cdots"
    lines = ["&".join(row) for row in cells]
    if name == "array":
        bar = writer.below(columns) if columns > 1 else 0
        spec = "c" * (columns - bar) + ("|" if bar else "") + "c" * bar
        return rf"\left[\begin{{array}}{{{spec}}}" + r"\\ ".join(lines) + r"\end{array}\right]"
    return rf"\begin{{{name}}}" + r"\\ ".join(lines) + rf"\end{{{name}}}"


def _cases(writer: Writer, depth: int) -> str:
    count = 2 + writer.below(3)
    rows = [
        writer.write("sum", depth + 2) + "," * writer.below(2) + "&" + writer.write("condition", depth + 1) for _ in range(count)
    ]
    return r"\begin{cases}" + r"\\ ".join(rows) + r"\end{cases}"


_MADE: dict[str, Callable[[Writer, int], str]] = {"matrix": _matrix, "cases": _cases}
_ALWAYS = frozenset(
    "letter capital greek digit index function relation plus end unit element word accented script number condition".split()
)
