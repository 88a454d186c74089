"""CSV: each table and chart as a file of its own; on one stream they stand one behind the other, an empty line between.

RFC 4180: commas, quotes where needed, CRLF. UTF-8 without a byte order mark, which most programs would take for a part of
the first name; for spreadsheets there is `xlsx`. A cell over several places has its text in the first, the others are
empty. Of a chart there is a row a category and a column a series; points are rows of series, x and y. A text that a
spreadsheet would run as a formula gets a `'` in front (OWASP); numbers stay as they were printed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from ..kinds.flow import joined
from ..schema import Block, Leaf
from .format import Format, blocks_of, named
from .grid import KINDS_WITH_CELLS, grid

_FORMULA = re.compile(r"\s*[=+\-@\t\r|%\uff1d\uff0b\uff0d\uff20]")  # the full-width ones are taken for theirs by some
_PLAIN = re.compile(r"[-+]?[\d.,]*\d[\d.,]*(?: ?%)?(?:[eE][-+]?\d+)?|[-+\s]*|%", re.ASCII)  # a number, or a dash for none


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    begun = False
    for leaf in joined(leaves):
        for block in blocks_of(leaf):
            if block.kind in KINDS_WITH_CELLS:
                yield b"\r\n" * begun + _table(block)
                begun = True


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in joined(leaves):
        for name, block in named(leaf, *KINDS_WITH_CELLS):
            yield f"{name}{FORMAT.suffix}", _table(block)


def _table(block: Block) -> bytes:
    out = io.StringIO(newline="")
    pen = csv.writer(out)
    for row in grid(block).texts():
        pen.writerow([defused(text) for text in row])
    return out.getvalue().encode("utf-8", "replace")


def defused(text: str) -> str:
    """`text`, so that no spreadsheet takes it for a formula; it would run what a page says."""
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN.fullmatch(text) else text


FORMAT = Format("csv", ".csv", "text/csv; charset=utf-8", parts, files=files, drops="all but table, chart")
