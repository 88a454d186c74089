"""Cells of a table that is written do not stand on each other; rows without anything end it."""

from __future__ import annotations

from gotocr.engines.nano_table import EMPTY_ROWS, Cells

NOWHERE = (0.0, 0.0, 1.0, 1.0)


def written(*tokens: str) -> Cells:
    cells = Cells()
    for token in tokens:
        cells.push(token, NOWHERE)
    return cells


def test_a_cell_covers_its_middle() -> None:
    cells = Cells()
    cells.push("<td>", (10, 10, 50, 30))
    assert cells.covers((20, 12, 40, 28)) and cells.covers((0, 0, 60, 40))
    assert not cells.covers((52, 10, 92, 30)), "its neighbour"
    assert not cells.covers((10, 32, 50, 52)), "the one below"
    assert not cells.covers((44, 10, 52, 30)), "what touches its edge"
    cells.push("<table>", NOWHERE)
    assert not cells.covers((20, 12, 40, 28)), "another table"


def test_rows_without_a_letter_end_a_table() -> None:
    empty = ["<tr>", "<td>", "</td>", "<td", ' colspan="2">', "</td></tr>"]
    full = ["<tr>", "<td>", "7", "</td></tr>"]
    assert not written("<table>", *full, *empty * (EMPTY_ROWS - 1)).run_dry
    assert written("<table>", *full, *empty * EMPTY_ROWS).run_dry
    assert not written("<table>", *empty * (EMPTY_ROWS - 1), *full, *empty * (EMPTY_ROWS - 1)).run_dry
    assert written("<table>", *["<tr>", "<td>", "</td>", "</tr", ">"] * EMPTY_ROWS).run_dry, "in any tokens"
    assert not written("<table>", *empty * EMPTY_ROWS, "<table>").run_dry
