"""Symbol error rate and note F1 on lists whose answers are known."""

from __future__ import annotations

import pytest

from gotocr.metrics.music import matches, note_f1, note_recall, symbol_error_rate


def test_equal_is_best():
    assert symbol_error_rate("abc", "abc") == 0.0 and note_f1("abc", "abc") == 1.0 == note_recall("abc", "abc")


@pytest.mark.parametrize(
    "read, truth, rate",
    [("", "abcd", 1.0), ("abxd", "abcd", 0.25), ("abcde", "abcd", 0.25), ("bcd", "abcd", 0.25), ("ba", "ab", 1.0)],
)
def test_edits(read, truth, rate):
    assert symbol_error_rate(read, truth) == rate


def test_matches_are_in_order():
    assert matches("abcd", "acbd") == 3 and matches("", "ab") == 0
    assert note_f1("ab", "abcd") == pytest.approx(4 / 6) and note_recall("ab", "abcd") == 0.5


def test_nothing_and_too_much():
    assert (
        note_f1("", "") == 1.0 and note_recall("", "") == 1.0 and note_recall("a", "") == 0.0 and symbol_error_rate("", "") == 0.0
    )
    assert symbol_error_rate("x" * 100_000, "ab") > 3
