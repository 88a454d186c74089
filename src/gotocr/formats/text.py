"""Plain text: the words without any marks, a row of a table on a line with tabs; formulas, code, music and other drawings as their source.

What goes on behind a page's end stands on the page where it begins. Pages are parted by a form feed, as `pdftotext` does;
documents on one stream begin with `==> SOURCE <==`, as `head` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from ..kinds import KINDS
from ..kinds.flow import joined
from ..schema import Block, Leaf
from .format import Format, blocks_of

_SOURCES = ("text", "formula", "code", "music", "molecule", "geometry")  # whose own text says more than what is left of their HTML
_UNSAID = ("svg", "summary", "math")  # elements whose text is none to be read


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for number, leaf in enumerate(joined(leaves)):
        if number:
            yield b"\f"
        body = "\n\n".join(filter(None, map(_block, blocks_of(leaf))))
        if body:
            yield f"{body}\n".encode("utf-8", "replace")


def _block(block: Block) -> str:
    if block.kind in _SOURCES or block.kind not in KINDS:
        return block.text
    return _strip(KINDS[block.kind].html(block)) or block.text


def _strip(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "\n".join(line.rstrip() for line in "".join(reader.parts).strip("\n").split("\n"))


class _Words(HTMLParser):
    """HTML to text: rows on lines, cells between tabs (a cell as wide as n columns is followed by n)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._columns = 0
        self._unsaid = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSAID:
            self._unsaid += 1
            latex = dict(attrs).get("alttext")
            self.parts += [f"${latex}$"] if latex else []
        elif tag in ("td", "th"):
            self.parts.append("\t" * self._columns)
            span = dict(attrs).get("colspan") or "1"
            self._columns = int(span) if span.isascii() and span.isdigit() else 1
        elif tag in ("tr", "p", "div", "li", "br", "pre", "table"):
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSAID:
            self._unsaid = max(0, self._unsaid - 1)
        elif tag in ("tr", "p", "div", "li", "pre", "table"):
            self._line()

    def _line(self) -> None:
        self._columns = 0
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._unsaid:
            self.parts.append(data)


def title(source: str) -> bytes:
    return f"==> {source} <==\n".encode("utf-8", "replace")


FORMAT = Format("text", ".txt", "text/plain; charset=utf-8", parts, title)
