"""Formulas with any delimiters are judged alike; without what typesets, the figures of pictures are left out."""

from __future__ import annotations

import pytest

from gotocr.evaluate.judges import formula
from gotocr.evaluate.judges.formula import MEASURES, judge

TRUTH = r"E=\frac{1}{2}mv^2+V(x)"
WRITINGS = [
    TRUTH,
    rf"$${TRUTH}$$",
    rf"\[ {TRUTH} \]",
    rf"\({TRUTH}\)",
    f"${TRUTH}$",
    f"```latex\n{TRUTH}\n```",
    rf"\begin{{equation}}{TRUTH}\end{{equation}}",
    f"The energy is\n\n$$\n{TRUTH}\n$$\n\nas before.",
    r"$$E = {1 \over 2} m v ^ { 2 } + V \left( x \right)$$",
]


@pytest.fixture(autouse=True)
def _drawing():
    pytest.importorskip("skia")


@pytest.mark.parametrize("written", WRITINGS)
def test_any_writing_of_the_truth_is_perfect(written):
    assert judge(written, TRUTH) == dict.fromkeys(MEASURES, 1.0)
    assert judge(TRUTH, written) == dict.fromkeys(MEASURES, 1.0) or "\n" in written, "truths come with delimiters too"


def test_a_wrong_sign_costs_a_little_everywhere():
    scores = judge(f"$${TRUTH.replace('v', 'u')}$$", TRUTH)
    assert scores["exact"] == scores["same"] == 0.0
    assert all(0.5 < scores[name] < 1.0 for name in ("picture", "edit", "bleu"))


@pytest.mark.parametrize("rubbish", ["", "$$", "no formula at all", r"\frac{", "{" * 3000, "$$" * 500, "\0", "```"])
def test_rubbish_is_nearly_nothing(rubbish):
    scores = judge(rubbish, TRUTH)
    assert list(scores) == list(MEASURES) and all(0.0 <= score <= 0.35 for score in scores.values())
    assert scores["picture"] < 0.2 and scores["same"] == scores["exact"] == 0.0


def test_short_formulas_have_a_bleu_too():
    assert judge("$x$", "x")["bleu"] == 1.0 and judge("$y$", "x")["bleu"] == 0.0


def test_without_what_typesets_nothing_is_said_of_pictures(monkeypatch):
    monkeypatch.setattr("gotocr.kinds.formula.scores.find_spec", lambda name: None)
    scores = formula.judge(TRUTH, TRUTH)
    assert scores["picture"] is scores["same"] is None and scores["exact"] == scores["edit"] == 1.0
