"""The columns that a LaTeX tabular announces: how many, and how they are set."""

from __future__ import annotations

import re

from .cell import MOST_COLUMNS

_ALIGNED = {
    **dict.fromkeys("lpmbLXPMBQ", "left"), **dict.fromkeys("cCZYW", "center"), **dict.fromkeys("rRSD", "right"), "w": "center",
    "J": "left", "N": "right", "T": "left", "K": "left", "V": "left", "H": "left", "v": "left",
}  # fmt: skip
_SKIPPED = "@!><"  # with an argument in braces that is no column
_TAKES = {"p": 1, "m": 1, "b": 1, "w": 2, "W": 2, "D": 3, "P": 1, "M": 1, "B": 1}
_STAR = re.compile(r"\*\s*(?:\{\s*(\d{1,4})\s*\}|(\d))\s*")
DEEPEST = 8


def columns(spec: str, depth: int = 0) -> list[str]:
    """"left", "center", "right" for each column of a specification such as `l*{3}{c|}@{ }p{2cm}`; empty where it is none."""
    found: list[str] = []
    at = 0
    while at < len(spec) and len(found) < MOST_COLUMNS:
        letter = spec[at]
        star = _STAR.match(spec, at) if letter == "*" else None
        if star:
            inner, at = _group(spec, star.end())
            if depth < DEEPEST:
                times = min(int(star[1] or star[2]), MOST_COLUMNS)
                part = columns(inner, depth + 1)
                found += (part * times)[: MOST_COLUMNS - len(found)] if part else []
            continue
        at += 1
        if letter in _SKIPPED:
            at = _group(spec, at)[1]
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
