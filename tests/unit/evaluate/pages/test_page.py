"""A page read and a page annotated: the figures of OmniDocBench's own program (v1.5), and nothing that falls over."""

from __future__ import annotations

import random

import pytest

from gotocr.evaluate.pages.annotation import blocks, markdown, slim
from gotocr.evaluate.pages.page import compare
from gotocr.kinds.table.scoring import teds
from gotocr.metrics.distance import distance

TABLE = "<table><tr><td>Harbour</td><td>low</td><td>high</td></tr><tr><td>North</td><td>0.4</td><td>3.1</td></tr></table>"
HEIGHT = "The height \\(h_{t}\\) of the sea rises and falls twice a day."
MEAN = "Its mean depends on the coast, and every tide falls behind the moon by fifty minutes."


def entry(kind, order, **more):
    return {"category_type": kind, "order": order, "anno_id": order, **more}


PAGE = {
    "layout_dets": [
        entry("header", 1, text="Notes on water"),
        entry("title", 2, text="Tides and the moon"),
        entry("text_block", 3, text=HEIGHT.replace("\\(", "$").replace("\\)", "$")),
        entry("equation_isolated", 4, latex="$$h_{t}=a\\cos(\\frac{2\\pi t}{T})$$"),
        entry("text_block", 5, text=MEAN),
        entry("table", 6, html=TABLE),
        entry("page_number", 7, text="17"),
    ],
    "extra": {"relation": []},
}
READINGS = {
    "joined": f"# Tides and the moon\n{HEIGHT}\n\n$$h_{{t}}=a\\cos(\\frac{{2\\pi t}}{{T}})$$\n\n{MEAN}\n\n{TABLE}",
    "split": f"# Tides and the moon\n\n{HEIGHT}\n\n\\[h_{{t}}=a\\cos(\\frac{{2\\pi t}}{{T}})\\]\n\n"
    f"Its mean depends on the coast, and\n\nevery tide falls behind the moon by\n\nfifty minutes.\n\n{TABLE.replace('3.1', '31')}",
    "swapped": f"{MEAN}\n\nThe height h of the sea rises and falls twice a day.\n\n# Tides and the moon\n\n17\n\n"
    f"{TABLE.replace('<td>low</td>', '')}",
    "formula as text": f"# Tides and the moon\n\nThe height h_t of the sea rises and fails twice a day.\n\n"
    f"ht = a cos(2πt/T)\n\n{MEAN}",
    "two tables": "Notes on water\n\n# Tides and the moon\n\nThe height \\(h_t\\) of the sea.\n\n"
    "$$h=a\\cos(\\frac{2\\pi t}{T})$$\n\n"
    f"{TABLE}\n\n<table><tr><td>Its mean depends on the coast, and every tide falls behind the moon</td></tr></table>",
    "empty": "",
}
# Text, formula and reading order edit distance and TEDS, by the matching of OmniDocBench v1.5 as lmms-eval 0.7.3 ships it for
# MDPBench, called as the benchmark's end2end_dataset.py does; Levenshtein 0.27, apted 1.0.
FIGURES = {
    "joined": (0.0, 0.0, 0.0, 1.0),
    "split": (0.0, 0.0, 0.0, 0.958333),
    "swapped": (0.016, 1.0, 0.666667, 0.875),
    "formula as text": (0.014706, None, 0.0, 0.0),
    "two tables": (0.288, 0.142857, 0.0, 1.0),
    "empty": (1.0, 1.0, 1.0, 0.0),
}


def edits(pairs):
    longest = sum(max(map(len, pair)) for pair in pairs)
    return sum(distance(*pair) for pair in pairs) / longest if longest else None


@pytest.mark.parametrize("name", READINGS)
def test_the_figures_of_the_benchmarks_program(name):
    page = compare(READINGS[name], PAGE)
    found = edits(page.texts), edits(page.formulas), page.order, teds(*page.tables[0])
    assert found == tuple(None if figure is None else pytest.approx(figure, abs=1e-6) for figure in FIGURES[name])


def test_what_is_annotated_reads_perfectly():
    page = compare(markdown(PAGE), PAGE)
    assert edits(page.texts) == edits(page.formulas) == page.order == 0.0
    assert all(read == true for read, true in page.latex) and [teds(*pair) for pair in page.tables] == [1.0]


def test_parts_of_a_paragraph_are_one_and_in_order():
    parts = [entry("text_block", order, text=text) for order, text in ((3, "c"), (1, "a"), (2, "b"), (4, "d"))]
    truncated = [
        {"source_anno_id": one, "target_anno_id": other, "relation_type": "truncated"} for one, other in ((1, 2), (2, 3))
    ]
    found = blocks({"layout_dets": parts, "extra": {"relation": truncated}})
    assert [(block.source, block.order) for block in found] == [("abc", 1.0), ("d", 4.0)]


def test_lines_of_one_column_are_formulas_of_their_own():
    column = entry("equation_isolated", 2, latex="\\begin{array}{l}a=b\\\\ c=d\\end{array}")
    assert [block.normal for block in blocks({"layout_dets": [column]})] == ["a=b", "c=d"]
    page = compare("$$\\begin{aligned}a&=b\\\\ c&=d\\end{aligned}$$", {"layout_dets": [column]})
    assert len(page.formulas) == 1  # both are held by the one that was read
    assert page.latex[0].truth == r"\begin{array}{l} {a=b} \\ {c=d} \end{array}"


def test_what_was_invented_is_not_counted_and_what_was_left_out_is():
    page = {"layout_dets": [entry("text_block", 1, text="Tides and the moon"), entry("text_block", 2, text="Water everywhere")]}
    assert edits(compare("Tides and the moon\n\nWater everywhere\n\nSomething else altogether, at length", page).texts) == 0.0
    assert edits(compare("Tides and the moon", page).texts) == pytest.approx(15 / 30)


def test_heads_and_feet_take_what_was_read_of_them():
    page = {"layout_dets": [entry("footer", None, text="The Harbour Board, 1921"), entry("text_block", 1, text="Water")]}
    found = compare("Water\n\nThe Harbour Board, 1921.", page)
    assert found.texts == [("Water", "Water")] and found.order == 0.0


def test_tables_in_latex_count_as_those_in_html():
    rows = r"Harbour & low & high \\ North & 0.4 & 3.1 \\"
    page = compare(rf"\begin{{tabular}}{{lll}}{rows}\end{{tabular}}", PAGE)
    assert teds(*page.tables[0]) == 1.0


ODD = (None, 3, [], {}, "x", float("nan"), {"relation": [3, {"relation_type": "truncated"}]})
PARTS = (
    *(
        "$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$$",
        "<table>",
        "</table>",
        "<td>",
        "|",
        "\n",
        "\n\n",
        "```",
        "a",
        "-",
        "\\\\",
        "#",
        "{",
        "}",
    ),
    *("\\begin{tabular}", "\\end{tabular}", "\\begin{array}{l}", "\\end{array}", "_", "^", "\\frac", "%", "海", "![", "](", ")"),
)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_annotations(odd):
    page = {
        "layout_dets": [odd, {"category_type": odd, "order": odd}, entry("table", odd, html=odd), entry("title", odd, text=odd)]
    }
    for broken in (page, {"layout_dets": odd, "extra": odd}, {**PAGE, "extra": odd}):
        assert compare("a\n\n$$b$$", broken).texts is not None
        assert isinstance(markdown(broken), str) and isinstance(slim(broken), dict)


def test_rubbish():
    rng = random.Random(7)
    for _ in range(150):
        reading, truth = ("".join(rng.choices(PARTS, k=rng.randint(1, 40))) for _ in range(2))
        kinds = rng.choices(["text_block", "table", "equation_isolated", "header"], k=3)
        page = compare(reading, {"layout_dets": [entry(kind, 1, text=truth, latex=truth, html=truth) for kind in kinds]})
        assert page.order is None or 0.0 <= page.order <= 1.0


@pytest.mark.parametrize("unit", ["a\n\n", "and so on ", "\\(x\\) ", "12 \n\n"])
def test_readings_without_end(unit):
    page = compare(unit * 20_000, PAGE)
    assert len(page.texts) + len(page.formulas) == 4
