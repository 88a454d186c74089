"""Alike drawings: 1 for the same marks in the same places, less for each that is missing, moved or of another size."""

from __future__ import annotations

import pytest

from gotocr.metrics.pictures import Mark, alike, same

ROW = [Mark(letter, 0.6 * index, 0.0, 1.0) for index, letter in enumerate("abcdefgh")]


def test_the_same_marks_are_alike_wherever_the_whole_stands():
    assert alike(ROW, ROW) == alike([], []) == 1.0
    assert alike([mark._replace(x=mark.x + 5, y=mark.y - 2) for mark in ROW], ROW) == 1.0


@pytest.mark.parametrize("change", [{"y": -0.6}, {"size": 0.7}, {"sign": "z"}])
def test_one_mark_that_differs_costs_its_share(change):
    other = [*ROW[:3], ROW[3]._replace(**change), *ROW[4:]]
    assert alike(other, ROW) == pytest.approx(7 / 8)


def test_missing_marks_cost_their_share():
    assert alike(ROW[:4], ROW) == pytest.approx(2 * 4 / 12)
    assert alike([], ROW) == alike(ROW, []) == 0.0


def test_drift_along_a_line_costs_nothing():
    assert alike([mark._replace(x=mark.x * 1.05) for mark in ROW], ROW) == 1.0


def test_of_two_marks_that_moved_apart_only_one_can_be_right():
    base, raised = Mark("x", 0.0, 0.0, 1.0), Mark("2", 0.6, 0.4, 0.7)
    assert alike([base, raised._replace(y=-0.2)], [base, raised]) == 0.5
    twice = [base, raised, base._replace(x=1.2), raised._replace(x=1.8)]
    lowered = [mark._replace(y=-0.2) if mark.sign == "2" else mark for mark in twice]
    assert alike(lowered, twice) == 0.5, "scripts that all fell together fell all the same"


def test_what_follows_an_added_mark_is_shifted_and_right():
    other = [*ROW[:4], Mark("+", 2.4, 0.0, 1.0), *(mark._replace(x=mark.x + 0.6) for mark in ROW[4:])]
    assert alike(other, ROW) == pytest.approx(2 * 8 / 17)


def test_the_order_in_which_marks_are_written_does_not_matter():
    assert alike(ROW[::2] + ROW[1::2], ROW) == 1.0


def test_the_length_of_a_line_counts():
    line = Mark("Rule", 0.0, 0.5, 2.0, 2.0)
    assert alike([*ROW, line._replace(size=1.0, width=1.0, x=0.5)], [*ROW, line]) == pytest.approx(16 / 18)


def test_one_drawing_is_the_same_whatever_its_order():
    assert same(ROW[::-1], ROW) and same([], [])
    assert not same(ROW[:-1], ROW) and not same([*ROW[:-1], ROW[-1]._replace(sign="z")], ROW)
    assert not same([*ROW[:-1], ROW[-1]._replace(y=0.1)], ROW)
