"""What a text should look like in ink: its words and how wide they are, without the marks that only say how they are meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..kinds.kind import Kind, Span
from ..kinds.page import fenced, spans
from ..kinds.text import words_printed

WIDTHS = {
    "`": 0.0,
    **dict.fromkeys("ijl|!.,:;'·’‘", 0.26),
    **dict.fromkeys("ftrI()[]{}/\\-\"°“”*‐", 0.36),
    **dict.fromkeys("szcJkvxyea?", 0.47),
    **dict.fromkeys("w&ADGHNOQRUVXYKTCB", 0.68),
    **dict.fromkeys("mMW—%@…∑∫", 0.85),
    **dict.fromkeys("_+=<>~EFLPSZ–#€", 0.57),
}  # in ems, of usual typefaces
USUAL, WIDE, CAPITAL, BLANK = 0.52, 1.0, 0.66, 0.27
SMALL = 0.72  # of a script's size
MOST_LATEX = 300  # characters of a formula that is looked at; a longer one is a stretch of ink
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")
_LETTERS = re.compile(rf"{_WIDE.pattern}|(?:(?!{_WIDE.pattern}).)+", re.DOTALL)
_FORMULA = re.compile(r"\$(?=\S)[^$\n]{1,300}?\$|\\\([^\n]{1,300}?\\\)")
_LATEX = re.compile(r"\\(?:[A-Za-z]+\*?|.)|.", re.DOTALL)
_STACKED = re.compile(r"\\(?:[dt]?frac|[dt]?binom|begin|sum|prod|int|oint|lim|over|under|stack|atop|substack|sqrt)")
_RELATIONS = frozenset(
    [*"=<>+-", "\\leq", "\\le", "\\geq", "\\ge", "\\neq", "\\ne", "\\approx", "\\equiv", "\\sim", "\\simeq", "\\in", "\\to", "\\pm"]
    + ["\\rightarrow", "\\Rightarrow", "\\times", "\\cdot", "\\subset", "\\cup", "\\cap", "\\mapsto", "\\propto", "\\leftarrow"]
)
_SILENT = re.compile(
    r"\\(?:left|right|big[lr]?|Big[lr]?|bigg[lr]?|mathrm|mathbf|mathit|mathcal|mathbb|mathfrak|mathsf|text|textbf|textit|textrm|operatorname"
    r"|boldsymbol|bf|rm|it|displaystyle|limits|hat|bar|tilde|vec|dot|ddot|overline|underline|widehat|widetilde|quad|qquad|[,;:!> ])\*?"
)
_ROWS = re.compile(r"<tr\b|\\\\|\n", re.IGNORECASE)
_PRINTED = frozenset(["text", "table", "code"])  # kinds of which all ink is words, in the order they are read
_FENCE = re.compile(r"[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>\w*)")


class Unit(NamedTuple):
    """A stretch of the text that stands on one place in ink: a word, a part of a formula; with `said` None a block of other ink."""

    start: int  # characters of the text
    end: int
    said: str | None
    width: float  # in ems
    begins: int = 0  # 1: a line begins with it; -1: none does; 0: nobody knows
    block: int = 0


def units(text: str, mode: str = "format") -> list[Unit]:
    """The units of a text in reading order; `mode` as in `kinds.page.parse`. Never raises on content."""
    found: list[Unit] = []
    for block, (kind, span) in enumerate(spans(text, mode)):
        source = text[span.start : span.end]
        words = _words(kind, source) if kind.name in _PRINTED else None
        if words is not None:
            found += _worded(source, sorted(words), kind.name, mode, (span.start, block))
        elif source.strip():
            found.append(Unit(span.start, span.end, None, 0.0, 1, block))
    return found


def _words(kind: Kind, source: str) -> list[tuple[Span, str]] | None:
    """The printed words of a block; None for what is drawn from it."""
    if kind.name != "code":
        return list(kind.words(source))
    fence = _FENCE.match(source)
    named = fenced(fence["info"]) if fence else None
    if named and named.name not in _PRINTED:
        return None
    first = source.find("\n") if fence else 0
    last = source.rfind("\n") if fence and source.rstrip().endswith(fence["mark"]) else len(source)
    return [(span, said) for span, said in words_printed(source) if first <= span.start < max(last, first)]


def _worded(source: str, words: list, kind: str, mode: str, place: tuple[int, int]) -> Iterator[Unit]:
    """The units of a block's words; `place` is where it begins in the text, and its number."""
    base, block = place
    lines = kind == "code" or mode == "plain"
    breaks = re.compile("\n") if kind != "table" else _ROWS
    at, listed = 0, -1
    for number, (span, said) in enumerate(words):
        begins = 1 if number == 0 and kind != "table" else 0
        if number and breaks.search(source, at, span.start):
            begins = 1 if lines or kind == "table" or _opens(source, span.start) else 0
        elif number and lines:
            begins = -1
        elif number and kind == "table":
            begins = listed
        at = max(at, span.end)
        for first, last, shown, width in _pieces(source, span, said):
            yield Unit(base + first, base + last, shown, width, begins, block)
            begins = -1 if begins == -1 else 0


def _opens(source: str, start: int) -> bool:
    """Whether an item of a list begins there."""
    return bool(re.fullmatch(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])?[ \t]*", source[source.rfind("\n", 0, start) + 1 : start])) and bool(
        re.match(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]", source[source.rfind("\n", 0, start) + 1 :][:40])
    )


def _pieces(source: str, span: tuple[int, int], said: str) -> Iterator[tuple[int, int, str | None, float]]:
    """A word as it stands in ink: formulas in it part by part, and scripts without blanks letter by letter."""
    start, end = span
    if "$" in said or "\\(" in said:
        at = start
        for formula in _FORMULA.finditer(source, start, end):
            if formula.start() > at:
                yield at, formula.start(), source[at : formula.start()], width_of(source[at : formula.start()])
            yield from _formula(source, formula.span())
            at = formula.end()
        if at < end:
            yield at, end, source[at:end], width_of(source[at:end])
        return
    if end - start != len(said):
        yield start, end, said, width_of(said)
        return
    for part in split(said):
        yield start, start + len(part), part, width_of(part)
        start += len(part)


def split(word: str) -> list[str]:
    """A word as it is placed: whole, or letter by letter in scripts that do not part words."""
    return _LETTERS.findall(word) if _WIDE.search(word) else [word]


def _formula(source: str, span: tuple[int, int]) -> Iterator[tuple[int, int, str | None, float]]:
    """The parts of an inline formula between its relations; one that is stacked is a block of ink."""
    start, end = span
    inner = source[start:end]
    if len(inner) > MOST_LATEX or _STACKED.search(inner):
        yield start, end, None, 0.0
        return
    said, width, first, small = "", 0.0, start, False
    for token in _LATEX.finditer(inner):
        mark = token[0]
        at = start + token.start()
        if mark in _RELATIONS:
            if said:
                yield first, at, said, width
            yield at, at + len(mark), mark[-1] if mark[0] != "\\" else "=", 0.6
            said, width, first, small = "", 0.0, at + len(mark), False
            continue
        if mark in "^_":
            small = True
        elif mark == "}" or (small and mark not in "{}$ "):
            small = mark != "}" and inner[token.start() - 1 : token.start()] == "{"
        if mark in "{}^_$ &\\(\\)" or _SILENT.fullmatch(mark):
            continue
        shown = mark if mark[0] != "\\" else mark[1:2]
        said += shown
        width += width_of(shown) * (SMALL if small else 1.0)
    if said:
        yield first, end, said, width


def width_of(said: str) -> float:
    """How wide a word is printed, in ems, in a usual typeface."""
    return sum(map(_width, said))


def _width(letter: str) -> float:
    known = WIDTHS.get(letter)
    if known is not None:
        return known
    if letter < "\u0300":
        return CAPITAL if letter.isupper() else USUAL
    return WIDE if _WIDE.match(letter) else USUAL


def is_wide(text: str) -> bool:
    """Whether most of a text is in a script that does not part words."""
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    return bool(letters) and sum(bool(_WIDE.match(letter)) for letter in letters) > 0.5 * len(letters)
