"""Cells on a grid: what pandas makes of the same HTML, and tables that no program could lay out."""

from __future__ import annotations

import io
import random
import time

import pytest

from gotocr.formats.grid import MOST_AREA, Grid, grid
from gotocr.kinds import KINDS
from gotocr.schema import Block


def table(html: str) -> Grid:
    return grid(KINDS["table"].parse(html))


def no_cell_on_another(found: Grid) -> bool:
    taken = set()
    for at in found.cells:
        places = {(at.row + down, at.column + right) for down in range(at.cell.rows) for right in range(at.cell.columns)}
        if places & taken or at.row + at.cell.rows > found.height or at.column + at.cell.columns > found.width:
            return False
        taken |= places
    return True


def test_spans_and_heads():
    found = table(
        "<table><tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><th>c</th><th>d</th></tr>"
        "<tr><td>1</td><td rowspan=9>2</td><td>3</td></tr><tr><td>4</td></tr></table>"
    )
    assert found.texts() == [["A", "B", ""], ["", "c", "d"], ["1", "2", "3"], ["4", "", ""]]
    assert (found.heads, found.height, found.width) == (2, 4, 3) and no_cell_on_another(found)


@pytest.mark.parametrize("seed", range(40))
def test_places_are_those_of_pandas(seed):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("lxml")
    rng = random.Random(seed)
    rows = []
    for row in range(rng.randint(2, 6)):
        cells = []
        for column in range(rng.randint(1, 4)):
            spans = "".join(f" {name}={rng.randint(2, 3)}" for name in ("rowspan", "colspan") if rng.random() < 0.2)
            cells.append(f"<td{spans}>r{row}c{column}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    html = f"<table>{''.join(rows)}</table>"
    found = table(html)
    assert no_cell_on_another(found)
    if any("is" in problem and "wide" in problem for problem in KINDS["table"].parse(html).problems):
        return  # cells that overlap: pandas would move them out of the way
    theirs = pandas.read_html(io.StringIO(html), header=None)[0].fillna("").values.tolist()
    for at in found.cells:
        assert theirs[at.row][at.column] == at.cell.text


def test_a_broken_table_and_a_text_are_cells_too():
    assert table("<table><tr><td>never").texts() == [["never"]]
    assert grid(Block("table", "no table\nat all")).texts() == [["no table"], ["at all"]]
    assert grid(Block("chart", "what?")).texts() == [["what?"]]
    assert "never closed" in table("<table><tr><td>never").notes[0]


def test_the_head_of_a_printed_latex_table():
    found = grid(KINDS["table"].parse(r"\begin{tabular}{lr}\toprule A & B \\ \midrule x & 1 \\ y & 2 \\ \bottomrule\end{tabular}"))
    assert found.heads == 1 and found.texts() == [["A", "B"], ["x", "1"], ["y", "2"]]


def test_a_chart_is_a_matrix_of_categories():
    chart = '{"type": "bar", "title": "T", "x": "Q", "unit": "%", "series": {"N": {"a": 1, "b": 2.5}, "S": {"b": -3}}, "note": "n"}'
    found = grid(KINDS["chart"].parse(chart))
    assert found.texts() == [["Q", "N (%)", "S (%)"], ["a", "1", ""], ["b", "2.5", "-3"]]
    assert (found.title, found.notes, found.heads) == ("T", ("n",), 1)


def test_points_are_rows():
    found = grid(KINDS["chart"].parse('{"type": "scatter", "x": "t", "series": {"A": [[1, 2], [3, 4.5]]}}'))
    assert found.texts() == [["series", "t", "y"], ["A", "1", "2"], ["A", "3", "4.5"]]


def test_a_chart_with_far_too_many_series_is_long():
    series = {f"s{one}": {f"c{one}-{two}": 1.0 for two in range(2)} for one in range(1500)}
    assert len(series) * 3000 > MOST_AREA
    found = grid(Block("chart", "", data={"series": series}))
    assert (found.width, found.height) == (3, 3001)


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr>" + "<td rowspan=65534>1</td>" * 1000 + "</tr>" + "<tr></tr>" * 10_000 + "</table>",
        "<table>" + ("<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 20 + "</tr>") * 200 + "</table>",
        "<table>" + "<tr><td rowspan=60000>1</td></tr>" * 1300 + "</table>",
        "<table><tr><td>" * 5_000,
        "<table><tr>" + "<td>1</td>" * 20_000 + "</tr>" + "<tr><td>1</td></tr>" * 150 + "</table>",
    ],
)
def test_no_table_takes_long(html):
    block = Block("table", html, data={"form": "html"})
    start = time.process_time()
    found = grid(block)
    assert sum(map(len, found.texts())) < 4 * MOST_AREA
    assert time.process_time() - start < 8
