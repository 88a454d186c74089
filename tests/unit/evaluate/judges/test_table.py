"""Tables in any writing are judged alike; what is missing costs, and rubbish raises nothing."""

from __future__ import annotations

import pytest

from gotocr.evaluate.judges.table import MEASURES, judge

TRUTH = "<table><tr><td>plant</td><td>height</td></tr><tr><td>bean</td><td>12 &amp; 5</td></tr></table>"
SPANS = '<table><tr><td rowspan="2">a</td><td colspan="2">b</td></tr><tr><td>c</td><td>d</td></tr></table>'
WRITINGS = {
    "html": TRUTH,
    "sections and marks": TRUTH.replace("<tr><td>plant", "<thead><tr><th>plant").replace("bean", "<b>bean</b>"),
    "words around": f"# The beans\n\nAs seen in\n\n{TRUTH}\n\nmuch grew.",
    "fence": f"```html\n{TRUTH}\n```",
    "tabular": r"\begin{tabular}{l|l} \hline plant & height \\ bean & 12 \& 5 \\ \hline \end{tabular}",
    "pipes": "| plant | height |\n|---|---:|\n| bean | 12 & 5 |\n",
    "never closed": TRUTH.removesuffix("</td></tr></table>"),
}


@pytest.mark.parametrize("name", WRITINGS)
def test_any_writing_of_the_truth_is_perfect(name):
    assert judge(WRITINGS[name], TRUTH) == dict.fromkeys(MEASURES, 1.0)


def test_spans_of_a_tabular_are_those_of_html():
    tabular = r"\begin{tabular}{ccc}\multirow{2}{*}{a}&\multicolumn{2}{c}{b}\\ &c&d\\\end{tabular}"
    assert judge(tabular, SPANS) == dict.fromkeys(MEASURES, 1.0)
    pipes = judge("| a | b | b |\n|---|---|---|\n|  | c | d |\n", SPANS)
    assert all(0 < score < 1 for score in pipes.values()), "Markdown has no spans"


def test_what_is_wrong_costs_where_it_is_wrong():
    read = judge(TRUTH.replace("bean", "been"), TRUTH)
    assert read["teds_structure"] == read["grits_topology"] == 1.0
    assert read["cells"] == 3 / 4 and read["teds"] == pytest.approx(1 - 0.25 / 6)
    assert read["grits_content"] == pytest.approx(3.75 / 4)


def test_the_longest_table_counts():
    assert judge(f"<table><tr><td>x</td></tr></table>\n\n{TRUTH}", TRUTH)["teds"] == 1.0


RUBBISH = ["", "no table", "<table>", "<table><tr>", "| a\n|-", r"\begin{tabular}", "<td>" * 2000, "\0", "<table>" * 999]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_is_nearly_nothing(rubbish):
    scores = judge(rubbish, TRUTH)
    assert list(scores) == list(MEASURES) and all(0.0 <= score <= 0.3 for score in scores.values())
