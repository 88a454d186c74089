"""Displayed formulas: LaTeX between `$$`, `\\[ \\]` or the display environments; inline formulas stay in their text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..schema import Block
from .kind import Kind, Span

_ENVIRONMENT = r"(?:equation|align|gather|multline|eqnarray|displaymath|flalign|alignat)\*?"
# `$$` opens at the start of a line, or within one when it closes there; `\\[2pt]` is a line break, not an opening.
_OPEN = re.compile(
    rf"^[ \t]*(?P<dollars>\$\$)|(?P<inside>\$\$)(?=(?!\s*\$\$)[^$\n]+\$\$)|(?<!\\)(?P<bracket>\\\[)"
    rf"|\\begin\{{(?P<environment>{_ENVIRONMENT})\}}",
    re.MULTILINE,
)
_BLANK = re.compile(r"\n[ \t]*\n")
_BODY = re.compile(r"\s*(?:\$\$(?P<a>.*)\$\$|\\\[(?P<b>.*)\\\])\s*", re.DOTALL)
_HALF = re.compile(r"\s*(?:\$\$|\\\[)")
_PART = re.compile(r"\\(?P<verb>begin|end)\{(?P<name>[^{}]*)\}|\\(?P<size>left|right)(?![A-Za-z])|\\.|(?P<brace>[{}])", re.DOTALL)


def find(text: str) -> Iterator[Span]:
    """Displayed formulas; one that does not close before the next blank line ends there."""
    at = 0
    while opened := _OPEN.search(text, at):
        closing = "$$" if opened["dollars"] or opened["inside"] else r"\]"
        if opened["environment"]:
            closing = rf"\end{{{opened['environment']}}}"
        blank = _BLANK.search(text, opened.end())
        limit = blank.start() if blank else len(text)
        closed = text.find(closing, opened.end(), limit)
        at = closed + len(closing) if closed >= 0 else limit
        yield Span(opened.start(), at)


def parse(source: str) -> Block:
    """The LaTeX without `$$` or `\\[ \\]`; an environment keeps its `\\begin` and `\\end`. Bare LaTeX is taken whole."""
    whole = _BODY.fullmatch(source)
    if whole:
        body, problems = whole["a"] if whole["a"] is not None else whole["b"], []
    else:
        half = _HALF.match(source)
        body, problems = (source[half.end() :], ["the formula is never closed"]) if half else (source, [])
    block = Block("formula", body.strip())
    return Block("formula", block.text, problems=(*problems, *check(block)))


def check(block: Block) -> list[str]:
    """Braces, `\\left`/`\\right` and `\\begin`/`\\end` must pair; the commands themselves are not looked up."""
    if not block.text:
        return ["the formula is empty"]
    opened: list[str] = []
    pairs = {"}": "{", "right": "left"}
    for part in _PART.finditer(block.text):
        mark = part["brace"] or part["size"] or part["verb"]
        if mark in ("{", "left"):
            opened.append(mark)
        elif mark == "begin":
            opened.append(part["name"])
        elif mark and (not opened or opened.pop() != (part["name"] if mark == "end" else pairs[mark])):
            return [f"{part[0]} closes nothing"]
    return [f"{opened[-1]} is never closed"] if opened else []


def show(block: Block) -> str:
    return f'<div class="formula">\\[{html.escape(block.text)}\\]</div>'


def markdown(block: Block) -> str:
    return f"$$\n{block.text}\n$$"


KIND = Kind(name="formula", find=find, parse=parse, html=show, markdown=markdown, check=check)
