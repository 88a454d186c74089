"""How alike a written table and the truth are: tree edit distance, grid similarity, and cells equal in place and text."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from .cell import Cell, place
from .reading import find, parse, rows

if TYPE_CHECKING:
    from ...metrics.grits import GridCell

MOST_CELLS = 3000  # a table of more is like another only where both are equal
KEPT = 16  # tables that are kept, as each is looked at by every score


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
    if not _can_be_placed(written, truth):
        return float(_table(written) == _table(truth))
    one, other = (Counter(_grid(text)) for text in (written, truth))
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def grits_topology(written: str, truth: str) -> float:
    """GriTS-Top (Smock et al. 2022) of the first tables: are cells and spans where they should be on the grid?"""
    return _grits("topology", written, truth)


def grits_content(written: str, truth: str) -> float:
    """GriTS-Con of the first tables: do the places of the grid hold the right texts?"""
    return _grits("content", written, truth)


def _grits(name: str, written: str, truth: str) -> float:
    from ...metrics import grits

    if not _can_be_placed(written, truth):
        return float(_table(written) == _table(truth))
    return getattr(grits, name)(_grid(written), _grid(truth)).f1


def _can_be_placed(*texts: str) -> bool:
    return max(sum(map(len, _table(text))) for text in texts) <= MOST_CELLS


@lru_cache(maxsize=KEPT)
def _grid(text: str) -> tuple[GridCell, ...]:
    """The cells of the first table on its grid, none reaching below its last row; texts normalised."""
    from ...metrics.grits import GridCell
    from ...metrics.text import normalise

    table = _table(text)
    return tuple(
        GridCell(row, column, min(cell.rows, len(table) - row), cell.columns, normalise(cell.text))
        for row, column, _, cell in place(table)
    )


@lru_cache(maxsize=KEPT)
def _table(text: str) -> tuple[tuple[Cell, ...], ...]:
    """The rows of the first table in a text; of none, no rows. Words around it, and marks of heads, do not count."""
    found = next(find(text), None)
    table = rows(parse(text[found.start : found.end])) if found else []
    return tuple(tuple(cell._replace(head=False) for cell in row) for row in table)
