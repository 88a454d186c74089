"""One page read and one page annotated, compared as OmniDocBench (v1.5) does: text, formulas, tables and reading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...kinds.table.reading import parse, rows
from ...metrics.assignment import assign
from ...metrics.distance import distance
from ...metrics.edits import shares
from . import normal
from .annotation import FORMULA, IGNORED, TABLE, TEXTS, Block, blocks
from .matching import absorbed, match
from .split import Piece, split
from .split import rows as lines

MOST = 1000  # blocks of a reading that are matched
MOST_LETTERS = 20_000  # of a block


class Pair(NamedTuple):
    """What was read and what is true, both as compared; nothing read: empty."""

    read: str
    truth: str


@dataclass(frozen=True)
class Compared:
    """The pairs of a page. Of `formulas` there is the LaTeX as well, in `latex`; `order` is how wrong the order is, 0 to 1."""

    texts: Sequence[Pair]
    formulas: Sequence[Pair]
    latex: Sequence[Pair]
    tables: Sequence[Pair]
    order: float | None


class _Read(NamedTuple):
    kind: str  # "text", "display" or "inline"
    source: str
    normal: str
    place: float


def compare(reading: str, page: Mapping[str, Any]) -> Compared:
    """The reading, in Markdown, beside the annotation of its page. Never raises on what was written or annotated."""
    truths = blocks(page)
    pieces = split(reading)
    tables, spare = _tables([block.source for block in truths if block.kind == TABLE], pieces)
    reads = [*_reads([*(piece for piece in pieces if not piece.kind.endswith("table")), *spare])][:MOST]
    aside = absorbed([block.normal for block in truths if block.kind in IGNORED], [read.normal for read in reads])
    reads = [read for number, read in enumerate(reads) if number not in aside]
    truths = [block for block in truths if block.kind == FORMULA or block.kind in TEXTS]
    texts, moved, formulas, latex, found = [], [], [], [], []
    for match_ in match([block.normal for block in truths], [read.normal for read in reads]):
        here, there = [truths[number] for number in match_.truths], [reads[number] for number in match_.reads]
        kind = Counter(block.kind for block in here).most_common(1)[0][0]
        pair = Pair("".join(read.normal for read in there), "".join(block.normal for block in here))
        if kind != FORMULA:
            texts.append(pair)
            found.append((here, there))
        elif there and there[0].kind == "text":
            moved.append(Pair(pair.read, normal.printed(_joined(here))))
        else:
            formulas.append(pair)
            latex.append(Pair(_joined(there), _joined(here)))
    return Compared([*texts, *moved], formulas, latex, tables, _disorder(found))


def _reads(pieces: Sequence[Piece]) -> Sequence[_Read]:
    """The pieces as they are compared, formulas of one column line by line, without what has no letter."""
    found = []
    for piece in sorted(pieces, key=lambda piece: (piece.kind == "inline", piece.place)):
        if piece.kind == "text":
            found.append(_Read("text", piece.source, normal.text(piece.source)[:MOST_LETTERS], piece.place))
        else:
            found += [_Read(piece.kind, line, normal.formula(line)[:MOST_LETTERS], piece.place) for line in lines(piece.source)]
    return [read for read in found if read.normal]


def _tables(truths: Sequence[str], pieces: Sequence[Piece]) -> tuple[list[Pair], list[Piece]]:
    """Each true table with the one read that is most like it, and the cells of tables that are left over, as text.

    Of tables in HTML and in LaTeX those count of which there are more. Where no table is true, those read are passed over.
    """
    kinds = Counter(piece.kind for piece in pieces)
    form = "latex table" if kinds["latex table"] > kinds["html table"] else "html table"
    found = [piece for piece in pieces if piece.kind == form][:MOST]
    if not truths or not found:
        return [Pair("", truth) for truth in truths], []
    costs = shares([truth[:MOST_LETTERS] for truth in truths], [piece.source[:MOST_LETTERS] for piece in found])
    columns = dict(assign(costs))
    pairs = [Pair(found[columns[row]].source if row in columns else "", truth) for row, truth in enumerate(truths)]
    spare = [piece for number, piece in enumerate(found) if number not in columns.values()]
    cells = [(cell.text, piece.place) for piece in spare for row in rows(parse(piece.source)) for cell in row]
    return pairs, [Piece("text", text, place) for text, place in cells if text]


def _joined(parts: Sequence[Block | _Read]) -> str:
    """LaTeX of one or several formulas, these under one another."""
    if len(parts) < 2 or not all(part.kind in (FORMULA, "display", "inline") for part in parts):
        return " ".join(normal.inner(part.source) for part in parts)
    inside = r" \\ ".join(f"{{{normal.inner(part.source)}}}" for part in parts)
    return rf"\begin{{array}}{{l}} {inside} \end{{array}}"


def _disorder(found: Sequence[tuple[Sequence[Block], Sequence[_Read]]]) -> float | None:
    """Edits between the order in which the text blocks were read and the true one, over the longer; None without any."""
    true = sorted(block.order for blocks_, _ in found for block in blocks_ if block.order)
    seen = sorted((entry for entry in found if entry[1]), key=lambda entry: entry[1][0].place)
    read = [block.order for blocks_, _ in seen for block in blocks_ if block.order]
    return distance(read, true) / max(len(read), len(true)) if read or true else None
