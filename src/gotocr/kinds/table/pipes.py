"""Pipe tables of GitHub's Markdown: a row of heads, a row of dashes and colons, and rows of cells between bars."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..kind import Span
from .cell import MOST_COLUMNS, Cell

_DELIMITER = re.compile(r"^ {0,3}(?=[^\n]*-)(?=[^\n]*\|)\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$", re.MULTILINE)
_FRAMED = re.compile(r"[ \t]*\|.*\|[ \t]*$")  # a single column must have both of its bars
_BARS = re.compile(r"\\.|\|", re.DOTALL)
_OTHER = re.compile(r" {0,3}(?:```|~~~|#{1,6}[ \t]|>|<[A-Za-z/!]|\$\$|\\\[|\\begin\{|(?:[-*_][ \t]*){3,}$)| {4}|\t")
_MARKS = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|`(?P<code>[^`\n]{1,300})`|<br\s*/?>|!?\[(?P<link>[^\[\]\n]{1,300})\]\([^()\s]{0,500}\)"
    r"|(?P<formula>\$(?=[^\s$])[^$\n]{1,600}?(?<=[^\s\\])\$(?!\d)|\\\([^\n]{1,600}?\\\))"
    r"|(?<![\w*\\])(?P<mark>\*{1,3})(?=[^\s*])(?P<text>[^*\n]{1,500}?)(?<=[^\s*])(?P=mark)(?![\w*])"
)
_WORD = re.compile(r"\S+")


def find(text: str) -> Iterator[Span]:
    """From the row of heads to the line before an empty one, or before what opens another block."""
    at = 0
    for line in _DELIMITER.finditer(text):
        if line.start() < at or not line.start():
            continue
        start = text.rfind("\n", 0, line.start() - 1) + 1
        head = text[start : line.start() - 1]
        if start < at or not head.strip() or "|" not in head or len(_split(head)) != len(_split(line[0])) or _OTHER.match(head):
            continue
        if len(_split(head)) < 2 and not (_FRAMED.match(head) and _FRAMED.match(line[0])):
            continue
        at = line.end()
        while at < len(text):
            end = text.find("\n", at + 1)
            end = end if end >= 0 else len(text)
            row = text[at + 1 : end]
            if not row.strip() or _OTHER.match(row):
                break
            at = end
        yield Span(start, at)


def rows(text: str) -> list[list[Cell]]:
    """The cells, all rows as wide as the head: cells beyond are dropped, as GitHub does. A head of blanks is none."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return []
    wide = min(len(_split(lines[0])), MOST_COLUMNS)
    table = [[Cell(printed(part), head=True) for part in _split(lines[0])[:wide]]]
    for line in lines[2:]:
        parts = _split(line)[:wide]
        table.append([Cell(printed(part)) for part in parts] + [Cell("")] * (wide - len(parts)))
    return table if any(cell.text for cell in table[0]) or len(table) < 2 else table[1:]


def extra(text: str) -> int:
    """How many cells more than the head the longest row has; those would be dropped."""
    lines = [line for line in text.split("\n") if line.strip()]
    wide = len(_split(lines[0])) if lines else 0
    return max((len(_split(line)) - wide for line in lines[2:] if line.count("|") >= wide), default=0) if wide < MOST_COLUMNS else 0


def aligned(text: str) -> tuple[str, ...]:
    """"left", "center", "right", or "" of each column."""
    lines = text.split("\n", 2)
    marks = [part.strip() for part in _split(lines[1])] if len(lines) > 1 else []
    names = {(True, True): "center", (True, False): "left", (False, True): "right", (False, False): ""}
    return tuple(names[mark[:1] == ":", mark[-1:] == ":"] for mark in marks)


def _split(line: str) -> list[str]:
    """The cells of a row, between bars that no backslash stands before; also within code, as GitHub does it."""
    line = line.strip()
    first = 1 if line[:1] == "|" else 0
    parts, at = [], first
    for bar in _BARS.finditer(line, first):
        if bar[0] == "|":
            parts.append(line[at : bar.start()])
            at = bar.end()
    if line[at:].strip() or not parts:
        parts.append(line[at:])
    return parts


def printed(source: str) -> str:
    """What is printed for a cell: marks of emphasis, code and links undone, formulas kept."""
    source = source.replace("\\|", "|")
    for _ in range(2):  # emphasis around code or a link
        text = _MARKS.sub(_shown, source)
        if text == source or "\\" in source:
            break
        source = text
    return " ".join(html.unescape(text).split())


def _shown(found: re.Match[str]) -> str:
    if found["formula"]:
        return found["formula"]
    for name in ("escaped", "code", "link", "text"):
        if found[name] is not None:
            return found[name]
    return " "


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The words between the bars."""
    at = 0
    for number, line in enumerate(source.split("\n")):
        if number != 1:
            edges = [bar.span() for bar in _BARS.finditer(line) if bar[0] == "|"]
            start = 0
            for bar, end in [*edges, (len(line), len(line))]:
                for word in _WORD.finditer(line, start, bar):
                    if said := printed(word[0]).strip("*"):
                        yield Span(at + word.start(), at + word.end()), said
                start = end
        at += len(line) + 1
