"""The columns that a LaTeX tabular announces: how many, how they are set, and what is printed between two of them."""

from __future__ import annotations

import re

from .cell import MOST_COLUMNS, Cell
from .latex_text import printed

_ALIGNED = {
    **dict.fromkeys("lpmbLXPMBQ", "left"), **dict.fromkeys("cCZYW", "center"), **dict.fromkeys("rRSD", "right"), "w": "center",
    "J": "left", "N": "right", "T": "left", "K": "left", "V": "left", "H": "left", "v": "left",
}  # fmt: skip
_SKIPPED = "@!><"  # with an argument in braces that is no column
_TAKES = {"w": 2, "W": 2, "D": 3}  # arguments of a column; of others 1, where one is there
_STAR = re.compile(r"\*\s*(?:\{\s*(\d{1,4})\s*\}|(\d))\s*")
DEEPEST = 8
_BETWEEN = "@"  # marks an entry that is no column


def columns(spec: str) -> list[str]:
    """"left", "center", "right" for each column of a specification such as `l*{3}{c|}@{ }p{2cm}`; empty where it is none."""
    return [entry for entry in _entries(spec, 0) if entry[:1] != _BETWEEN]


def separators(spec: str) -> dict[int, str]:
    """What `@{}` and `!{}` print between columns, by the number of columns before it: `r@{.}l` has {1: "."}."""
    found: dict[int, str] = {}
    count = 0
    for entry in _entries(spec, 0):
        if entry[:1] != _BETWEEN:
            count += 1
        elif said := printed(entry[1:]):
            found[count] = said
    return {at: said for at, said in found.items() if 0 < at < count}


def _entries(spec: str, depth: int) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(spec) and len(found) < MOST_COLUMNS:
        letter = spec[at]
        star = _STAR.match(spec, at) if letter == "*" else None
        if star:
            inner, at = _group(spec, star.end())
            if depth < DEEPEST:
                part = _entries(inner, depth + 1)
                times = min(int(star[1] or star[2]), MOST_COLUMNS)
                found += (part * times)[: MOST_COLUMNS - len(found)] if part else []
            continue
        at += 1
        if letter in _SKIPPED:
            inner, at = _group(spec, at)
            if letter in "@!" and len(inner) < 200:
                found.append(_BETWEEN + inner)
        elif letter in _ALIGNED:
            found.append(_ALIGNED[letter])
            at = _options(spec, at)
            for _ in range(_TAKES.get(letter, 1)):
                if spec[at : at + 1] == "{":
                    at = _group(spec, at)[1]
        elif letter == "{":
            at = _group(spec, at - 1)[1]
        elif letter == "[":
            at = _options(spec, at - 1)
    return found


def _options(spec: str, at: int) -> int:
    if spec[at : at + 1] == "[":
        close = spec.find("]", at)
        return close + 1 if close >= 0 else at + 1
    return at


def _group(spec: str, at: int) -> tuple[str, int]:
    """What stands in the braces at `at`, and where they end; one character where there are none."""
    while spec[at : at + 1].isspace():
        at += 1
    if spec[at : at + 1] != "{":
        return spec[at : at + 1], at + 1
    depth = 0
    for end in range(at, len(spec)):
        depth += (spec[end] == "{") - (spec[end] == "}")
        if not depth:
            return spec[at + 1 : end], end + 1
    return spec[at + 1 :], len(spec)


def merged(lines: list[list[Cell]], between: dict[int, str]) -> list[list[Cell]] | None:
    """The rows with the columns made one that something is printed between: `3` and `14` of `r@{.}l` are the number 3.14.

    None where a cell that spans rows stands in the way.
    """
    done = []
    for line in lines:
        row: list[Cell] = []
        column = 0
        for cell in line:
            inside = sum(column < at < column + cell.columns for at in between)
            whole = cell._replace(columns=cell.columns - inside)
            if column in between and row:
                before = row[-1]
                if before.rows != 1 or cell.rows != 1:
                    return None
                row[-1] = before._replace(text=_one(before.text, between[column], cell.text), columns=before.columns + whole.columns - 1)
            else:
                row.append(whole)
            column += cell.columns
        done.append(row)
    return done


def _one(one: str, sign: str, other: str) -> str:
    numbers = any(letter.isdigit() for letter in one) and any(letter.isdigit() for letter in other)
    if not numbers:
        return " ".join(filter(None, (one, other)))
    return f"{one} {sign} {other}" if sign[:1] == "$" else f"{one}{sign}{other}"
