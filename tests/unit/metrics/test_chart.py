"""SCRM and F1 of values against cases worked out by hand."""

from __future__ import annotations

import pytest

from gotocr.metrics.chart import likeness, scrm, triplets, values_f1, within

TRUTH = {"Sales": {"2001": 10.0, "2002": 20.0}, "Costs": {"2001": 8.0, "2002": 0.0}}


def changed(**cells):
    return {name: {**values, **cells.get(name, {})} for name, values in TRUTH.items()}


def test_equal_charts_are_alike():
    assert [likeness(TRUTH, TRUTH, t) for t in ("strict", "slight", "high")] == [1, 1, 1]
    assert scrm(TRUTH, TRUTH) == 1 and values_f1(TRUTH, TRUTH) == 1 and likeness({}, {}) == 1 == values_f1({}, {})


def test_one_wrong_value_of_four():
    read = changed(Sales={"2001": 12.0})
    assert likeness(read, TRUTH) == 3 / 5  # 3 equal, 5 different ones together
    assert scrm(read, TRUTH) == 0.3  # 0.50, 0.55 and 0.60 are reached
    assert values_f1(read, TRUTH) == 0.75


def test_tolerances():
    read = changed(Sales={"2001": 10.4})  # 4 % off
    assert (likeness(read, TRUTH), likeness(read, TRUTH, "slight")) == (3 / 5, 1)
    read = changed(Sales={"2001": 10.9})  # 9 % off
    assert (likeness(read, TRUTH, "slight"), likeness(read, TRUTH, "high")) == (3 / 5, 1)
    assert likeness({"Seles": TRUTH["Sales"], "Costs": TRUTH["Costs"]}, TRUTH, "slight") == 1
    assert likeness({"Seles": TRUTH["Sales"], "Costs": TRUTH["Costs"]}, TRUTH) == 2 / 6


def test_a_missing_series_and_one_too_many():
    assert likeness({"Sales": TRUTH["Sales"]}, TRUTH) == 2 / 4
    assert likeness({**TRUTH, "Extra": {"a": 1.0}}, TRUTH) == 4 / 5
    assert values_f1({"Sales": TRUTH["Sales"]}, TRUTH) == 2 * 2 / 6


def test_a_table_and_its_transpose_say_the_same():
    turned = {year: {name: TRUTH[name][year] for name in TRUTH} for year in ("2001", "2002")}
    assert likeness(turned, TRUTH) == 1 and values_f1(turned, TRUTH) == 1


def test_no_triplet_is_matched_twice():
    read = {"value": {"a": 1.0, "aa": 1.0}}  # each holds the name of the one in the truth
    assert likeness(read, {"": {"a": 1.0}}) == 1 / 2


def test_unnamed_series_and_points():
    assert [tuple(t) for t in triplets({"": {"a": 1}})] == [("value", "a", 1.0)]
    assert [tuple(t) for t in triplets({"s": [[1, 2], [3.5, 4]]})] == [("s", "1", 2.0), ("s", "3.5", 4.0)]
    assert values_f1({"": [[1, 2.04], [3, 4]]}, {"": [[1, 2], [3, 4]]}) == 1
    assert values_f1({"": [[1, 3], [3, 4]]}, {"": [[1, 2], [3, 4]]}) == 0.5


def test_values_within_five_percent():
    assert values_f1({"": {"A ": 104.9}}, {"": {"a": 100}}) == 1 and values_f1({"": {"a": 105.2}}, {"": {"a": 100}}) == 0


@pytest.mark.parametrize(
    ("read", "truth", "edits", "close"),
    [("abc", "abd", 1, True), ("abc", "cba", 1, False), ("abc", "abcde", 2, True), ("a", "a", 0, True), ("a", "b", 0, False)],
)
def test_edits(read, truth, edits, close):
    assert within(read, truth, edits) is close
