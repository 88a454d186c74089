"""Paragraphs with Markdown's emphasis and formulas in them: read into words, broken into lines, written on a leaf."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..draw.canvas import Canvas
from ..draw.fonts import covered
from ..draw.style import Style, advances
from .leaf import Leaf

_INLINE = re.compile(
    r"(?P<math>\$(?=[^\s$])[^$\n]{1,200}?(?<=[^\s$])\$(?!\d))|(?P<strong>\*\*(?=\S)[^*\n]+?(?<=\S)\*\*)"
    r"|(?P<emphasis>(?<![\w*])[*_](?=\S)[^*_\n]+?(?<=\S)[*_](?![\w*]))|(?P<code>`[^`\n]+`)"
)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
Put = Callable[[Canvas, float, float, int, int], None]  # paints a formula at (x, baseline), its LaTeX at those offsets
Setter = Callable[[str, float], tuple[str, float, Put] | None]  # LaTeX and font size -> LaTeX as written, width, and that


@dataclass(frozen=True)
class Run:
    """Text of one look, or a formula, without a blank; `before` and `after` are marks of Markdown."""

    text: str
    style: Style
    width: float
    before: str = ""
    after: str = ""
    put: Put | None = None


Word = list[Run]


@dataclass(frozen=True)
class Faces:
    """The looks of a paragraph."""

    body: Style
    strong: Style
    emphasis: Style
    code: Style


def words_of(text: str, faces: Faces, set_formula: Setter) -> list[Word]:
    """The words of a paragraph in Markdown. A formula that cannot be set is left out; so are letters the font lacks."""
    text = _LINK.sub(r"\1", " ".join(text.split()))
    words: list[Word] = [[]]
    at = 0
    for found in _INLINE.finditer(text):
        _add(words, text[at : found.start()], faces.body, "")
        at = found.end()
        body = found[0].strip("*_`$")
        if found["math"]:
            if done := set_formula(found[0][1:-1], faces.body.size):
                source, width, put = done
                words[-1].append(Run(source, faces.body, width, put=put))
        elif found["strong"]:
            _add(words, body, faces.strong, "**")
        elif found["emphasis"]:
            _add(words, body, faces.emphasis, "*")
        else:
            _add(words, body, faces.code, "`")
    _add(words, text[at:], faces.body, "")
    return [word for word in words if word]


def _add(words: list[Word], text: str, style: Style, mark: str) -> None:
    """Append text of one look, opening a word behind every blank; its marks stand at its two ends."""
    parts = re.split(r"(\s+)", text)
    runs: list[tuple[int, int]] = []
    for part in parts:
        if part and part.isspace():
            if words[-1]:
                words.append([])
        elif drawn := covered(style.font, part):
            words[-1].append(Run(drawn, style, float(advances(drawn, style).sum())))
            runs.append((len(words) - 1, len(words[-1]) - 1))
    if mark and runs:
        (first, place), (last, end) = runs[0], runs[-1]
        words[first][place] = replace(words[first][place], before=mark)
        words[last][end] = replace(words[last][end], after=mark)


def width_of(word: Word) -> float:
    return sum(run.width for run in word)


def break_lines(words: Sequence[Word], widths: Callable[[int], float], space: float) -> list[list[Word]]:
    """Words to lines at most `widths(line)` wide; a word wider than that has a line of its own."""
    lines: list[list[Word]] = []
    used = 0.0
    for word in words:
        wide = width_of(word)
        if lines and used + space + wide <= widths(len(lines) - 1):
            lines[-1].append(word)
            used += space + wide
        else:
            lines.append([word])
            used = wide
    return lines


def write_line(leaf: Leaf, line: Sequence[Word], at: tuple[float, float], faces: Faces, space: float) -> float:
    """Write one line from `at` (x, baseline), blanks as wide as `space`, and return where it ends."""
    x, y = at
    spread = space - float(advances(" ", faces.body).sum())
    text, style, start = "", faces.body, x  # what is written in one go
    for number, word in enumerate(line):
        for place, run in enumerate(word):
            blank = number > 0 and place == 0
            if blank:
                text += " "
                x += space
            if run.before or run.put or run.style != style:
                _put(leaf, text, (start, y), style, spread)
                text, style, start = "", run.style, x
            leaf.mark(run.before)
            if run.put:
                leaf.formula(run.text, (x, y), run.put)
                start = x + run.width
            else:
                text += run.text
            x += run.width
            if run.after:
                _put(leaf, text, (start, y), style, spread)
                leaf.mark(run.after)
                text, start, style = "", x, faces.body
    _put(leaf, text, (start, y), style, spread)
    return x


def _put(leaf: Leaf, text: str, at: tuple[float, float], style: Style, spread: float) -> None:
    if text:
        leaf.text(text, at, replace(style, word_spacing=spread))
