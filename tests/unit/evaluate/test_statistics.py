"""Figures and their intervals: against closed forms, and as a bootstrap must behave."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.evaluate import statistics
from gotocr.evaluate.statistics import difference, figure
from gotocr.evaluate.suite import Part


def test_a_mean_and_its_normal_interval():
    """Of many independent scores the interval is the mean ± 1.96 standard errors."""
    scores = list(np.random.default_rng(1).normal(0.6, 0.1, 400))
    found = figure(scores)
    error = np.std(scores) / np.sqrt(len(scores))
    assert found.value == pytest.approx(np.mean(scores)) and found.count == 400
    assert (found.low, found.high) == pytest.approx((found.value - 1.96 * error, found.value + 1.96 * error), abs=0.1 * error)


def test_parts_are_summed_before_they_are_divided():
    assert figure([Part(1, 1), Part(0, 9), None]).value == pytest.approx(0.1)
    assert figure([Part(0, 0)]).value == 0.0


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    found = [figure(list((rng.random(60) < 0.4).astype(float))) for _ in range(100)]
    assert 88 <= sum(one.low <= 0.4 <= one.high for one in found) <= 100


def test_what_does_not_apply_is_left_out():
    assert figure([None, None]) is None and figure([]) is None
    assert figure([None, 1.0]) == (1.0, 1.0, 1.0, 1)


def test_differences_are_paired():
    """Two systems that differ by a constant on very different items are told apart; unpaired intervals would overlap."""
    easy = list(np.random.default_rng(3).random(30))
    better = [score + 0.01 for score in easy]
    found = difference(better, easy)
    assert found.value == pytest.approx(0.01) and found.low == pytest.approx(0.01) and found.high == pytest.approx(0.01)
    assert figure(better).low < figure(easy).high
    assert difference([1.0, None], [None, 1.0]) is None
    assert difference([Part(1, 2), None], [Part(1, 4), 0.5]).value == pytest.approx(0.25)


def test_memory_does_not_grow_with_the_draws_and_the_result_is_the_same(monkeypatch):
    scores = list(np.random.default_rng(4).random(50))
    whole = figure(scores)
    assert whole == figure(scores)
    monkeypatch.setattr(statistics, "ROOM", 100)
    assert figure(scores)[1:3] == pytest.approx(whole[1:3], abs=0.02)
