"""TikZ found in a page and judged by our grammar; foreign TikZ is kept as it is and told to be so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...schema import Block
from .. import code
from ..kind import Span
from .tikz import read

UNCLOSED = "the figure is never closed"
_CLOSE = "\\end{tikzpicture}"
_COMMAND = r"\\(?:draw|fill|filldraw|shade|path|clip|node|coordinate)(?![A-Za-z])[^\n]{0,2000};[ \t]*"
_BEGIN = re.compile(
    r"(?<!`)(?P<environment>\\begin\{tikzpicture\}(?:\s?\[[^\[\]]{0,500}\])?)"
    rf"|^[ \t]*(?P<lines>{_COMMAND}(?:\n[ \t]*{_COMMAND})*)$",
    re.MULTILINE,
)


def find(text: str) -> Iterator[Span]:
    """A `tikzpicture` environment, or lines of bare commands; an unclosed environment runs to the end. Fenced ones are code."""
    at = 0
    while opened := _BEGIN.search(text, at):
        if opened["lines"]:
            at = opened.end()
        else:
            closed = text.find(_CLOSE, opened.end())
            at = closed + len(_CLOSE) if closed >= 0 else len(text)
        yield Span(opened.start("lines" if opened["lines"] else "environment"), at)


def bare(source: str) -> str:
    """The commands alone: without fence, environment, and white space about them."""
    text = code.bare(source).removesuffix(_CLOSE)
    begun = _BEGIN.match(text)
    return (text[begun.end() :] if begun and begun["environment"] else text).strip()


def parse(source: str) -> Block:
    """The commands, with what our grammar cannot read of them."""
    text = bare(source)
    begun = _BEGIN.match(code.bare(source))
    closed = not begun or not begun["environment"] or code.bare(source).endswith(_CLOSE)
    return Block("geometry", text, problems=(*(() if closed else (UNCLOSED,)), *read(text).problems))


def check(block: Block) -> list[str]:
    """What our grammar cannot read."""
    return read(block.text).problems
