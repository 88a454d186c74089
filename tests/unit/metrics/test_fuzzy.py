"""Ratios and near matches against values of rapidfuzz 3.14 and fuzzysearch 0.8, and their laws."""

from __future__ import annotations

import random
import time

import pytest

from gotocr.metrics.fuzzy import Near, near_matches, partial_ratio, ratio


@pytest.mark.parametrize(
    ("one", "other", "whole", "partial"),
    [  # fuzz.ratio, fuzz.partial_ratio
        ("this is a test", "this is a test!", 96.55172413793103, 100.0),
        ("a certain string", "cetain", 54.54545454545454, 83.33333333333334),
        ("abcd", "dcba", 25.0, 40.0),
        ("", "", 100.0, 100.0),
        ("abc", "", 0.0, 0.0),
        ("east gate", "the west gates are shut", 50.0, 88.88888888888889),
    ],
)
def test_values_of_rapidfuzz(one, other, whole, partial):
    assert ratio(one, other) == ratio(other, one) == whole
    assert partial_ratio(one, other) == partial_ratio(other, one) == partial


def test_a_limit_changes_only_what_does_not_reach_it():
    random.seed(1)
    for _ in range(200):
        one, other = ("".join(random.choices("abc ", k=random.randrange(1, most))) for most in (12, 60))
        best = partial_ratio(one, other)
        assert partial_ratio(one, other, best) == best
        assert best == 100.0 or partial_ratio(one, other, best + 0.01) == 0.0


@pytest.mark.parametrize(
    ("wanted", "text", "most", "found"),
    [
        ("ana", "banana", 0, [Near(1, 4, 0), Near(3, 6, 0)]),
        ("PATTERN", "---PATERN---", 1, [Near(3, 9, 1)]),
        ("abcdef", "abxdefabcdeff", 2, [Near(0, 6, 1), Near(6, 12, 0)]),
        ("abc", "xyz", 1, []),
        ("abc", "", 1, []),
    ],
)
def test_near_matches(wanted, text, most, found):
    assert near_matches(wanted, text, most) == found


@pytest.mark.parametrize("text", ["ab" * 10_000, "aba" * 7_000, "b" * 20_000])
def test_text_that_repeats_takes_no_longer(text):
    start = time.process_time()
    partial_ratio("ab" * 50 + "c", text, 95.0)
    near_matches("ab" * 30 + "c", text, 30)
    assert time.process_time() - start < 2.0
