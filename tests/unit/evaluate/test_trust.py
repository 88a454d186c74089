"""Whether confidences can be believed, over the words of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gotocr.evaluate.suite import Item, Scored
from gotocr.evaluate.trust import outcomes, trust


def row(truth: str, words) -> Scored:
    return Scored(Item("a", "text_line", Path("a"), truth), " ".join(word for word, _ in words), {}, words=words)


def test_a_word_is_right_once_for_each_time_it_stands_there():
    words = [("the", 0.9), ("the", 0.8), ("The", 0.7), ("ｃａｔ", 0.6), ("", 0.5), ("cat", 1.5)]
    assert outcomes(words, "the cat sat") == [(0.9, 1), (0.8, 0), (0.7, 0), (0.6, 1), (0.5, 0), (1.0, 0)]


def test_figures_of_confidences_that_are_true_and_of_those_that_are_not():
    rng = np.random.default_rng(0)
    sure = rng.uniform(0, 1, 4000)
    words = [("yes" if rng.random() < chance else "no", float(chance)) for chance in sure]
    honest = trust([row("yes", [word]) for word in words])
    assert honest["words"] == 4000 and honest["ece"] < 0.04 and honest["right"] == pytest.approx(0.5, abs=0.03)
    assert honest["kept"] > honest["right"] and honest["aurc"] < 0.3
    assert len(honest["bars"]) == 10 and sum(bar["count"] for bar in honest["bars"]) == 4000
    boasting = trust([row("yes", [(word, 0.99)]) for word, _ in words])
    assert boasting["ece"] == pytest.approx(0.49, abs=0.03)


def test_systems_that_do_not_tell_have_no_figures():
    assert trust([row("yes", [])]) is None and trust([]) is None
