"""Scores are 1 for the truth, whatever its spelling, and fall with damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.formula import scores
from gotocr.kinds.formula.grammar import Writer

SCORES = KINDS["formula"].scores
RUBBISH = ["", "{{{", r"\frac", "\0", "$$", r"\begin{array}{", "x" * 3000, "<b>"]


@pytest.fixture(autouse=True, scope="module")
def _drawing():
    pytest.importorskip("skia")


@pytest.mark.parametrize("name", list(SCORES))
def test_the_truth_is_perfect_in_any_spelling(name):
    assert SCORES[name](r"$${1\over 2}+x^2_i$$", r"\frac{1}{2}+x_i^2") == 1.0


@pytest.mark.parametrize("name", list(SCORES))
def test_rubbish_scores_little_and_raises_nothing(name):
    for rubbish in RUBBISH:
        assert 0.0 <= SCORES[name](rubbish, r"\frac{a}{b}=\sqrt{c}") <= 0.5
        assert 0.0 <= SCORES[name](r"a=b", rubbish) <= 1.0


@pytest.mark.parametrize("name", ["edit", "picture"])
def test_more_damage_scores_less(name):
    score, falls = SCORES[name], []
    for seed in range(20):
        source = Writer(np.random.default_rng(seed)).write("equation")
        other = Writer(np.random.default_rng(seed + 1000)).write("equation")
        falls.append((score(source, source), score(source + "+x_{12}", source), score(other, source)))
    perfect, slight, wrong = np.array(falls).T
    assert (perfect == 1.0).all() and (slight < 1.0).all()
    assert slight.mean() > wrong.mean() + 0.2


def test_a_moved_sign_is_seen_in_the_picture():
    assert SCORES["picture"]("x^2+y", "x_2+y") < SCORES["picture"]("x^2+y", "x^2 + y") == 1.0


def test_a_glyph_that_differs_counts_twice():
    assert SCORES["picture"]("a+b", "a-b") == pytest.approx(2 / 3)


EQUAL = [
    (r"\frac{a}{b}", r"{a \over b}"),
    ("x_i^2", "x^{2}_{i}"),
    (r"\sum_{i=1}^n x_i", r"\sum\limits^{n}_{i = 1} x_{i}"),
    (r"\left( a + b \right) c", "(a+b)c"),
    (r"\underset{a}{\to}", r"\mathop{\to}\limits_a"),
    (r"\begin{array}{cc}a&b\\c&d\end{array}", r"\begin{matrix} a & b \\ c & d \end{matrix}"),
]


@pytest.mark.parametrize("pair", EQUAL, ids=str)
def test_equal_drawings_of_other_latex_are_perfect(pair):
    assert scores.picture(*pair) == scores.picture(*pair[::-1]) == scores.same(*pair) == 1.0


@pytest.mark.parametrize(
    "written, truth, expected",
    [
        ("x^2", "x_2", 1 / 2),  # CDM's own program forgives all shifts of so few signs
        ("x2", "x^2", 1 / 2),
        ("x_2+y_2+z_2", "x^2+y^2+z^2", 5 / 8),  # and what one shift explains
        ("a+b=c-d", "a+b=c+d", 6 / 7),
        ("a+b=c", "a+b=c+d", 10 / 12),
        (r"\sqrt{a}b", r"\sqrt{ab}", 3 / 4),
        (r"\frac{b}{a}", r"\frac{a}{b}", 1 / 3),
        (r"\begin{pmatrix}a&c\\b&d\end{pmatrix}", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", 4 / 6),
        (r"x+\mathbf{y}", "x+y", 2 / 3),
    ],
)
def test_damage_costs_its_signs(written, truth, expected):
    assert scores.picture(written, truth) == pytest.approx(expected)
    assert scores.same(written, truth) == 0.0


def test_a_reading_that_cannot_be_set_is_nothing():
    for broken in (r"\frac{x^2+y", "x^2+y}", r"\left(x^2+y", r"x^2+\nosuchcommand y"):
        assert scores.picture(broken, "x^2+y") == scores.same(broken, "x^2+y") == 0.0, broken
        assert scores.edit(broken, "x^2+y") > 0.3


def test_a_truth_that_cannot_be_set_is_compared_as_it_is_written():
    truth = r"\nosuchcommand{x}+y^2=z"
    assert scores.picture(truth, truth) == scores.same(truth, truth) == 1.0
    assert scores.picture("x", truth) == scores.edit("x", truth) < scores.picture(truth[:-1] + "w", truth) < 1.0
    assert scores.same("x", truth) == 0.0


def test_any_delimiters_or_none():
    for written in ("a+b", "$a+b$", "$$a+b$$", r"\(a+b\)", r"\[a+b\]", " $$\na+b\n$$ "):
        assert scores.body(written) == "a+b"


def test_real_truths_can_be_set():
    path = Path(__file__).parents[5] / "shared" / "eval" / "truth.jsonl"
    if not path.is_file():
        pytest.skip("no real formulas here")
    rows = [row for row in map(json.loads, path.read_text("utf-8").splitlines()) if row["type"] == "formula"]
    assert [row["id"] for row in rows if not scores.can_be_set(row["truth"])] == []
