"""Which character of the LaTeX each glyph of another program's formula stands for: aligned with our own setting of it.

Both show the same characters; only the order differs a little, and it is known how: TeX sets a superscript before a
subscript, an upper limit before its operator, an accent before its letter; MathJax a fraction's bar behind its parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...draw.math.font import math_font
from ...draw.math.formula import set_formula
from ...draw.tex_names import fold
from ...schema import AREA

if TYPE_CHECKING:
    from ...draw.latex import Node
    from ...draw.setting import Setting

# What some programs put together from several glyphs.
PARTS = {
    "\u22ef": "\u22c5\u22c5\u22c5", "\u2026": "...", "\u2260": "\u0338=", "\u27f6": "\u2212\u2192", "\u27f5":
    "\u2190\u2212", "\u27f9": "=\u21d2", "\u27f8": "\u21d0=", "\u27fa": "\u21d0\u21d2", "\u27f7": "\u2190\u2192",
    "\u21a6": "\u21a6\u2192", "\u27fc": "\u21a6\u2212\u2192", "\u22a8": "|=", "\u2245": "\u223c=", "\u222c":
    "\u222b\u222b", "\u222d": "\u222b\u222b\u222b", "\u22ee": "...", "\u22f1": "...", "\u2209": "\u2208/", "\u2250": "=.",
    "\u22c8": "\u22b3\u22b2",
}  # fmt: skip
ALIKE = str.maketrans({
    "\u2223": "|", "\u2225": "\u2016", "\xb7": "\u22c5", "\u2013": AREA, "\u2014": AREA, "\u2015": AREA, "\u203e": AREA,
    "\u0305": AREA, "\u03d5": "\u03c6", "\u03f5": "\u03b5", "\u2032": "'", "\u2019": "'", "-": "\u2212", "\u2217": "*",
    "\u2216": "\\", "\u29f5": "\\", "\u210f": "\u0127", "\u2135": "\u05d0", "\u25b3": "\u2206", "\u0394": "\u2206",
    "\u2229": "\u22c2", "\u222a": "\u22c3", "\u2227": "\u22c0", "\u2228": "\u22c1", "\u2295": "\u2a01", "\u2297":
    "\u2a02", "\u2299": "\u2a00", "\u03a3": "\u2211", "\u03a0": "\u220f", "\u2205": "\u2300", "\u25cb": "\u2218",
    "\u2329": "\u27e8", "\u232a": "\u27e9", "\u2215": "/", "\u2044": "/", "\u20d7": "\u2192", "\u2219": "\u2022",
    "\u23de": "\u23df", "\u22c4": "\u25ca", "\u2a3f": "\u2210", "\u25a1": "\u25fb",
})  # fmt: skip
ARROWS = frozenset("\u2190\u2192\u21d0\u21d2\u2194\u21d4")
FAR = 8.0  # ems: left-over glyphs further apart are not the same


def align(latex: str, setting: Setting, engine: str, display: bool = True) -> np.ndarray:
    """For each glyph of a setting the offset in `latex` it stands for, -1 = none. Raises InputError for what we cannot set.

    Further pieces of a glyph (letter "") stand for what their first one does.
    """
    marks = _marks(latex, engine, display)
    glyphs = [(index, part) for index, shown in enumerate(setting.letters) for part in (_signs(shown) or ("",)) if shown]
    pairs = _common([sign for sign, _, _, _ in marks], [sign for _, sign in glyphs])
    found = np.full(len(setting.letters), -1, np.int32)
    used = set()
    for mark, glyph in pairs:
        used.add(mark)
        if found[glyphs[glyph][0]] < 0:
            found[glyphs[glyph][0]] = marks[mark][1]
    _left_over(marks, glyphs, (used, {glyph for _, glyph in pairs}), setting, found)
    for index, shown in enumerate(setting.letters):
        if not shown and index:
            found[index] = found[index - 1]
    _shafts(setting.letters, found)
    return found


def _shafts(letters: Sequence[str], found: np.ndarray) -> None:
    """What is left of the shaft of a long arrow stands for what its head does."""
    for index, shown in enumerate(letters):
        for near in (index + 1, index - 1):
            if found[index] < 0 and shown in ("\u2212", "=") and 0 <= near < len(letters) and letters[near] in ARROWS | {shown}:
                found[index] = found[near]


def share(found: np.ndarray) -> float:
    """The share of glyphs whose place in the source is known."""
    return float((found >= 0).mean()) if len(found) else 1.0


Marked = tuple[str, int, float, float]  # sign, offset in the source, place in ems


@lru_cache(maxsize=256)
def _marks(latex: str, engine: str, display: bool) -> tuple[Marked, ...]:
    from ...draw.latex import parse

    made = set_formula(latex, math_font(), 1.0, display)
    ranks: dict[int, int] = {}
    for rank, offset in enumerate(_order(parse(latex).body, engine, display)):
        ranks.setdefault(offset, rank)
    found = []
    for placed in sorted(made.placed, key=lambda placed: ranks.get(placed.part.source, placed.part.source)):
        letter = getattr(placed.part, "letter", AREA)
        for sign in _signs(letter, engine == "tex") if letter and letter != " " else ():
            found.append((sign, placed.part.source, placed.x, -placed.y))
    return tuple(found)


def _signs(letter: str, apart: bool = False) -> tuple[str, ...]:
    """What a letter is compared by; `apart`: what it is put together from."""
    if letter == AREA:
        return (AREA,)
    whole = "".join(fold(part) for part in letter)
    whole = "".join(PARTS.get(part, part) for part in whole) if apart else whole
    return tuple(whole.translate(ALIKE))


def _order(node: Node, engine: str, display: bool) -> Iterator[int]:
    """The offsets of a formula's marks in the order a program sets them."""
    tex = engine == "tex"
    parts = [part for part in node.parts if part is not None]
    if node.kind == "scripts":
        base, below, above = node.parts
        limits = tex and display and base is not None and _takes_limits(base)
        chain = [above, base, below] if limits else [base, above, below]
    elif node.kind in ("fraction", "accent", "root", "stack", "arrow"):
        chain, first = _chain(node, tex)
        if first:
            yield node.at
        for part in chain:
            if part is None:
                yield node.at
            else:
                yield from _order(part, engine, display and node.kind not in ("fraction",))
        return
    else:
        if node.kind != "list":  # a list has no mark, and begins where its first part does
            yield node.at
        chain = [*parts, *(cell for row in node.rows for cell in row)]
        display = display and node.kind != "table"
    for part in chain:
        if part is not None:
            yield from _order(part, engine, display)
    if node.kind == "table":
        yield node.end - 1


def _chain(node: Node, tex: bool) -> tuple[list[Node | None], bool]:
    """The parts of a node in the order of setting, None where its own mark comes; and whether that comes first."""
    parts = list(node.parts)
    if node.kind == "fraction":
        return ([parts[0], None, parts[1]] if tex and "binom" not in node.name else [parts[0], parts[1]]), "binom" in node.name
    if node.kind == "root":
        body, degree = parts[0], parts[1] if len(parts) > 1 else None
        return ([*([degree] if degree else []), None, body] if tex else [body, None, *([degree] if degree else [])]), False
    if node.kind == "accent":
        under = "under" in node.name
        return ([parts[0], None] if under or not tex else [None, parts[0]]), False
    if node.kind == "stack":
        base, above, below = parts
        chain = [above, base, below] if tex else [base, above, below]
        return [part for part in chain if part is not None], False
    return [part for part in parts if part is not None], not tex


def _takes_limits(base: Node) -> bool:
    from ...draw.latex_symbols import OPERATORS, SYMBOLS

    if base.kind == "operator":
        return bool(base.parts) or OPERATORS.get(base.name, ("", False))[1]
    known = SYMBOLS.get(base.name)
    return base.kind == "accent" and "brace" in base.name or (known is not None and known.atom == "op" and "int" not in base.name)


def _common(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence, as pairs of indices."""
    rows, columns = len(first), len(second)
    best = np.zeros((rows + 1, columns + 1), np.int32)
    codes = {sign: index for index, sign in enumerate(dict.fromkeys([*first, *second]))}
    other = np.array([codes[sign] for sign in second], np.int32)
    for row in range(rows - 1, -1, -1):
        hit = best[row + 1, 1:] + (other == codes[first[row]])
        line = np.maximum(best[row + 1, :-1], hit)
        best[row, :-1] = np.maximum.accumulate(line[::-1])[::-1]
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        if first[row] == second[column] and best[row, column] == best[row + 1, column + 1] + 1:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row, column] == best[row, column + 1]:
            column += 1
        else:
            row += 1
    return pairs


def _left_over(
    marks: Sequence[Marked], glyphs: list[tuple[int, str]], used: tuple[set[int], set[int]], setting: Setting, found: np.ndarray
) -> None:
    """Pair what is left by what it shows and where it stands."""
    boxes = setting.boxes
    origin = setting.box[0]
    for number, (sign, offset, x, y) in enumerate(marks):
        if number in used[0]:
            continue
        near = [
            (abs(boxes[index, 0] - origin - x) + abs(boxes[index, 3] - y), place)
            for place, (index, shown) in enumerate(glyphs)
            if shown == sign and place not in used[1] and found[index] < 0
        ]
        if near and min(near)[0] < FAR:
            place = min(near)[1]
            used[1].add(place)
            found[glyphs[place][0]] = offset
