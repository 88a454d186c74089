"""Cases in turn, and what is said of the figures that come of them."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

from gotocr.errors import EngineError
from gotocr.evaluate.speed import rounds
from gotocr.evaluate.speed.rounds import confidence, interleave, ratio, spread


def test_cases_take_turns():
    order = []
    cases = {name: lambda name=name: order.append(name) or len(order) for name in "ABC"}
    found = interleave(cases, 3)
    assert "".join(order) == "ABCABCABC" and found.done == 3 and found.runs["B"] == [2, 5, 8]


def test_a_case_that_fails_is_left_out_and_the_others_go_on():
    turn = count(1)

    def fail():
        if next(turn) == 2:
            raise EngineError("out of breath")
        return 1

    found = interleave({"good": lambda: 0, "bad": fail}, 4)
    assert found.runs == {"good": [0] * 4, "bad": [1]} and str(found.failed["bad"]) == "out of breath"


@pytest.fixture
def sleep(monkeypatch):
    """Lets time pass, which does so in no other way."""
    now = [7.0]
    monkeypatch.setattr(rounds, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def pass_by(seconds):
        now[0] += seconds

    return pass_by


def test_no_round_begins_that_would_end_too_late(sleep):
    found = interleave({"a": lambda: sleep(0.05), "b": lambda: None}, 100, 7.0 + 0.22)
    assert found.done == 4 and len(found.runs["a"]) == len(found.runs["b"]) == found.done


def test_when_time_is_up_in_the_first_round_the_rest_has_no_runs(sleep):
    found = interleave({"a": lambda: sleep(0.05), "b": lambda: None}, 3, 7.0 + 0.01)
    assert found.runs == {"a": [None], "b": []} and found.done == 1


def test_spread_is_median_and_range():
    assert spread([3.0, 1.0, 2.0, 10.0]) == {"median": 2.5, "low": 1.0, "high": 10.0, "values": [3.0, 1.0, 2.0, 10.0]}


def test_ratios_are_paired_round_by_round():
    """Twice as slow in every round: a machine that slows down in between does not show."""
    base = [1.0, 5.0, 2.0, 9.0, 3.0]
    found = ratio([2 * value for value in base], base)
    assert (found["median"], found["low"], found["high"]) == (2, 2, 2)


@pytest.mark.parametrize(
    # 1 - 2 * scipy.stats.binom.cdf(cut - 1, count, 0.5), scipy 1.16
    "count, cut, expected",
    [(1, 1, 0.0), (3, 1, 0.75), (5, 1, 0.9375), (6, 1, 0.96875), (9, 2, 0.9609375), (20, 6, 0.9586105346679688)],
)
def test_confidence_of_order_statistics(count, cut, expected):
    assert confidence(count, cut) == pytest.approx(expected, abs=1e-12)


def test_the_interval_narrows_only_as_far_as_it_stays_sure():
    values = [float(value) for value in range(1, 10)]
    found = ratio(values, [1.0] * 9)
    assert (found["low"], found["median"], found["high"], found["sure"]) == (2, 5, 8, 0.9609)
    assert ratio([1.0, 4.0], [1.0, 1.0])["low"] == 1 and ratio([1.0, 4.0], [1.0, 1.0])["sure"] == 0.5
