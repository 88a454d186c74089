"""The text of a Word document: blocks become headings, paragraphs, lists, tables and equations, problems become comments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ...schema import Block, Leaf
from ..format import blocks_of
from ..grid import KINDS_WITH_CELLS, grid
from ..prose import clean, items, level, lines, runs
from .equation import equation
from .numbering import Numbering
from .table import MOST_COLUMNS, table
from .xml import MONO, dressed, paragraph, run

MOST_COMMENTS = 2000
CODE = "SourceCode"  # our own paragraph style


class Body:
    """Writes pages one by one, and keeps what stands elsewhere in the package: comments, numberings, which scripts occur."""

    def __init__(self) -> None:
        self.numbering = Numbering()
        self._comments: list[str] = []
        self.letters: dict[str, int] = {}  # how often a script occurs, by the first word of its letters' names

    def page(self, leaf: Leaf) -> Iterator[str]:
        if leaf.error:
            yield paragraph(run(f"Page {leaf.index + 1} could not be read: {leaf.error}", "<w:i/>"))
        for block in blocks_of(leaf):
            yield from self._block(block)

    def comments(self) -> bytes:
        head = '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        written = "".join(
            f'<w:comment w:id="{number}" w:author="gotocr" w:initials="g">{paragraph(run(text))}</w:comment>'
            for number, text in enumerate(self._comments)
        )
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{head}{written}</w:comments>'.encode("utf-8", "replace")

    def _block(self, block: Block) -> Iterator[str]:
        mark = self._remarks(block)
        if block.kind == "text":
            yield from self._text(block, mark)
        elif block.kind == "formula":
            made = equation(clean(block.text), display=True)
            yield paragraph(f"<m:oMathPara>{made}</m:oMathPara>{mark}") if made else self._source(block.text, mark)
        elif block.kind in KINDS_WITH_CELLS:
            yield from self._table(block, mark)
        else:
            yield self._source(block.text, mark)

    def _remarks(self, block: Block) -> str:
        """The places of comments, one for each problem of a block."""
        places = []
        for problem in (*block.problems, *block.warnings):
            if len(self._comments) < MOST_COMMENTS:
                places.append(f'<w:r><w:commentReference w:id="{len(self._comments)}"/></w:r>')
                self._comments.append(problem)
        return "".join(places)

    def _text(self, block: Block, mark: str) -> Iterator[str]:
        role = block.data.get("role")
        self._count(block.text)
        if role == "list":
            yield from self._list(block.text, mark)
        elif role == "lines":
            yield paragraph(run("\n".join(lines(block))) + mark, more=_side(block.text))
        else:
            style = f"Heading{level(block)}" if role == "heading" else ""
            inner = '<w:r><w:br/></w:r>'.join(self.line(line) for line in lines(block))
            yield paragraph(inner + mark, style, _side(block.text))

    def line(self, text: str, bold: bool = False, emphasis: bool = True) -> str:
        """A line of Markdown as runs and equations."""
        parts = []
        for piece in runs(text, emphasis):
            made = equation(piece.text) if piece.formula else dressed(piece, bold)
            parts.append(made if made is not None else run(f"${piece.text}$", MONO))
        return "".join(parts)

    def _list(self, text: str, mark: str) -> Iterator[str]:
        found = items(text)
        self.numbering.begin()
        for number, item in enumerate(found):
            name = self.numbering.of(item)
            placed = f'<w:numPr><w:ilvl w:val="{item.level}"/><w:numId w:val="{name}"/></w:numPr>' if name is not None else ""
            written = "" if name is not None else run(f"{item.number}. ")
            inner = written + self.line(item.text) + (mark if number == len(found) - 1 else "")
            yield paragraph(inner, "ListParagraph", f"{placed}{_side(item.text)}")

    def _table(self, block: Block, mark: str) -> Iterator[str]:
        found = grid(block)
        self._count(" ".join(at.cell.text for at in found.cells[:1000]))
        if found.title:
            yield paragraph(self.line(found.title), "Caption", "<w:keepNext/>")
        if found.width > MOST_COLUMNS:
            yield self._source("\n".join("\t".join(row).rstrip() for row in found.texts()), mark)
        else:
            yield from table(found, lambda text, bold: self.line(text, bold, emphasis=False))
            yield paragraph(mark)  # two tables side by side would become one
        for note in found.notes:
            if note not in (*block.problems, *block.warnings):
                yield paragraph(self.line(note))

    def _source(self, text: str, mark: str) -> str:
        return paragraph(run(clean(text)) + mark, CODE)

    def _count(self, text: str) -> None:
        for letter in text[:2000]:
            if letter.isalpha():
                script = "LATIN" if letter < "\u0250" else unicodedata.name(letter, "").partition(" ")[0]
                self.letters[script] = self.letters.get(script, 0) + 1


def _side(text: str) -> str:
    """Of a text that runs from right to left, that it does."""
    first = next((kind for kind in map(unicodedata.bidirectional, text[:200]) if kind in ("L", "R", "AL")), "L")
    return "" if first == "L" else "<w:bidi/>"
