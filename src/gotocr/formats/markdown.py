"""Markdown as GitHub reads it: text as the model wrote it, formulas in `$$`, tables between bars, other kinds as fenced blocks.

A table with cells that span others is HTML. Lines as printed stay lines, and no sign in them is a mark. A paragraph or
table that goes on behind a page's end stands on the page where it begins. Pages are parted by the comment
`<!-- page N -->` (N from 2 on), which no renderer shows; documents on one stream begin with `<!-- SOURCE -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..kinds import KINDS
from ..kinds.flow import joined
from ..kinds.kind import fence
from ..kinds.table import Cell, rows
from ..kinds.table.reading import aligned, write
from ..schema import Block, Leaf
from .format import Format, blocks_of

# Signs that mean something within a line; an underscore only where a word begins or ends.
_SIGNS = re.compile(r"[\\`*\[\]<$~]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
# What makes a block of the line it opens, or of the one before it (of it, where nothing else follows).
_OPENING = re.compile(r"(?P<sign>[-+>#:|=]|\d{1,9}(?=[.)]))")
_FORMULA = re.compile(r"(?<![\\$])\$(?=[^\s$])[^$\n]{1,2000}?(?<=[^\s\\])\$(?![\d$])|\\\([^\n]{1,2000}?\\\)")
_RULES = {"left": "---", "center": ":---:", "right": "---:"}
_BLANKS = re.compile(r"^[ \t]+|[ \t]{2,}")


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for number, leaf in enumerate(joined(leaves)):
        if number:
            yield f"\n<!-- page {leaf.index + 1} -->\n\n".encode()
        body = "\n\n".join(filter(None, map(written, blocks_of(leaf))))
        if body:
            yield f"{body}\n".encode("utf-8", "replace")


def written(block: Block) -> str:
    """The Markdown of one block."""
    if block.kind == "table":
        return _table(block)
    if block.kind == "music":
        return fence(block.text, "music" if block.data.get("form") in ("kern", "musicxml") else "abc")
    if block.kind == "text" and block.data.get("role") == "lines":
        return _printed(block.text)
    if block.kind not in KINDS:
        return fence(block.text, block.kind)
    return KINDS[block.kind].markdown(block)


def _printed(text: str) -> str:
    """Lines as they were printed: each ends in a hard break, blanks stay, and every sign is only a sign."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            found[-1].append(_line(line.rstrip()))
        elif found[-1]:
            found.append([])
    return "\n\n".join("\\\n".join(lines) for lines in found if lines)


def _line(line: str) -> str:
    blanks = re.match(r"[ \t]*", line).end()
    said = escape(line[blanks:])
    if opening := _OPENING.match(said):
        at = opening.end() if opening["sign"][0].isdigit() else opening.start()
        said = f"{said[:at]}\\{said[at:]}"
    return "&nbsp;" * len(line[:blanks].expandtabs(4)) + _BLANKS.sub(lambda run: " " + "&nbsp;" * (len(run[0].expandtabs(4)) - 1), said)


def escape(text: str) -> str:
    """Text within a line in which no sign is a mark."""
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", text)


def _table(block: Block) -> str:
    """A caption, the table and what stands under it; as its source where it has no cells."""
    table = rows(block)
    if not any(table):
        return fence(block.text, "latex" if block.data.get("form") == "latex" else "html")
    plain = all(cell.columns == cell.rows == 1 for row in table for cell in row)
    body = _bars(table, aligned(block)) if plain else write(table)
    caption, notes = block.data.get("caption"), block.data.get("notes")
    above = _cell(str(caption)) if caption else ""
    below = [_cell(str(note)) for note in notes] if isinstance(notes, (list, tuple)) else []
    return "\n\n".join(filter(None, [above, body, *below]))


def _bars(table: Sequence[Sequence[Cell]], sides: Sequence[str]) -> str:
    """A table between bars. Its first row is the head: marked or not, it names the columns of nearly all tables, and there must be one.

    The head of a single row, or above a first row of blanks, is blank.
    """
    wide = max(map(len, table))
    lines = [f"| {' | '.join([*(_cell(cell.text) for cell in row), *[''] * (wide - len(row))])} |" for row in table]
    named = all(cell.head for cell in table[0]) or (len(lines) > 1 and any(cell.text for cell in table[0]))
    head = lines.pop(0) if table[0] and named else f"|{'  |' * wide}"
    sides = sides if len(sides) == wide else [""] * wide
    return "\n".join([head, f"| {' | '.join(_RULES.get(side, '---') for side in sides)} |", *lines])


def _cell(text: str) -> str:
    """Text in one line without bars; its formulas stay formulas."""
    said, at = [], 0
    text = " ".join(text.split())
    for formula in _FORMULA.finditer(text):
        inner = formula[0].replace("\\|", "\\Vert ").replace("|", "\\vert ")
        said += [escape(text[at : formula.start()]).replace("|", "\\|"), inner]
        at = formula.end()
    return "".join([*said, escape(text[at:]).replace("|", "\\|")])


def title(source: str) -> bytes:
    shown = source.replace("--", "- -").replace(">", "&gt;")  # nothing that could end the comment
    return f"<!-- {shown} -->\n\n".encode("utf-8", "replace")


FORMAT = Format("markdown", ".md", "text/markdown; charset=utf-8", parts, title)
