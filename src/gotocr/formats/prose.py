"""What the marks of Markdown in a text block mean: runs of bold, italic, code and formulas, and the items of lists."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from ..kinds.text.blocks import EMPHASIS
from ..schema import Block

# The same marks as `kinds.text` knows, and formulas and code within a line; all are bounded, so that no text takes long.
_WHOLE = re.compile(
    r"(?P<code>(?<![`\\])`(?=[^`\s])[^`\n]{1,300}`(?!`))"
    r"|(?<![\\$])\$(?=[^\s$])(?P<dollars>[^$\n]{1,600}?)(?<=[^\s\\])\$(?![\d$])"
    r"|(?<!\\)\\\((?P<round>(?:(?!\\\(|\\\))[^\n]){1,600})\\\)"
)
_ESCAPED = re.compile(r"\\(?=[*`$#_\[\]<>|~])")  # a backslash that only says that the mark behind it is none
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|(?P<number>\d{1,9})[.)])[ \t]+(?=\S)")
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_NO_SPACE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")  # scripts without word spaces
LOWEST = 6  # headings are of level 1 to 6
DEEPEST = 8  # nested lists, counted from 0; Word and LaTeX know no more


class Run(NamedTuple):
    """Letters that look alike; of a formula, its LaTeX."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    formula: bool = False


class Item(NamedTuple):
    """One item of a list: how deep it stands from 0 on, its number (None for a bullet), and its text."""

    level: int
    number: int | None
    text: str


def clean(text: str) -> str:
    """Without what no file may hold: control characters, surrogates, and marks that turn the order of letters."""
    text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def level(block: Block) -> int:
    """Of a heading, 1 to 6; of one that does not say, 1."""
    said = str(block.data.get("level", 1))
    return min(max(int(said), 1), LOWEST) if said.isascii() and said.isdigit() and len(said) < 4 else 1


def lines(block: Block) -> list[str]:
    """The lines of a text block: as printed where its role is "lines", else its words as one line, and hard breaks."""
    found = clean(block.text).split("\n")
    if block.data.get("role") == "lines":
        return found
    return [line for line in unbroken(found) if line] or [""]


def unbroken(found: list[str]) -> list[str]:
    """Lines joined as Markdown joins them: an end of a line is a space, unless two spaces or a backslash stand before it."""
    whole: list[list[str]] = [[]]
    for line in found:
        words = line.strip()
        hard = line.endswith("  ") or (words.endswith("\\") and not words.endswith("\\\\"))
        words = words[:-1].rstrip() if hard and words.endswith("\\") else words
        if words:
            before = whole[-1][-1] if whole[-1] else ""
            if before and not (_NO_SPACE.match(before[-1]) and _NO_SPACE.match(words)):
                whole[-1].append(" ")
            whole[-1].append(words)
        if hard:
            whole.append([])
    return ["".join(parts) for parts in whole]


def items(text: str) -> list[Item]:
    """The items of a list in Markdown, each with its text in one line. Never raises; text before the first item is one too."""
    found: list[tuple[int, int | None, list[str]]] = []
    indents: list[int] = []
    for line in clean(text).split("\n"):
        mark = _ITEM.match(line)
        if not mark:
            if found:
                found[-1][2].append(line)
            elif line.strip():
                found.append((0, None, [line]))
            continue
        indent = len(mark["indent"].expandtabs(4))
        while indents and indents[-1] > indent:
            indents.pop()
        if not indents or indents[-1] < indent:
            indents.append(indent)
        number = int(mark["number"]) if mark["number"] else None
        found.append((min(len(indents) - 1, DEEPEST), number, [line[mark.end() :]]))
    return [Item(level, number, " ".join(filter(None, unbroken(body)))) for level, number, body in found]


def plain(text: str) -> str:
    """A line without its marks; formulas as their LaTeX."""
    return "".join(run.text for run in runs(text))


def runs(line: str, emphasis: bool = True) -> list[Run]:
    """The runs of a line of Markdown, in order, none of them empty. In cells of tables, stars are no `emphasis`."""
    line = clean(line)
    wholes = list(_WHOLE.finditer(line))
    styles, stars = _styles(_masked(line, wholes) if emphasis else "")
    found: list[Run] = []
    at = 0
    for match in wholes:
        found += _letters(line, at, match.start(), styles, stars)
        bold, italic = _style_at(styles, match.start())
        if match["code"]:
            found.append(Run(match["code"][1:-1], bold, italic, code=True))
        else:
            found.append(Run((match["dollars"] or match["round"]).strip(), bold, italic, formula=True))
        at = match.end()
    found += _letters(line, at, len(line), styles, stars)
    return [run for run in found if run.text]


def _masked(line: str, wholes: list[re.Match[str]]) -> str:
    """The line with letters in place of formulas and code, so that no star within them is a mark."""
    parts, at = [], 0
    for match in wholes:
        parts += [line[at : match.start()], "x" * (match.end() - match.start())]
        at = match.end()
    return "".join([*parts, line[at:]])


def _styles(masked: str) -> tuple[list[tuple[int, bool, bool]], list[tuple[int, int]]]:
    """Where the look changes, as (place, bold, italic) from left to right; and where the stars themselves stand."""
    changes, stars = [(0, False, False)], []
    for found in EMPHASIS.finditer(masked):
        count = len(found["mark"])
        changes += [(found.start(), count > 1, count != 2), (found.end(), False, False)]
        stars += [found.span("mark"), (found.end("text"), found.end())]
    return changes, stars


def _style_at(styles: list[tuple[int, bool, bool]], at: int) -> tuple[bool, bool]:
    return styles[bisect_right(styles, (at, True, True)) - 1][1:]


def _letters(
    line: str, start: int, end: int, styles: list[tuple[int, bool, bool]], stars: list[tuple[int, int]]
) -> Iterator[Run]:
    """The runs of ordinary letters between two places: cut where the look changes, without stars."""
    star = bisect_right(stars, (start, 0))
    star -= star > 0 and stars[star - 1][1] > start
    at = start
    while at < end:
        if star < len(stars) and stars[star][0] <= at:
            at = max(at, stars[star][1])
            star += 1
            continue
        stop = min(end, stars[star][0]) if star < len(stars) else end
        yield Run(_ESCAPED.sub("", line[at:stop]), *_style_at(styles, at))
        at = stop
