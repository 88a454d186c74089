"""Cells of a table stand where their words do."""

from __future__ import annotations

import re

import pytest

from gotocr.kinds.page import parse
from gotocr.kinds.table.places import cells
from gotocr.schema import Piece

TABLE = """<table><caption>All of it</caption><tr><th colspan="2">a b</th><th>R&amp;D</th></tr>
<tr><td rowspan="2">a</td><td></td><td>5</td></tr><tr><td>a<b>b</b> c</td><td>5</td></tr></table>"""
LATEX = "\\begin{tabular}{ll} a b & \\textbf{c} \\\\ & $x^2$ d \\\\ \\end{tabular}"
PIPES = "| a | b c |\n|---|---|\n| d |  |"


def block_of(source: str):
    """A table whose letters stand at as many pixels as letters come before them."""
    pieces = [Piece(1, part[0], 1.0, (part.start(), 10, part.end(), 20)) for part in re.finditer(r"&amp;|[\s\S]", source)]
    (block,) = parse(pieces, (5000, 50))
    return block


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (TABLE, [(0, 0, "a b"), (0, 2, "R&amp;D"), (1, 0, "a"), (1, 1, ""), (1, 2, "5"), (2, 1, "a<b>b</b> c"), (2, 2, "5")]),
        (LATEX, [(0, 0, "a b"), (0, 1, "c"), (1, 0, ""), (1, 1, "$x^2$ d")]),
        (PIPES, [(0, 0, "a"), (0, 1, "b c"), (1, 0, "d"), (1, 1, "")]),
    ],
)
def test_each_cell_has_the_box_of_its_words(source, wanted):
    block, at = block_of(source), source.index("</caption>") if "</caption>" in source else source.find("}{ll}") + 5
    if source == PIPES:
        at = 0
    found = cells(block)
    assert [(one.at.row, one.at.column) for one in found] == [(row, column) for row, column, _ in wanted]
    for one, (_, _, said) in zip(found, wanted, strict=True):
        if not said:
            assert one.box is None
            continue
        start = re.compile(rf"(?<![\w]){re.escape(said)}(?!\w)").search(source, at).start()
        at = start + len(said)
        assert one.box == (start, 10, at, 20), one


def test_words_without_boxes_and_tables_without_words_have_none():
    (block,) = parse(TABLE, (10, 10))
    assert {one.box for one in cells(block)} == {None}


def test_words_that_do_not_fit_lose_no_other_cell():
    block = block_of("<table><tr><td>a</td><td>b</td></tr></table>")
    odd = type(block)(block.kind, block.text.replace("a", "zz"), words=block.words, data=block.data)
    first, second = cells(odd)
    assert first.box is None and second.box == block.words[1].box
