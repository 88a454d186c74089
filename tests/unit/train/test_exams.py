"""What an exam is worth: the truth everywhere full marks, nothing none, and answers between them what was worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.schema import Glyphs, Sample
from gotocr.train import exams
from gotocr.train.exams import EXAMS, Share

NO_GLYPHS = Glyphs("", np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32))


def sample(text: str) -> Sample:
    return Sample(np.full((40, 200, 3), 255, np.uint8), text, text, NO_GLYPHS, "text")


def graded(name: str, reading: str, truth: str) -> list[float]:
    """The figure of each measure."""
    return [value / weight for value, weight in EXAMS[name].grade(reading, sample(truth)).values()]


FORMULA, ABC = r"$$\frac{a}{b}+c$$", "```abc\nX:1\nM:4/4\nL:1/4\nK:C clef=treble\nc d e f | g a b c' |\n```"
TABLE = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
CHART = '```chart\n{"type": "bar", "series": {"one": {"x": 10, "y": 20}, "two": {"x": 30, "y": 40}}}\n```'
TIKZ = "```tikz\n\\draw (0,0) rectangle (8,4);\n\\draw (0,0) -- (8,4);\n\\node at (4,4.5) {$a$};\n```"
SMILES = "```smiles\nC[C@H](N)C(=O)O\n```"
TRUTHS = {
    **{"line": "kitten", "line worn": "kitten", "paragraph": "a b\nc", "paragraph worn": "a b", "word": "Word", "scene": "STOP"},
    **{"page": "one page", "document": "# Head\n\nText $x$", "formula": FORMULA, "table": TABLE, "chart": CHART, "music": ABC},
    **{"molecule": SMILES, "geometry": TIKZ, "nothing": "", "unreadable": "my [unreadable] word"},
}


@pytest.fixture(autouse=True)
def _typeset():
    pytest.importorskip("skia")
    pytest.importorskip("rdkit")


def test_every_kind_that_is_drawn_is_examined():
    from gotocr.kinds import KINDS

    drawn = {name for name in KINDS if KINDS[name].sample} - {"text"}
    assert drawn <= {exam.source for exam in EXAMS.values()} and set(TRUTHS) == set(EXAMS)
    assert all(0 < measure.floor <= 1 for exam in EXAMS.values() for measure in exam.measures if measure.floor is not None)


@pytest.mark.parametrize("name", EXAMS)
def test_truth_is_worth_all_and_nothing_is_worth_nothing(name):
    truth = TRUTHS[name]
    right, wrong = graded(name, truth, truth), graded(name, "", truth)
    assert right == [1.0] * len(EXAMS[name].measures)
    assert wrong == ([1.0] if name == "nothing" else [0.0] * len(EXAMS[name].measures))


@pytest.mark.parametrize(
    ("name", "reading", "truth", "expected"),
    [
        ("line", "sitting", "kitten", [1 - 3 / 6]),
        ("scene", "stop!", "STOP", [1.0, 1 - 5 / 5]),
        ("scene", "STEP", "STOP", [0.0, 1 - 1 / 4]),
        ("scene", "?", "!", [0.0, 0.0]),
        ("formula", r"$$\frac ab + c$$", FORMULA, [1.0, 1.0]),
        ("formula", r"\[{a \over b}+c\]", FORMULA, [1.0, 1.0]),
        ("formula", r"$$\frac{a}{b}+d$$", FORMULA, [0.0, 1 - 1 / 9]),
        ("table", TABLE.replace("d</td>", "x</td>"), TABLE, [3 / 4, 1 - 1 / 6]),
        ("table", "Caption\n\n" + TABLE, TABLE, [1.0, 1.0]),
        ("chart", CHART.replace("40", "41"), CHART, [1.0, 3 / 10]),
        ("chart", CHART.replace("40", "50"), CHART, [3 / 4, 3 / 10]),
        ("music", ABC.replace("c d e f", "c d e2"), ABC, [2 * 6 / (7 + 8), None]),
        ("music", "Music, says the book, is a cage", ABC, [0.0, 0.0]),
        ("molecule", "```smiles\nOC(=O)[C@@H](N)C\n```", SMILES, [1.0, 1.0]),
        ("molecule", "```smiles\nC[C@@H](N)C(=O)O\n```", SMILES, [0.0, 1.0]),
        ("molecule", "C[C@H](N)C(=O)O and more", SMILES, [1.0, 1.0]),
        ("nothing", "I", "", [0.0]),
        ("nothing", " \n", "", [1.0]),
        ("unreadable", "[unreadable] [unreadable] x", "my [unreadable] word", [2 / 3, None]),
    ],
)
def test_answers_between(name, reading, truth, expected):
    found = graded(name, reading, truth)
    for value, known in zip(found, expected, strict=True):
        assert known is None or value == pytest.approx(known)


def test_a_figure_is_compared_as_a_picture():
    moved = TIKZ.replace("(0,0) rectangle (8,4)", "(1,1) rectangle (9,5)").replace("(0,0) -- (8,4)", "(1,1) -- (9,5)")
    moved = moved.replace("(4,4.5)", "(5,5.5)")
    other = "```tikz\n\\draw (4,4) circle (3);\n```"
    assert graded("geometry", moved, TIKZ)[0] > 0.99, "wherever it stands"
    assert graded("geometry", other, TIKZ)[0] < 0.5
    assert graded("geometry", TIKZ.replace("\\draw (0,0) -- (8,4);\n", ""), TIKZ)[0] < 0.95


def test_an_answer_far_too_long_is_worth_less_than_nothing():
    """Edits are summed before they are divided, as error rates are."""
    assert exams.characters("aaaaaaaa", "bb") == Share(2 - 8, 2)


def test_the_longest_block_of_a_kind_counts():
    assert exams.block("$$a$$\n\nwords\n\n$$a+b$$", "formula") == "a+b"
    assert exams.block("only words ", "formula") == "only words"
