"""What is broken is mended as little as possible and said; what is valid stays as it is; nothing readable is lost; nothing takes long."""

from __future__ import annotations

import json
import time
from collections import Counter
from random import Random

import pytest

from gotocr.draw.supply import Supply
from gotocr.evaluate.slips import NOTATIONS, truths
from gotocr.evaluate.validity import damaged, of_readings, rate
from gotocr.kinds import KINDS
from gotocr.kinds.mending import mended
from gotocr.kinds.page import parse
from gotocr.schema import Block

COUNTS = {"LaTeX formula": 400, "HTML table": 200, "LaTeX tabular": 150, "ABC": 60, "**kern": 60, "SMILES": 300}  # without drawing
DRAWN = {"chart JSON": 12, "chart dictionary": 12, "TikZ": 25}
# The least share that is valid behind one slip of a character (`validity.damage`), and that was so before.
LEAST = {
    "LaTeX formula": 0.97, "HTML table": 0.97, "LaTeX tabular": 0.97, "ABC": 0.5, "**kern": 0.5, "SMILES": 0.6, "chart JSON": 0.6,
    "chart dictionary": 0.6, "TikZ": 0.6,
}  # fmt: skip


@pytest.fixture(scope="module")
def written() -> dict[str, list[str]]:
    supply = Supply()
    counts = COUNTS | (DRAWN if _can_draw() else {})
    return {name: truths(name, count, supply) for name, count in counts.items()}


def _can_draw() -> bool:
    try:
        import skia  # noqa: F401
    except ImportError:
        return False
    return True


def names(block: Block) -> Counter[str]:
    """The letters and digits of a text, tags, commands and escapes of LaTeX aside."""
    import re

    text = re.sub(r"<[^<>]*>?|\\(?:[A-Za-z]+|.)|&[a-z]{2,4};", " ", block.text)
    return Counter(letter for letter in text if letter.isalnum())


def test_a_thousand_valid_truths_stay_as_they_are(written):
    seen = 0
    for name, texts in written.items():
        for text in texts:
            block = KINDS[NOTATIONS[name][0]].parse(text)
            assert not block.problems, (name, text, block.problems)
            assert mended(block) is block
            seen += 1
    assert seen >= 1000


def test_slips_are_mended_and_said_and_a_second_time_nothing_is_left_to_do(written):
    for name, texts in written.items():
        kind, texts = NOTATIONS[name][0], texts[:80]
        for text in damaged(texts, seed=1) + damaged(texts[:40], seed=2, slips=4):
            before = KINDS[kind].parse(text)
            after = mended(before)
            again = mended(after)
            assert (again.text, again.problems) == (after.text, after.problems), (name, text, after.text, again.text)
            assert len(after.problems) <= len(before.problems) or not {*after.problems} & {*before.problems}, (name, text)
            if after.text != before.text and kind != "chart":
                assert after.warnings, (name, text, after.text)
            assert KINDS[kind].parse(after.text).problems == after.problems or kind in ("formula", "geometry"), (name, text)


@pytest.mark.parametrize("name", LEAST)
def test_most_slips_leave_what_is_valid_when_mended_and_no_less_like_the_truth(name, written):
    if name not in written:
        pytest.skip("drawing needs skia")
    texts = written[name][:60]
    found = rate(NOTATIONS[name][0], damaged(texts, seed=3), texts)
    assert found.after >= LEAST[name] and found.after > found.before, found
    assert found.told == 1.0 and found.alike[1] > found.alike[0] - 0.03, found


def test_no_letter_of_a_table_or_a_formula_is_lost(written):
    for name in ("LaTeX formula", "HTML table", "LaTeX tabular"):
        kind = KINDS[NOTATIONS[name][0]]
        for text in damaged(written[name], seed=4):
            before = kind.parse(text)
            after = mended(before)
            lost = names(before) - names(after)
            said = " ".join(after.warnings)
            assert not lost or "left out" in said or "read as" in said or "written as" in said or "own name" in said, (text, after.text, lost, after.warnings)


HOSTILE = {
    "formula": ["{" * 40_000, "\\frac" * 10_000, "\\left(" * 8_000, "x^" * 20_000, "\\begin{array}{c}" * 3_000, "}" * 40_000, "&" * 40_000,
                "\\foo" * 10_000, "$%" * 20_000, "\\begin{" * 5_000, "\\over" * 8_000],
    "table": ["<table>" + "<tr><td>" * 6_000, "<td>" * 12_000, "<table>" + "<tr><td rowspan=65534 colspan=1000>" * 1_400,
              "\\begin{tabular}{l}" + "{" * 40_000, "\\begin{tabular}{l}" + "a & " * 6_000, "a|b\n-|-\n" + "|" * 40_000, "<table" * 8_000,
              "|a|b|\n|-|-|\n" + "|" * 900 + "\n" + "a|b\n" * 9_000],
    "music": ["X:1\nK:C\n" + "[" * 40_000, "X:1\nK:C\n" + "(3" * 20_000, "X:1\nK:C\n" + "!" * 40_000, "**kern\n" + "*^\n" * 5_000,
              "**kern\t**kern\n" + "4c\n" * 12_000, "<score-partwise>" + "<a>" * 15_000, 'X:1\nK:C\n' + '"A' * 20_000],
    "chart": ['{"series": ' + "{" * 40_000, '{"series": {' + '"a" ' * 12_000, '{"series": {' + '"a": 1 ' * 7_000, "{" + "'" * 40_000, '{"a":' * 9_000],
    "molecule": ["C(" * 900, "C1" * 900, "[" * 1_900, "c1" * 900, "=" * 1_900, "C" * 40_000, "()" * 900],
    "geometry": ["\\draw" * 9_000, "\\draw (0,0) -- " * 2_000, "\\node at (0,0) {" * 2_500, "{" * 40_000, ";" * 40_000, "(" * 40_000,
                 "\\draw (0,0)\n" * 2_500],
    "text": ["**a " * 10_000, "\\(" * 20_000, "$x^$ " * 8_000, "\\( x " * 8_000, "`" * 40_000, "**a** b\n" * 6_000],
    "code": ["```" * 10_000],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HOSTILE.items() for text in texts], ids=lambda value: value[:18])
def test_rubbish_is_mended_soon_and_without_an_exception(kind, text):
    start = time.process_time()
    block = mended(KINDS[kind].parse(text))
    assert isinstance(block, Block) and time.process_time() - start < 20
    assert all(isinstance(line, str) and len(line) < 400 for line in (*block.warnings, *block.problems))


def test_any_letters_are_mended_without_an_exception():
    rng = Random(5)
    pieces = [*'{}[]()<>/\\$&%^_~|:;,.=-+*"\'`#@!\n\t 019aZé\u20ac\0', "\\frac", "\\begin{array}", "<td", "</table>", "**kern", "X:1", "[C", "\\draw"]
    for number in range(600):
        text = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 120)))
        kind = list(KINDS)[number % len(KINDS)]
        block = mended(KINDS[kind].parse(text))
        assert mended(block).text == block.text, (kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "then", "said"),
    [
        ("formula", "\\frac{a}{b", "\\frac{a}{b}", "{ was closed"),
        ("formula", "\\frac{{a}{b}", "\\frac{{a}{b}}{}", "an empty argument was put behind \\frac"),
        ("formula", "\\left( x", "\\left( x\\right.", "\\left was closed by \\right."),
        ("formula", "a &= b \\\\ c &= d", "\\begin{aligned}a &= b \\\\ c &= d\\end{aligned}", "set as lines under each other"),
        ("formula", "50 % of x", "50 \\% of x", "% was written as \\%"),
        ("formula", "\\foo{x}", "\\operatorname{foo}{x}", "the unknown command \\foo was written as \\operatorname{foo}"),
        ("formula", "\\lamda\\alphax", "\\lambda\\alpha x", "the unknown command \\lamda was written as \\lambda"),
        ("formula", "x^2^3", "x^2{}^3", "a second superscript was put on an empty base"),
        ("formula", "\\left{ a \\right}", "\\left\\{ a \\right\\}", "a brace behind \\left was written as a delimiter"),
        ("formula", "\\begin{array}{c} {a & b \\end{array}", "\\begin{array}{c} {a }& b \\end{array}", "{ was closed"),
        ("table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
         "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>", "row 2 was filled up with 1 empty cell"),
        ("table", '<table><tr><td rowspan="3">a</td><td>b</td></tr><tr><td>c</td></tr></table>',
         '<table><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table>', "below the last row was cut"),
        ("table", "\\begin{tabular}{l} a & b \\\\ c \\end{tabular}", "\\begin{tabular}{ll} a & b \\\\ c \\end{tabular}", "1 column more"),
        ("table", "\\begin{tabular}{ll} a & b \\\\ \\cline{1-2} Total", "\\begin{tabular}{ll} a & b \\\\ \\cline{1-2} Total\n\\end{tabular}", "closed"),
        ("table", "\\begin{tabular}{ll} a & b \\\\ \\end{tab", "\\begin{tabular}{ll} a & b \\\\ \n\\end{tabular}", "\\end{tab at the end"),
        ("music", "X:1\nL:1/8\nM:3/4\nK:D\nd2 [df2 a2 |", "X:1\nL:1/8\nM:3/4\nK:D\nd2 [df2] a2 |", "a chord was closed"),
        ("music", "**kern\t**kern\n4c\t4d\n4e\n*-\t*-", "**kern\t**kern\n4c\t4d\n4e\t.\n*-\t*-", "filled up"),
        ("chart", '{"type": "bar", "series": {"a": 1, "b": 2, "c": 3', '{"type": "bar", "series": {"a": 1, "b": 2}}', "closed behind the last whole entry"),
        ("chart", '{"type": "bar", "series": {"a": 1, "a": 2}}', '{"type": "bar", "series": {"a": 1, "a (again)": 2}}', "stood there twice"),
        ("chart", '{"series": {"a": 1}, "legend": "as of May"', '{"series": {"a": 1}}', "'legend', which no chart has, was left out: 'as of May'"),
        ("molecule", "CC(=O)Oc1cccccC(=O)O", "CC(=O)Oc1ccccc1C(=O)O", "a ring of six"),
        ("molecule", "CC(=O", "CC(=O)", "a branch was closed"),
        ("molecule", "CCO ethanol", "CCO", "'ethanol'"),
        ("geometry", "\\draw (0,0) -- (9,0);\n\\draw (1,1) -- (2,2) -- (3,", "\\draw (0,0) -- (9,0);\n\\draw (1,1) -- (2,2);", "'-- (3,' was left out"),
        ("geometry", "\\begin{tikzpicture}\n\\draw (0,0) -- (9,0);", "\\draw (0,0) -- (9,0);", "the figure was closed"),
        ("text", "Let \\( x^2 be a number.", "Let \\( x^2 \\) be a number.", "a formula was closed where words begin"),
        ("text", "As $\\frac{1}{2$ says", "As $\\frac{1}{2}$ says", "{ was closed"),
        ("text", "**Head. Text", "**Head. Text**", "closed at the end of its line"),
        ("code", "```python\nx = 1", "x = 1", "the fence was closed"),
    ],
)  # fmt: skip
def test_the_smallest_change_is_made_and_told(kind, text, then, said):
    block = mended(KINDS[kind].parse(text))
    assert (block.text, block.problems) == (then, ()), block
    assert any(said in line for line in block.warnings), block.warnings


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("music", "X:1\nL:1/8\nM:4/4\nK:C\nc2 d2 e2 f2 g2 | c8 |", "bar 1 has 5 beats in 4/4"),
        ("molecule", "CC(C)(C)(C)C", "has 5 bonds"),
        ("chart", '{"type": "bar", "series": {"a": "many"}}', "is no number"),
        ("geometry", "\\draw[decorate] (0,0) -- (1,1);", "cannot read"),
    ],
)
def test_what_cannot_be_known_stays_a_problem(kind, text, problem):
    block = mended(KINDS[kind].parse(text))
    assert block.text == text and not block.warnings and any(problem in line for line in block.problems), block


def test_lines_as_printed_are_never_mended():
    (block,) = parse("**Head \\( x^2 $\\frac$", (1, 1), "plain")
    assert block.text == "**Head \\( x^2 $\\frac$" and not block.warnings and not block.problems


def test_stars_of_significance_are_not_made_bold():
    (block,) = parse("**p < 0.01, *p < 0.05", (1, 1))
    assert block.text == "**p < 0.01, *p < 0.05" and not block.warnings and not block.problems


def test_a_page_is_mended_block_by_block():
    blocks = parse("# A\n\n$$\\frac{a}{b$$\n\n```chart\n{\"type\": \"bar\", \"series\": {\"a\": 1, \"b\": 2", (1, 1))
    assert [block.problems for block in blocks] == [(), (), ()]
    assert blocks[2].kind == "chart" and json.loads(blocks[2].text)["series"] == {"a": 1}
    assert blocks[2].warnings[0] == "the fence was closed" and len(blocks[2].warnings) == 2
    assert {(one.kind, one.before, one.after) for one in of_readings(["$$\\frac{a}{b$$"], judges_too=False)} == {("formula", 0.0, 1.0)}


def test_a_figure_of_a_single_point_is_scored():
    assert 0.0 <= KINDS["geometry"].scores["elements"]("\\draw (1,1) ++(30:2);", "\\draw (1,1) -- (2,2);") <= 1.0
