"""Fenced blocks: program text, and the door by which any kind without marks of its own stands in a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from ..schema import Block
from .kind import Kind, Span, fence

_OPEN = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$", re.MULTILINE)
_UNCLOSED = "the fence is never closed"


def _close(opened: re.Match[str]) -> re.Pattern[str]:
    mark, length = opened["fence"][0], len(opened["fence"])
    return re.compile(rf"^ {{0,3}}{mark}{{{length},}}[ \t]*$", re.MULTILINE)


def find(text: str) -> Iterator[Span]:
    """Fenced blocks as in CommonMark: an unclosed one runs to the end of the text."""
    at = 0
    while opened := _OPEN.search(text, at):
        closed = _close(opened).search(text, opened.end() + 1)
        at = closed.end() if closed else len(text)
        yield Span(opened.start(), at)


def parse(source: str) -> Block:
    """The body of a fenced block; `data["language"]` is the first word of its info string. Bare text is taken whole."""
    opened = _OPEN.match(source)
    if not opened:
        return Block("code", source, data={"language": ""})
    start = opened.end() + 1
    closed = _close(opened).search(source, start)
    body = source[start : closed.start() if closed else len(source)]
    block = Block("code", body.removesuffix("\n"), data={"language": (opened["info"].split() or [""])[0]})
    return block if closed else replace(block, problems=(_UNCLOSED,))


def bare(source: str) -> str:
    """The body of a fenced block, or bare text, without white space about it: what a kind that is written fenced reads."""
    return parse(source.strip()).text.strip()


def show(block: Block) -> str:
    return f"<pre><code>{html.escape(block.text)}</code></pre>"


def markdown(block: Block) -> str:
    return fence(block.text, str(block.data.get("language", "")))


def mend(block: Block) -> Block:
    """A fence that was never closed is, as `markdown` closes every one; also that of a block of another kind."""
    if _UNCLOSED not in block.problems:
        return block
    problems = tuple(problem for problem in block.problems if problem != _UNCLOSED)
    return replace(block, problems=problems, warnings=(*block.warnings, "the fence was closed"))


KIND = Kind(name="code", find=find, parse=parse, html=show, markdown=markdown, mend=mend)
