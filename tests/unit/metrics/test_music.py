"""Symbol error rate and note F1 on lists whose answers are known."""

from __future__ import annotations

import pytest

from gotocr.metrics.music import edits, matches, note_f1, symbol_error_rate


def test_equal_is_best():
    assert symbol_error_rate("abc", "abc") == 0.0 and note_f1("abc", "abc") == 1.0


@pytest.mark.parametrize(
    "read, truth, rate",
    [("", "abcd", 1.0), ("abxd", "abcd", 0.25), ("abcde", "abcd", 0.25), ("bcd", "abcd", 0.25), ("ba", "ab", 1.0)],
)
def test_edits(read, truth, rate):
    assert symbol_error_rate(read, truth) == rate == edits(read, truth) / len(truth)


def test_matches_are_in_order():
    assert matches("abcd", "acbd") == 3 and matches("", "ab") == 0
    assert note_f1("ab", "abcd") == pytest.approx(4 / 6)


def test_nothing_and_too_much():
    assert note_f1("", "") == 1.0 and note_f1("a", "") == 0.0 == symbol_error_rate("", "")
    assert symbol_error_rate("x" * 100_000, "ab") > 3
