"""What stands within running text and can be broken: formulas, and stars of emphasis; found, and mended as little as possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...schema import Block
from .. import formula
from ..formula.mend import repair as repair_formula
from ..mending import Edit, edited, mend
from .latex import LEVELS, ROLES
from .within import EMPHASIS, WHOLE

_OPENED = re.compile(r"(?<!\\)\\\((?!(?:(?!\\\(|\\\)|\n).)*\\\))")
# Of a formula that never closes: all but words, which a formula has only behind a backslash or in a command's braces.
_MATH = re.compile(r"(?:\\[A-Za-z]+(?:\{[^{}\n]{0,80}\})?|[^A-Za-z\n\\]|\\[^A-Za-z\n(]|(?<![A-Za-z])(?!(?:an|as|at|be|by|if|in|is|it|of|on|or|so|to|we)\b)[A-Za-z]{1,2}(?![A-Za-z]))*")
_STARS = re.compile(r"^[ \t]*(?:[-*+•][ \t]+|\d{1,9}[.)][ \t]+)?(?P<mark>\*\*)(?=[^\s*])(?![pP]\s?[<>=≤])", re.MULTILINE)  # elsewhere, and of "**p < 0.01", they may be printed
_CLOSINGS = {f"the {verb} is never closed": f"the {verb} was closed" for verb in (*LEVELS, *ROLES)}
MOST_FORMULAS = 200  # of a block that are looked at


def faults(text: str) -> list[str]:
    """What is wrong within a line: formulas that are not well-formed or never close, emphasis that never does."""
    found = [
        f"in the formula {latex[:30]}: {problem}"
        for _, latex in _formulas(text)
        for problem in formula.check(Block("formula", latex))
    ]
    found += ["a formula is never closed"] * len(_OPENED.findall(text))
    return [*found, *["** is never closed" for _ in _stars(text)]][:20]


def _formulas(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where in the text the LaTeX of each formula stands, and that."""
    if "$" not in text and "\\(" not in text:
        return
    for number, found in enumerate(WHOLE.finditer(text)):
        name = "dollars" if found["dollars"] else "round"
        if not found["code"] and number < MOST_FORMULAS:
            yield found.span(name), found[name]


def _stars(text: str) -> Iterator[int]:
    """Where stars stand that begin what is to be bold, and never end it."""
    if "**" not in text:
        return
    taken = bytearray(len(text))
    for pattern in (EMPHASIS, WHOLE):
        for found in pattern.finditer(text):
            taken[found.start() : found.end()] = b"\1" * len(found[0])
    yield from (found.start("mark") for found in _STARS.finditer(text) if not taken[found.start("mark")])


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    if block.data.get("role") == "lines":
        return block

    def parse(text: str) -> Block:
        from .blocks import check

        changed = replace(block, text=text, problems=())
        return replace(changed, problems=tuple(check(changed)))

    return mend(block, parse, _repair, _CLOSINGS)


def _repair(text: str) -> tuple[str, list[str]]:
    opened = _OPENED.search(text)
    if opened:
        end = _MATH.match(text, opened.end()).end()
        end = opened.end() + len(re.sub(r"(?:\s+a)?[\s.,;:]*\Z", "", text[opened.end() : end]))
        return edited(text, [Edit(end, end, " \\)", "a formula was closed where words begin")])
    edits = []
    for (start, end), latex in _formulas(text):
        then, done = repair_formula(latex)
        if done:
            edits.append(Edit(start, end, then, f"in the formula {latex[:30]}: {'; '.join(done)}"))
    for at in _stars(text):
        line = text.find("\n", at)
        line = line if line >= 0 else len(text)
        edits.append(Edit(line, line, "**", "** was closed at the end of its line"))
    return edited(text, edits)
