"""Tables as LaTeX: every row has as many columns as the table, spans counted."""

from __future__ import annotations

import re

from gotocr.formats.grid import grid
from gotocr.formats.latex import FORMAT, line
from gotocr.formats.latex.figure import figure
from gotocr.formats.latex.table import table
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf

SPANS = (
    "<table><tr><th rowspan=2>A</th><th colspan=2>B &amp; \\input</th></tr><tr><th>c</th><th>d</th></tr>"
    "<tr><td>1</td><td rowspan=2 colspan=2>[x]</td></tr><tr><td>*2</td></tr></table>"
)


def lines(html: str) -> list[str]:
    return list(table(grid(KINDS["table"].parse(html)), line))


def written(*blocks: Block) -> str:
    return FORMAT.write(Document("x", (Leaf(0, 10, 10, "", blocks),))).decode()


def columns(row: str) -> int:
    wide = [int(count) for count in re.findall(r"\\multicolumn\{(\d+)\}", row)]
    return len(re.split(r"(?<!\\)&", row)) + sum(wide) - len(wide)


def test_every_row_is_as_wide():
    rows = [row for row in lines(SPANS) if row.endswith(r"\\")]
    assert [columns(row) for row in rows] == [3, 3, 3, 3]
    assert rows[0].startswith(r"\multirow{2}{*}{\textbf{A}} & \multicolumn{2}{c}{\textbf{B \& \textbackslash{}input}}")
    assert rows[3].startswith("{}*2 & \\multicolumn{2}")


def test_heads_and_numbers():
    found = lines("<table><tr><th>a</th><th>b</th></tr><tr><td>x</td><td>1.5</td></tr></table>")
    assert "{lr}" in found[1] and found.index(r"\midrule") == 4


def test_long_tables_run_over_pages_and_wide_ones_are_lines():
    long = "".join(f"<tr><td>{number}</td></tr>" for number in range(50))
    assert r"\begin{longtable}" in "\n".join(lines(f"<table>{long}</table>"))
    wide = KINDS["table"].parse("<table><tr>" + "<td>x</td>" * 40 + "</tr></table>")
    assert "tabular" not in written(wide).partition(r"\begin{document}")[2] and r"x\ \textbar{}\ x" in written(wide)


def test_code_cannot_break_out():
    text = written(Block("code", "a\n\\end{verbatim}\\input{x}"), Block("music", "\\end{verbatim}"), Block("code", "fine"))
    assert text.count(r"\end{verbatim}") == 1 and r"\textbackslash{}end\{verbatim\}\textbackslash{}input\{x\}" in text


def test_a_figure_is_written_anew():
    drawn = figure("\\draw (0,0)   -- (4,0) -- cycle;\n\\node at (0,0) {$A_1$};\n\\node at (1,1) {\\input{x}};", line)
    assert "\\draw (0,0) -- (4,0) -- cycle;" in drawn and r"{\(A_1\)}" in drawn and r"\input" not in drawn
    for refused in ("\\draw (0,0) to[out=9] (1,1);", "\\input{x}", "\\draw (0,0) grid[step=0] (5,5);", "\\draw (0,0) -- (999,0);", ""):
        assert figure(refused, line) is None


def test_a_page_that_failed_is_told():
    leaf = Leaf(4, 10, 10, "", (), error="50% \\broken")
    assert r"\emph{Page 5 could not be read: 50\% \textbackslash{}broken}" in FORMAT.write(Document("x", (leaf,))).decode()


def test_remarks_of_problems_cannot_become_text():
    text = written(Block("text", "x", problems=("a\n\\input{x}",)))
    assert "% problem: a \\input{x}\n" in text
