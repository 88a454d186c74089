"""Words beside the true ones: pairs in order, boxes from glyphs, places found, and confidences with whether they were right."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.schema import AREA, Glyphs, Sample, Word
from gotocr.train.words import aligned, place, true_words

# "ab c": letters 10 wide on a picture of 40 x 20; a rule under the first word is no letter of it, the blank has no ink.
BOXES = np.array([[0, 0, 10, 10], [10, 2, 20, 12], [0, 15, 20, 17], [20, 0, 30, 10], [30, 5, 44, 12]], np.float32)
PLACES = np.array([0, 1, 0, 2, 3], np.int32)
SAMPLE = Sample(np.zeros((20, 40, 3), np.uint8), "ab c", "ab c", Glyphs(f"ab{AREA} c", BOXES, PLACES, PLACES), "text")


def test_a_word_is_where_its_letters_are():
    assert true_words(SAMPLE) == [("ab", (0, 0, 20, 12)), ("c", (30, 5, 40, 12))]


@pytest.mark.parametrize(
    ("read", "truth", "pairs"),
    [
        ("a b c", "a b c", [(0, 0), (1, 1), (2, 2)]),
        ("a c", "a b c", [(0, 0), (1, 2)]),
        ("a x b", "a b", [(0, 0), (2, 1)]),
        ("he1lo world", "hello world", [(0, 0), (1, 1)]),
        ("qqq", "zzz", []),
        ("", "a", []),
        ("one two", "", []),
        ("the cat the dog", "the dog", [(2, 0), (3, 1)]),
    ],
)
def test_pairs_in_order(read, truth, pairs):
    assert aligned(read.split(), truth.split()) == pairs


def test_least_cost():
    """As the recursion of the definition, without a table."""
    from functools import cache

    from gotocr.metrics.edits import shares
    from gotocr.train.words import GAP

    rng = np.random.default_rng(3)
    for _ in range(20):
        read, truth = ([["ab", "abc", "bcd", "x", "abd"][at] for at in rng.integers(0, 5, size)] for size in rng.integers(0, 7, 2))
        costs = shares(read, truth)

        @cache
        def least(row, column, costs=costs):
            if not row or not column:
                return GAP * (row + column)
            across = least(row - 1, column - 1) + costs[row - 1, column - 1]
            return min(across, least(row - 1, column) + GAP, least(row, column - 1) + GAP)

        pairs = aligned(read, truth)
        cost = sum(costs[pair] for pair in pairs) + GAP * (len(read) + len(truth) - 2 * len(pairs))
        assert cost == pytest.approx(least(len(read), len(truth)))
        assert all(a < c and b < d for (a, b), (c, d) in zip(pairs, pairs[1:], strict=False))


def test_places_found():
    """(0, 0, 20, 12) has 240 pixels: half of it is just enough, a pixel less is not."""
    right = Word("c", (30, 5, 40, 12), 0.75)
    assert place([Word("ab", (0, 0, 10, 12), 0.5), right], SAMPLE) == (2, 2, 2, 2, ((0.5, 1.0), (0.75, 1.0)))
    assert place([Word("ab", (0, 0, 9.9, 12), 0.5), right], SAMPLE)[:4] == (2, 1, 2, 1)
    assert place([Word("xb", (0, 0, 20, 12), 0.5), right], SAMPLE) == (2, 2, 1, 1, ((0.5, 0.0), (0.75, 1.0)))
    assert place([Word("ab", None, None), right], SAMPLE) == (2, 1, 2, 1, ((0.75, 1.0),))
    assert place([Word("invented", (0, 0, 20, 12), 0.9)], SAMPLE) == (2, 0, 0, 0, ((0.9, 0.0),))
    assert place([], SAMPLE) == (2, 0, 0, 0, ())
