"""Tables are read from HTML and LaTeX, their grid is checked, and scores are 1 for the truth and fall with damage."""

from __future__ import annotations

import time

import pytest

from gotocr.kinds.table import KIND, Cell, rows
from gotocr.kinds.table.cell import place, widths

HTML = (
    '<table><tr><td rowspan="2">Method</td><td colspan="2">Small &amp; large</td></tr><tr><td>P</td><td>R</td></tr>'
    "<tr><td>Ours</td><td>80.1</td><td>74.9</td></tr></table>"
)
LATEX = r"""\begin{tabular}{lcc}
\toprule
\multirow{2}{*}{Method} & \multicolumn{2}{c}{Small \& large} \\ \cmidrule(lr){2-3}
 & P & R \\
\midrule
\textbf{Ours} & 80.1 & $74.9$ \\
\bottomrule
\end{tabular}"""


def test_html_and_latex_say_the_same():
    from_html, from_latex = rows(KIND.parse(HTML)), rows(KIND.parse(LATEX))
    assert from_html[0] == [Cell("Method", 1, 2), Cell("Small & large", 2)]
    assert from_latex[:2] == [[cell._replace(head=True) for cell in row] for row in from_html[:2]]
    assert from_latex[2] == [Cell("Ours"), Cell("80.1"), Cell("$74.9$")]
    assert not KIND.parse(LATEX).problems


def test_cells_stand_where_a_browser_puts_them():
    table = [[Cell("a", 1, 2), Cell("b", 2)], [Cell("c", 1, 3), Cell("d")], [Cell("e"), Cell("f")]]
    assert [(at.row, at.column, at.cell.text) for at in place(table)] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 1, "c"),
        (1, 2, "d"),
        (2, 0, "e"),
        (2, 2, "f"),
    ]
    assert widths(table) == [3, 3, 3]


@pytest.mark.parametrize(
    "source, problem",
    [
        ("<table><tr><td>a", "never closed"),
        ("<table></table>", "no cells"),
        ('<table><tr><td colspan="3">a</td></tr><tr><td>b</td></tr></table>', "row 2 is 1 columns wide"),
    ],
)
def test_what_is_no_grid_is_said(source, problem):
    (found,) = KIND.parse(source).problems
    assert problem in found


@pytest.mark.parametrize("name", KIND.scores)
def test_scores_are_one_for_the_truth_and_fall(name):
    score = KIND.scores[name]
    assert score(HTML, HTML) == 1.0
    marked = HTML.replace("<table>", "Some words <table><thead>").replace("<td>P</td>", "<th>P</th>")
    assert score(marked, HTML) == 1.0, "head marks and words around do not count"
    assert score(LATEX.replace("$", ""), HTML) == 1.0
    assert 0.3 < score(HTML.replace("<td>R</td>", ""), HTML) < 1.0
    assert score("", HTML) == score("no table", HTML) == 0.0
    assert score(HTML.replace(' colspan="2"', "") + "<table>", HTML) < 1.0


def test_texts_count_in_teds_but_not_in_its_structure():
    other = HTML.replace("80.1", "30.1")
    assert KIND.scores["teds_structure"](other, HTML) == 1.0
    assert KIND.scores["cells"](other, HTML) == pytest.approx(6 / 7)
    assert KIND.scores["teds"](other, HTML) == pytest.approx(1 - 0.25 / 10)


@pytest.mark.parametrize(
    "rubbish",
    [
        "<table>" * 3000,
        "<table>" + "<tr><td rowspan=65534 colspan=1000>" * 4000,
        "\\begin{tabular}" * 4000,
        "\\begin{tabular}{" + "\\\\[" * 20000,
        "\\begin{tabular}{l}" + "\\multirow{9}{" * 4000,
        "<table>" + "<" * 50000,
        "<td>\0\x02$$</td>" * 100,
    ],
    ids=range(7),
)
def test_rubbish_is_scored_and_shown_soon(rubbish):
    start = time.process_time()
    block = KIND.parse(rubbish)
    KIND.html(block), KIND.check(block), list(KIND.words(rubbish))
    assert all(0 <= score(rubbish, HTML) <= 1 for score in KIND.scores.values())
    assert time.process_time() - start < 5
