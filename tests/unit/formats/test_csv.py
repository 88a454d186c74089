"""CSV as pandas and Python's own reader see it, and formulas that no spreadsheet may run."""

from __future__ import annotations

import csv
import io

import pytest

from gotocr.formats.csv import FORMAT, defused
from gotocr.formats.grid import grid
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf

TABLE = KINDS["table"].parse(
    '<table><tr><th>Name</th><th colspan="2">Wide, "quoted"</th></tr><tr><td>\u4e2d\u6587</td><td>-3.5</td><td>007</td></tr>'
    "<tr><td></td><td>NA</td><td>x</td></tr></table>"
)
OTHER = KINDS["table"].parse("<table><tr><td>1</td></tr></table>")
CHART = KINDS["chart"].parse('{"type": "line", "x": "Year", "series": {"A": {"2019": 1, "2020": 2.5}}}')


def written(*blocks: Block) -> bytes:
    return FORMAT.write(Document("x", (Leaf(0, 10, 10, "", blocks),)))


def test_pandas_reads_equal_cells():
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(written(TABLE)), header=None, dtype=str, keep_default_na=False)
    assert frame.values.tolist() == grid(TABLE).texts()
    numbers = pandas.read_csv(io.BytesIO(written(CHART)))
    assert numbers.to_dict("list") == {"Year": [2019, 2020], "A": [1.0, 2.5]}


def test_tables_of_a_stream_are_parted_by_an_empty_line():
    first, second = written(TABLE, Block("text", "no table"), CHART).split(b"\r\n\r\n")
    assert first + b"\r\n" == written(TABLE) and second == written(CHART)


def test_no_row_is_an_empty_line():
    empty = KINDS["table"].parse("<table><tr><td>a</td></tr><tr><td></td></tr><tr><td>b</td></tr></table>")
    assert list(csv.reader(io.StringIO(written(empty).decode(), newline=""))) == [["a"], [""], ["b"]]
    assert b"\r\n\r\n" not in written(empty)


def test_a_file_for_each_table_and_chart():
    pages = (Leaf(0, 10, 10, "", (TABLE, CHART, TABLE)), Leaf(1, 10, 10, "", (OTHER,)))
    files = dict(FORMAT.files(pages, "x", "nano"))
    assert list(files) == ["page-0001-table-1.csv", "page-0001-chart-1.csv", "page-0001-table-2.csv", "page-0002-table-1.csv"]
    assert files["page-0001-chart-1.csv"] == written(CHART)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", '=HYPERLINK("x")', " =1", "-x", "\uff1d1", "%x", "|x"])
def test_formulas_are_defused(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3.5", "-3,500.25", "+5", "-", "--", "-12 %", "12", "a=b", "x-1", "", "-1e5", "\u22123"])
def test_numbers_and_dashes_stay(text):
    assert defused(text) == text


def test_no_mark_of_byte_order_and_crlf():
    data = written(TABLE)
    assert not data.startswith(b"\xef\xbb\xbf") and data.count(b"\n") == data.count(b"\r\n") == 3


def test_a_table_over_two_pages_is_one():
    halves = []
    for first in (0, 3):
        rows = "".join(f"<tr><td>{number}</td><td>b</td></tr>" for number in range(first, first + 3))
        halves.append(KINDS["table"].parse(f"<table><tr><th>A</th><th>B</th></tr>{rows}</table>"))
    pages = [Leaf(number, 10, 10, "", (half,)) for number, half in enumerate(halves)]
    ((name, data),) = FORMAT.files(pages, "x", "nano")
    assert name == "page-0001-table-1.csv" and data.count(b"\r\n") == 7
