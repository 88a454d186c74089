"""Charts as dictionaries: the figures of readings whose worth is known."""

from __future__ import annotations

import json

import pytest

from gotocr.evaluate.judges.chart import MEASURES, judge

CHART = {
    "title": "Sales by region",
    "source": "None",
    "values": {"North": {"2001": 10, "2002": 20}, "South": {"2001": 8, "2002": 0}},
}
TRUTH = json.dumps(CHART)


def changed(**more) -> str:
    return json.dumps(CHART | more)


def test_the_truth_is_best_however_it_is_written():
    for reading in (TRUTH, f"```chart\n{TRUTH}\n```", f"Here it is.\n\n{TRUTH}\n\nThat was all.", str(CHART)):
        scores = judge(reading, TRUTH)
        assert scores.pop("source") is None, "the chart has none"
        assert [*scores] == [key for key in MEASURES if key != "source"] and set(scores.values()) == {1.0}


def test_nothing_is_worst():
    for reading in ("", "I see a chart.", "{}", '{"values": {}}'):
        assert {score for score in judge(reading, TRUTH).values() if score is not None} == {0.0}


def test_one_wrong_value_of_four():
    scores = judge(changed(values={"North": {"2001": 10, "2002": 20.9}, "South": {"2001": 8, "2002": 0}}), TRUTH)
    assert scores["strict"] == 0.3 and scores["slight"] == 1.0  # 3 of 5 triplets equal: 0.50, 0.55, 0.60 are reached
    assert (scores["ap50"], scores["ap75"], scores["ap90"], scores["exact"]) == (1, 0, 0, 0)
    assert scores["values"] == 1.0, "within five per cent"


def test_a_cut_reading_counts_as_far_as_it_goes():
    scores = judge(TRUTH[: TRUTH.index(', "South"')], TRUTH)
    assert scores["strict"] == 0.1 and scores["ap50"] == 1 and scores["values"] == pytest.approx(4 / 6)


def test_titles_are_compared_whatever_their_case():
    assert judge(changed(title="SALES BY REGIONS"), TRUTH)["title"] == pytest.approx(15 / 16)
    assert judge(changed(title=None), TRUTH)["title"] == 0.0
    several = json.dumps(CHART | {"title": ["Sales by region", "Revenue"], "source": "Office of Maps"})
    assert judge(changed(title="revenue"), several)["title"] == 1.0 and judge(TRUTH, several)["source"] == 0.0
