"""Whether confidences can be believed, over the words of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gotocr.evaluate.suite import Item, Scored
from gotocr.evaluate.trust import POINTS, trust
from gotocr.metrics.calibration import outcomes


def row(truth: str, words) -> Scored:
    return Scored(Item("a", "text_line", Path("a"), truth), " ".join(word for word, _ in words), {}, words=words)


def test_a_word_is_right_once_for_each_time_it_stands_there():
    assert outcomes(["the", "the", "The", "ｃａｔ", "", "cat"], "the cat sat").tolist() == [1, 0, 0, 1, 0, 0]
    found = trust([row("the cat", [("the", 0.9), ("cat", 1.5), ("sat", -0.5)])])
    assert found["sure"] == pytest.approx(1.9 / 3) and found["right"] == pytest.approx(2 / 3), "what is no probability is taken for the nearest"


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


def test_pages_are_expected_to_be_right_as_far_as_their_words_are():
    rng = np.random.default_rng(1)
    rows = []
    for share in rng.uniform(0.2, 1, 60):
        words = [("yes" if rng.random() < share else "no", float(share)) for _ in range(200)]
        rows.append(row("yes " * 200, words))
    pages = trust(rows)["pages"]
    assert pages["count"] == 60 and pages["error"] < 0.04 and pages["error_by_words"] == pytest.approx(pages["error"])
    assert sum(bar["count"] for bar in pages["bars"]) == 60 and pages["kept"] > pages["right"]
    lying = trust([row("yes " * 200, [(word, 1 - sure / 2) for word, sure in one.words]) for one in rows])["pages"]
    assert lying["error"] > 0.2


def test_a_curve_goes_from_the_surest_to_all_and_is_short():
    rng = np.random.default_rng(2)
    words = [("yes" if rng.random() < chance else "no", float(chance)) for chance in rng.uniform(0, 1, 3000)]
    found = trust([row("yes " * 3000, words)])
    coverage, risk, sure = np.array(found["curve"]).T
    assert len(coverage) <= POINTS and coverage[-1] == 1.0 and (np.diff(coverage) > 0).all() and (np.diff(sure) < 0).all()
    assert risk[-1] == pytest.approx(1 - found["right"], abs=1e-4) and risk[len(risk) // 4] < 0.3


def test_systems_that_do_not_tell_have_no_figures():
    assert trust([row("yes", [])]) is None and trust([]) is None
