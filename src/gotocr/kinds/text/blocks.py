"""Paragraphs, headings and lists found in a text, read and checked; how they are drawn is in the other files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...schema import Block
from ..kind import Span
from . import latex
from .mend import faults
from .within import EMPHASIS

_HEADING = re.compile(r"[ \t]{0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*")
_BULLET = re.compile(r"[ \t]*(?P<mark>[-*+•])[ \t]+(?=\S)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
_FIRST_ITEM = re.compile(r"[ \t]*(?:[-*+•]|1[.)])[ \t]+\S")  # what may follow a paragraph without a blank line
_INDENT = re.compile(r"[ \t]+\S")
# A word: anything between blanks, an inline formula counting as one piece of it.
_WORD = re.compile(r"(?:\$(?=\S)[^$\n]{0,300}?(?<=\S)\$(?!\d)|\\\([^\n]{0,300}?\\\)|\S)+")
_UNREADABLE = "\ufffd"


def find(text: str) -> Iterator[Span]:
    """The paragraphs, headings and lists of a text in Markdown, and the LaTeX of Mathpix Markdown."""
    at = 0
    for part in latex.find(text):
        yield from _find_marked(text, at, part.span.start)
        if part.printed:
            yield part.span
        at = part.span.end
    yield from _find_marked(text, at, len(text))


def _find_marked(text: str, first: int, behind: int) -> Iterator[Span]:
    """The same where there is no LaTeX, between two places."""
    for start, end in _find(text[first:behind] if behind - first < len(text) else text):
        yield Span(first + start, first + end)


def _find(text: str) -> Iterator[Span]:
    start, role, last = None, None, 0
    for line in _lines(text):
        source = text[line.start : line.end]
        now = _role(source, role)
        if start is not None and (now != role or now == "heading" or now is None):
            yield Span(start, last)
            start = None
        if now and start is None:
            start = line.start
        role, last = now, line.end
    if start is not None:
        yield Span(start, last)


def _role(line: str, before: str | None) -> str | None:
    """What a line is, given what the one before it was; None for a blank line."""
    if not line.strip():
        return None
    if _HEADING.fullmatch(line):
        return "heading"
    if (_FIRST_ITEM if before == "paragraph" else _ITEM).match(line) or (before == "list" and _INDENT.match(line)):
        return "list"
    return "paragraph"


def find_printed(text: str) -> Iterator[Span]:
    """The stretches between blank lines of a text written as printed, marks and all."""
    for match in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text):
        yield Span(*match.span())


def _lines(text: str) -> Iterator[Span]:
    at = 0
    for line in text.split("\n"):
        yield Span(at, at + len(line))
        at += len(line) + 1


def parse(source: str) -> Block:
    """`data["role"]` is "heading" (with `data["level"]` 1 to 6), "list" or "paragraph"; a heading loses its marks.

    Of LaTeX it may be "author", "caption", "footnote", or "figure", a picture without a text.
    """
    heading = _HEADING.fullmatch(source)
    if heading:
        return _block(heading["text"].strip(), {"role": "heading", "level": len(heading["marks"])})
    if "\\" in source and (block := latex.parse(source)):
        return replace(block, problems=(*block.problems, *check(block)))
    return _block(source.strip(), {"role": "list" if _ITEM.match(source) else "paragraph"})


def parse_printed(source: str) -> Block:
    """Lines as printed: `data["role"]` is "lines" and nothing is taken for a mark."""
    return _block(source.rstrip(), {"role": "lines"})


def _block(text: str, data: dict[str, object]) -> Block:
    block = Block("text", text, data=data)
    return Block("text", text, problems=tuple(check(block)), data=data)


def check(block: Block) -> list[str]:
    """What is half written, and what is broken within a line."""
    half = ["half a character was written"] if _UNREADABLE in block.text else []
    return half if block.data.get("role") == "lines" else [*half, *faults(block.text)]


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The words without the marks of Markdown around them: heading marks, bullets and the stars of emphasis."""
    if "\\" in source and (printed := latex.words(source)) is not None:
        yield from printed
        return
    heading = _HEADING.fullmatch(source)
    first, last = heading.span("text") if heading else (0, len(source))
    stars = {at for found in EMPHASIS.finditer(source) for at in _stars(found)}
    for line in _lines(source):
        start, end = max(line.start, first), min(line.end, last)
        bullet = None if heading else _BULLET.match(source, start, end)
        for word in _WORD.finditer(source, bullet.end() if bullet else start, max(start, end)):
            said = "".join(letter for at, letter in enumerate(word[0], word.start()) if at not in stars)
            yield Span(*word.span()), said or word[0]


def _stars(found: re.Match[str]) -> Iterator[int]:
    yield from range(*found.span("mark"))
    yield from range(found.end("text"), found.end())


def words_printed(source: str) -> Iterator[tuple[Span, str]]:
    """Everything between blanks."""
    for word in re.finditer(r"\S+", source):
        yield Span(*word.span()), word[0]


def markdown(block: Block) -> str:
    if block.data.get("role") == "heading":
        return f"{'#' * int(str(block.data['level']))} {block.text}"
    return block.text
