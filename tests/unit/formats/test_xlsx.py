"""Workbooks as openpyxl and pandas read them: numbers, texts that look like formulas, merged cells, names of sheets."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf

openpyxl = pytest.importorskip("openpyxl")

from gotocr.formats.xlsx import FORMAT, _name  # noqa: E402

TABLE = KINDS["table"].parse(
    '<table><tr><th rowspan="2">Name</th><th colspan="2">Values</th></tr><tr><th>a</th><th>b</th></tr>'
    "<tr><td>007</td><td>1,234.5</td><td>12 %</td></tr><tr><td>=1+1</td><td>-3</td><td>2024-01-02</td></tr>"
    "<tr><td>@x</td><td>1234567890123</td><td>#N/A</td></tr></table>"
)
OTHER = KINDS["table"].parse("<table><tr><td>1</td></tr></table>")
CHART = KINDS["chart"].parse('{"type": "bar", "title": "=T", "series": {"N": {"a": 1, "b": 2.5}}, "note": "n"}')


def book(*leaves: Leaf):
    return openpyxl.load_workbook(io.BytesIO(FORMAT.write(Document("a/b=c.pdf", leaves))))


def sheet(*blocks: Block):
    return book(Leaf(2, 10, 10, "", blocks)).worksheets[0]


def test_numbers_are_numbers_and_texts_texts():
    found = sheet(TABLE)
    values = [[cell.value for cell in row] for row in found.iter_rows(min_row=3)]
    assert values == [["007", 1234.5, 0.12], ["=1+1", -3, "2024-01-02"], ["@x", "1234567890123", "#N/A"]]
    assert [found[place].number_format for place in ("B3", "C3", "B4")] == ["#,##0.0", "0%", "0"]
    assert {found[place].data_type for place in ("A3", "A4", "A5", "C4", "C5")} == {"s"}
    assert found["A4"].quotePrefix and found["A5"].quotePrefix


def test_nothing_is_a_formula():
    import zipfile

    data = FORMAT.write(Document("x", (Leaf(0, 1, 1, "", (TABLE, CHART)),)))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [package.read(name) for name in package.namelist() if "worksheets/" in name]
    assert len(sheets) == 2 and not any(b"<f" in text.replace(b"<family", b"") for text in sheets)


def test_heads_and_spans():
    found = sheet(TABLE)
    assert sorted(map(str, found.merged_cells.ranges)) == ["A1:A2", "B1:C1"]
    assert found.freeze_panes == "A3" and found["A1"].font.bold and found["C2"].font.bold and not found["B3"].font.bold


def test_pandas_reads_a_chart():
    pandas = pytest.importorskip("pandas")
    data = FORMAT.write(Document("x", (Leaf(0, 10, 10, "", (CHART,)),)))
    frame = pandas.read_excel(io.BytesIO(data), sheet_name="p1 chart 1", nrows=2)
    assert frame["N"].tolist() == [1.0, 2.5]
    assert [row[0].value for row in sheet(CHART).iter_rows(min_row=4)] == [None, "=T", "n"]


def test_names_of_sheets():
    found = book(Leaf(2, 1, 1, "", (TABLE, CHART, TABLE)), Leaf(2, 1, 1, "", (OTHER,)), Leaf(9, 1, 1, "", (), error="broken"))
    assert found.sheetnames == ["p3 table 1", "p3 chart 1", "p3 table 2", "p3 table 1 (2)", "notes"]
    assert "page 10 could not be read: broken" in found["notes"]["A1"].value
    names: set[str] = set()
    assert all(len(_name("x" * 40, names)) <= 31 for _ in range(12)) and len(names) == 12


def test_a_document_without_tables_says_so():
    found = book(Leaf(0, 10, 10, "text", (Block("text", "text"),)))
    assert found.sheetnames == ["no tables"] and "a/b=c.pdf" in found.active["A1"].value


def test_what_is_wrong_stands_below():
    assert "never closed" in str(sheet(KINDS["table"].parse("<table><tr><td>x"))["A3"].value)


def test_what_a_cell_cannot_hold():
    cells = "".join(f"<td>{text}</td>" for text in ("\x0b\x1f\ufffea", "x" * 40_000))
    found = sheet(Block("table", f"<table><tr>{cells}</tr></table>"))
    assert found["A1"].value == "a" and len(found["B1"].value) == 32_767


def test_many_tables_do_not_run_out_of_files():
    resource = pytest.importorskip("resource")
    blocks = (KINDS["table"].parse("<table><tr><td>1</td></tr></table>"),) * 150
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + 60, usual[1]))
    try:
        assert len(book(Leaf(0, 1, 1, "", blocks)).sheetnames) == 150
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def test_another_process_writes_the_same_bytes():
    code = (
        "import hashlib; from tests.unit.formats.test_xlsx import *;"
        "print(hashlib.sha256(FORMAT.write(Document('x', (Leaf(0, 1, 1, '', (TABLE, CHART)),)))).hexdigest())"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout for _ in range(2)
    )
    assert first == second and len(first) == 65
