"""Edit distances, error rates and words in common against values counted by hand."""

from __future__ import annotations

import pytest

from gotocr.metrics.text import (
    character_accuracy,
    character_error_rate,
    character_errors,
    distance,
    normalise,
    normalised_edit,
    same_word,
    word_error_rate,
    word_errors,
    word_matches,
)


@pytest.mark.parametrize(
    ("read", "truth", "edits"),
    [
        ("", "", 0),
        ("abc", "", 3),
        ("", "ab", 2),
        ("same", "same", 0),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ("abcd", "bcda", 2),
        ("aaaa", "a", 3),
        ("saturday", "sunday", 3),
        ("né\U0001f600", "ne\U0001f600!", 2),
    ],
)
def test_distance_by_hand(read, truth, edits):
    assert distance(read, truth) == distance(truth, read) == edits


def test_normalise():
    assert normalise(" a\n\tb\u00a0 ﬁ … ") == "a b fi ..."


def test_accuracy_counts_all_characters_together():
    pairs = [("abcd", "abce"), ("", "xy"), ("one  two\n", "one two")]
    assert character_accuracy(pairs) == pytest.approx(1 - (1 + 2 + 0) / (4 + 2 + 7))
    assert character_accuracy([("much too long", "ab")]) < 0
    assert character_accuracy([]) == 1.0 and character_accuracy([("x", "")]) == 0.0


def test_normalised_edit_is_of_the_longer():
    assert normalised_edit("abc", "abcdef") == 0.5 and normalised_edit("", "") == 0 and normalised_edit("x", "") == 1


def test_error_rates_are_of_the_truth():
    assert character_errors("abxd  e", "abcd e") == (1, 6) and character_error_rate("abxd", "abcd") == 0.25
    assert [character_error_rate(read, "ab") for read in ("", "abcdef")] == [1.0, 2.0] and character_error_rate("", "") == 0.0
    assert word_errors("the cat sat", "a cat sat  down") == (2, 4) and word_error_rate("cat the", "the cat") == 1.0
    assert word_error_rate("ﬁne words", "fine\nwords") == 0.0, "after normalising"


def test_words_in_common_are_counted_with_repeats():
    found = word_matches("the the cat", "the cat the dog the")
    assert found == (3, 3, 5) and found.precision == 1.0 and found.recall == 0.6 and found.f1 == pytest.approx(0.75)
    assert word_matches("", "").f1 == 1.0 == word_matches("", "").precision
    assert word_matches("", "a b").f1 == 0.0 == word_matches("", "a b").recall and word_matches("x", "").recall == 1.0
    assert word_matches("dog cat", "cat dog") == (2, 2, 2) and word_matches("Cat", "cat").right == 0


@pytest.mark.parametrize(("read", "truth", "same"), [("It's", "ITS", True), ("Straße", "STRASSE", True), ("cat", "cart", False)])
def test_words_are_letters_and_digits(read, truth, same):
    assert same_word(read, truth) is same
