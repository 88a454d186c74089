"""Tables as olmOCR-bench finds them: lines with bars, HTML with spans and headings, and rubbish."""

from __future__ import annotations

import time

import pytest

from gotocr.evaluate.suites.olmocr_tables import grids


def seen(reading, **options):
    """Each table as its rows of texts laid out; headings have a star."""
    return [
        [[grid.cells[at].text + "*" * grid.cells[at].head if at >= 0 else None for at in row] for row in grid.places]
        for grid in grids(reading, **options)
    ]


def test_lines_with_bars():
    assert seen("text\n| a | b |\n|---|:-:|\n| 1 |  |\nmore") == [[["a*", "b*"], ["1*", ""]]]
    assert seen("a | b\n1 | 2") == [[["a*", "b*"], ["1*", "2"]]]
    assert seen("| one row |") == seen("no tables") == seen("|\n|") == []
    assert seen("|a|b|\n|c|d|", lines=False) == []
    assert seen("|a|b|\n|c|\n\n|e|f|\n|g|h|") == [[["a*", "b*"], ["c*", None]], [["e*", "f*"], ["g*", "h"]]]


def test_html_with_spans():
    head = "<thead><tr><td colspan=2>A<br>B</td></tr></thead>"
    html = f"<table>{head}<tr><th rowspan='2'>c</th><td>d &lt; 1</td></tr><tr><td>e</table>"
    assert seen(html) == [[["A\nB*", "A\nB*"], ["c*", "d < 1"], ["c*", "e"]]]
    cells = grids(html)[0].cells
    assert cells[0][2:] == (0, 0, 1, 2) and cells[1][2:] == (1, 0, 3, 1)


def test_a_span_ends_with_the_table():
    assert seen("<table><tr><td rowspan=0>a<td>b<tr><td>c<tr><td rowspan=9>d</table>") == [[["a", "b"], ["a", "c"], ["a", "d"]]]


def test_tables_within_cells_are_tables_too():
    inner = "<table><tr><td>x</td></tr></table>"
    assert seen(f"<table><tr><td>a{inner}</td><td>b</td></tr></table>") == [[["ax", "b"]], [["x"]]]


@pytest.mark.parametrize(
    "rubbish",
    [
        "<table><tr><td>" * 1500,
        "<td colspan=1000>" * 1000,
        "<table>" + "<tr><td colspan=1000 rowspan=60000>x" * 600,
        "|a|b\n" * 4000,
        "|" * 20_000,
        "<table><tr>" + "<td>" * 5000 + "</table>" * 3000,
        "\x00<table \x01<td>>",
    ],
)
def test_rubbish_ends_soon(rubbish):
    start = time.process_time()
    assert all(len(grid.places) * len(grid.places[0]) <= 200_000 for grid in grids(rubbish))
    assert time.process_time() - start < 2.0
