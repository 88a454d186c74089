"""Displayed formulas: LaTeX between `$$`, `\\[ \\]` or the display environments; inline formulas stay in their text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ...schema import Block
from ..kind import Span
from .mathml import mathml

_ENVIRONMENT = r"(?:equation|align|gather|multline|eqnarray|displaymath|flalign|alignat|dmath|subequations|math)\*?"
# `$$` opens at the start of a line, or within one when it closes there; `\\[2pt]` is a line break, not an opening.
_OPEN = re.compile(
    rf"^[ \t]*(?P<dollars>\$\$)|(?P<inside>\$\$)(?=(?!\s*\$\$)[^$\n]+\$\$)|(?<!\\)(?P<bracket>\\\[)"
    rf"|\\begin\{{(?P<environment>{_ENVIRONMENT})\}}",
    re.MULTILINE,
)
_BLANK = re.compile(r"\n[ \t]*\n")
_BODY = re.compile(r"\s*(?:\$\$(?P<a>.*)\$\$|\\\[(?P<b>.*)\\\])\s*", re.DOTALL)
_HALF = re.compile(r"\s*(?:\$\$|\\\[)")
_ALLOWED = frozenset([r"\\ outside of a table"])  # a line break, for KaTeX
COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(?P<sign>%)")
UNCLOSED = "the formula is never closed"
SHOWN, MOST = 100, 20  # characters of a problem, and problems told


def find(text: str) -> Iterator[Span]:
    """Displayed formulas; one that does not close before the next blank line ends there, or is none within a line."""
    at = open_until = 0
    while opened := _OPEN.search(text, at):
        closing = "$$" if opened["dollars"] or opened["inside"] else r"\]"
        if opened["environment"]:
            closing = rf"\end{{{opened['environment']}}}"
        blank = _BLANK.search(text, opened.end())
        limit = blank.start() if blank else len(text)
        within = opened["bracket"] and text[text.rfind("\n", 0, opened.start()) + 1 : opened.start()].strip()
        closed = text.find(closing, opened.end(), limit) if limit > open_until or not within else -1
        if within and closed < 0:
            at, open_until = opened.end(), limit
            continue
        at = closed + len(closing) if closed >= 0 else limit
        yield Span(opened.start(), at)


def parse(source: str) -> Block:
    """The LaTeX without `$$` or `\\[ \\]`; an environment keeps its `\\begin` and `\\end`. Bare LaTeX is taken whole."""
    body, problems = bare(source)
    return Block("formula", body, problems=(*problems, *check(Block("formula", body))))


def bare(source: str) -> tuple[str, list[str]]:
    """What stands between the delimiters, and what is wrong with those; the LaTeX itself is not looked at."""
    if whole := _BODY.fullmatch(source):
        return (whole["a"] if whole["a"] is not None else whole["b"]).strip(), []
    half = _HALF.match(source)
    return (source[half.end() :].strip(), [UNCLOSED]) if half else (source.strip(), [])


def check(block: Block) -> list[str]:
    """What is wrong: parts that do not pair, missing arguments, commands and environments nobody knows."""
    from ...draw.latex import parse as read

    if not block.text:
        return ["the formula is empty"]
    problems = [problem for problem in read(block.text).problems if problem not in _ALLOWED]
    if COMMENT.search(block.text):
        problems.append("what stands behind a % is not read")
    return [problem[:SHOWN] for problem in problems[:MOST]]


def show(block: Block) -> str:
    """MathML; the LaTeX, escaped, where that cannot be had."""
    shown = mathml(block.text, display=True)
    return f'<div class="formula">{shown}</div>' if shown else f'<pre class="formula"><code>{html.escape(block.text)}</code></pre>'


def markdown(block: Block) -> str:
    return f"$${block.text}$$" if "\n" not in block.text else f"$$\n{block.text}\n$$"
