"""How alike a written table and the truth are: tree edit distance, and cells that are equal in place and text."""

from __future__ import annotations

from collections import Counter

from .cell import Cell, place
from .reading import find, parse, rows

MOST_CELLS = 3000  # a table of more is like another only where both are equal


def teds(written: str, truth: str) -> float:
    """Tree-edit-distance similarity (Zhong et al. 2020) of the first tables; header marks and sections aside."""
    return _similarity(written, truth, structure=False)


def teds_structure(written: str, truth: str) -> float:
    """The same of the rows, cells and spans alone."""
    return _similarity(written, truth, structure=True)


def _similarity(written: str, truth: str, structure: bool) -> float:
    from ...metrics import tree

    one, other = ([[(cell.columns, cell.rows, cell.text) for cell in row] for row in _table(text)] for text in (written, truth))
    return tree.teds(one, other, structure)


def cells(written: str, truth: str) -> float:
    """F1 of the cells that are equal in row, column, spans and text; 1 where neither has any."""
    from ...metrics.text import normalise

    tables = [_table(text) for text in (written, truth)]
    if max(sum(map(len, table)) for table in tables) > MOST_CELLS:
        return float(tables[0] == tables[1])
    one, other = (
        Counter((row, column, cell.columns, cell.rows, normalise(cell.text)) for row, column, _, cell in place(table))
        for table in tables
    )
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _table(text: str) -> list[list[Cell]]:
    """The rows of the first table in a text; of none, no rows. Words around it do not count."""
    found = next(find(text), None)
    return rows(parse(text[found.start : found.end])) if found else []
