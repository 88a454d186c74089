"""Pipe tables are found where GitHub finds them, and their cells are what a foreign parser of Markdown sees."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from gotocr.kinds.page import parse
from gotocr.kinds.table import KIND, rows
from gotocr.kinds.table.reading import aligned

SOURCE = """\
| Name | **n** | `a \\| b` |
|:-----|:--:|----:|
| x \\| y | 1 | *z* |
| $a_1$ | [link](http://x) | &lt;b&gt; & c<br>d |
| short |
| too | long | row | cut |"""


class Cells(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "br":
            self.rows[-1][-1] += " "

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_cells_are_those_of_another_parser():
    markdown_it = pytest.importorskip("markdown_it")
    theirs = Cells(markdown_it.MarkdownIt("commonmark").enable("table").render(SOURCE)).rows
    assert [[cell.text for cell in row] for row in rows(KIND.parse(SOURCE))] == [[" ".join(cell.split()) for cell in row] for row in theirs]


def test_a_pipe_table_is_found_between_other_text():
    blocks = parse(f"Some text.\n{SOURCE.replace(' | cut |', ' |')}\n\nAfter | it.", (10, 10))
    whole = SOURCE.replace(" | cut |", " |")
    assert [(block.kind, block.text) for block in blocks] == [("text", "Some text."), ("table", whole), ("text", "After | it.")]
    assert blocks[1].data == {"form": "pipes"} and not blocks[1].problems
    assert [cell.head for cell in rows(blocks[1])[0]] == [True] * 3 and not rows(blocks[1])[1][0].head
    assert aligned(blocks[1]) == ("left", "center", "right")


def test_cells_that_the_head_has_none_for_are_kept():
    block = KIND.parse(SOURCE)
    assert block.problems == ("a row has 1 cells more than the head",) and "cut" not in str(rows(block)), "as GitHub does"
    mended = KIND.mend(block)
    assert mended.warnings == ("the head was filled up with 1 empty cell",) and not mended.problems
    assert rows(mended)[-1][-1].text == "cut" and {len(row) for row in rows(mended)} == {4}


def test_words_are_without_bars_and_marks():
    assert [word for _, word in KIND.words("a|**b c**\n-|-\n1|2 `x`")] == ["a", "b", "c", "1", "2", "x"]


def test_a_head_of_blanks_is_no_head():
    assert [[cell.text for cell in row] for row in rows(KIND.parse("| | |\n|-|-|\n| a | b |"))] == [["a", "b"]]


@pytest.mark.parametrize(
    "text",
    ["a | b\nc | d", "a | b\n---\nc", "a\n- | -\n", "| a | b |\n|---|\n| c | d |", "x\n\n|---|---|\n| a | b |", "---|---", "# a | b\n-|-", "| a\n|-"],
)
def test_what_has_no_row_of_dashes_of_its_width_is_no_table(text):
    assert all(block.kind == "text" for block in parse(text, (10, 10)))


@pytest.mark.parametrize("hostile", ["a|b\n-|-\n" * 6_000, "|a" * 20_000 + "\n" + "|-" * 20_000 + "\n|x\n" * 500, "-|" * 100_000])
def test_hostile_pipes_are_read_soon(hostile):
    start = time.process_time()
    parse(hostile, (10, 10))
    assert time.process_time() - start < 6
