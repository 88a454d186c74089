"""What a reading holds: the sources of the blocks of one kind, and the text without Markdown's marks."""

from __future__ import annotations

import re

from ..kinds.page import parse

_MARKS = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?=\S))", re.M)
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~|`)(?=\S)([^\n*_~`]{1,2000})(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")


def sources(reading: str, kind: str) -> list[str]:
    """The texts of all blocks of a kind in a page of Markdown, in order, without fences and delimiters."""
    return [block.text for block in parse(reading, (1, 1)) if block.kind == kind]


def source(reading: str, kind: str) -> str:
    """The block of a kind that a picture of one such thing was read as; all that was read where none is marked as one."""
    found = sources(reading, kind)
    return max(found, key=len) if found else reading.strip()


def stripped(reading: str) -> str:
    """Markdown without the marks of headings, lists, quotations, emphasis and links; formulas and tables stay."""
    text = _LINK.sub(r"\1", _MARKS.sub("", reading))
    return _EMPHASIS.sub(r"\2", text)
