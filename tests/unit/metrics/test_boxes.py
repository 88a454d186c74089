"""Boxes: overlap by hand, the best pairs, figures at thresholds, and texts that must be right as well."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.metrics.boxes import Found, detected, overlaps, paired, paired_greedily, spotted


def test_overlaps_by_hand():
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [0, 0, 10, 0]])
    expected = [[1, 1 / 3, 0, 0], [1 / 3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert overlaps(boxes, boxes) == pytest.approx(np.array(expected))
    assert overlaps(np.zeros((0, 4)), boxes).shape == (0, 4)
    assert overlaps(np.array([[10, 10, 0, 0]]), boxes).max() == 0.0, "turned inside out, a box has no area"


def test_as_many_pairs_as_there_can_be():
    """Taking the likest first leaves one box alone."""
    likeness = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert paired(likeness, 0.5) == [(0, 1), (1, 0)] and paired_greedily(likeness, 0.5) == [(0, 0)]
    assert paired(np.array([[0.6, 0.9], [0.9, 0.6]]), 0.5) == [(0, 1), (1, 0)], "of as many pairs the likest"
    assert paired(likeness, 0.95) == paired(np.zeros((0, 3)), 0.5) == []


def test_detection_by_hand():
    true = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]])
    found = np.array([[0, 0, 10, 9], [20, 0, 30, 4], [40, 0, 50, 10], [41, 0, 50, 10], [70, 0, 80, 10]])
    half = detected(found, true)
    assert half == Found(2, 5, 3)
    assert (half.precision, half.recall, half.f1) == pytest.approx((2 / 5, 2 / 3, 1 / 2))
    assert detected(found, true, 0.4).right == 3 and detected(found, true, 0.95) == Found(1, 5, 3)
    assert detected(found, true, greedy=True) == half
    assert half + Found(1, 1, 1) == Found(3, 6, 4)


def test_nothing_found_and_nothing_there():
    none, some = np.zeros((0, 4)), np.array([[0, 0, 1, 1]])
    assert detected(none, none).f1 == detected(none, none).precision == detected(none, none).recall == 1.0
    assert detected(none, some).f1 == detected(none, some).recall == detected(none, some).precision == 0.0
    assert detected(some, none).f1 == detected(some, none).precision == detected(some, none).recall == 0.0


def test_end_to_end_needs_place_and_text():
    true = [((0, 0, 10, 10), "Café"), ((20, 0, 30, 10), "open"), ((40, 0, 50, 10), "now")]
    found = [((0, 0, 10, 9), "CAFÉ"), ((20, 0, 30, 10), "opem"), ((60, 0, 70, 10), "now")]
    assert spotted(found, true) == Found(1, 3, 3)
    assert spotted(found, true, same=lambda read, truth: read == truth).right == 0
    assert spotted([], true) == Found(0, 0, 3) and spotted([], []).f1 == 1.0


def test_one_text_read_twice_counts_once():
    true = [((0, 0, 10, 10), "a"), ((1, 0, 11, 10), "b")]
    assert spotted([((0, 0, 10, 10), "b"), ((1, 0, 11, 10), "b")], true).right == 1
    assert spotted([((0, 0, 10, 10), "b"), ((1, 0, 11, 10), "a")], true).right == 2
