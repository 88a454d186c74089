"""TikZ found in a page and judged by our grammar; foreign TikZ is kept as it is and told to be so."""

from __future__ import annotations

from collections.abc import Iterator

from ...schema import Block
from .. import code
from ..kind import Span
from .tikz import read

_OPEN, _CLOSE = "\\begin{tikzpicture}", "\\end{tikzpicture}"


def find(text: str) -> Iterator[Span]:
    """A `tikzpicture` environment; an unclosed one runs to the end. Fenced blocks are found as code."""
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        closed = text.find(_CLOSE, start)
        at = closed + len(_CLOSE) if closed >= 0 else len(text)
        yield Span(start, at)


def bare(source: str) -> str:
    """The commands alone: without fence, environment, and white space about them."""
    return code.bare(source).removeprefix(_OPEN).removesuffix(_CLOSE).strip()


def parse(source: str) -> Block:
    """The commands, with what our grammar cannot read of them."""
    text = bare(source)
    return Block("geometry", text, problems=tuple(read(text).problems))


def check(block: Block) -> list[str]:
    """What our grammar cannot read."""
    return read(block.text).problems
