"""Scores are 1 for the truth, whatever its spelling, and fall with damage."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.kinds import KINDS
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
