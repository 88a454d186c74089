"""Edit distances against values counted by hand, and against the plain recurrence."""

from __future__ import annotations

import random

import pytest

from gotocr.metrics.text import character_accuracy, distance, normalise, normalised_edit, same_word


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


def test_distance_is_the_recurrence():
    rng = random.Random(1)
    for _ in range(60):
        read, truth = ("".join(rng.choices("abc", k=rng.randrange(9))) for _ in range(2))
        table = {(i, 0): i for i in range(10)} | {(0, j): j for j in range(10)}
        for i, left in enumerate(read, 1):
            for j, right in enumerate(truth, 1):
                table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (left != right))
        assert distance(read, truth) == table[len(read), len(truth)], (read, truth)


def test_normalise():
    assert normalise(" a\n\tb\u00a0 ﬁ … ") == "a b fi ..."


def test_accuracy_counts_all_characters_together():
    pairs = [("abcd", "abce"), ("", "xy"), ("one  two\n", "one two")]
    assert character_accuracy(pairs) == pytest.approx(1 - (1 + 2 + 0) / (4 + 2 + 7))
    assert character_accuracy([("much too long", "ab")]) < 0
    assert character_accuracy([]) == 1.0 and character_accuracy([("x", "")]) == 0.0


def test_normalised_edit_is_of_the_longer():
    assert normalised_edit("abc", "abcdef") == 0.5 and normalised_edit("", "") == 0 and normalised_edit("x", "") == 1


@pytest.mark.parametrize(("read", "truth", "same"), [("It's", "ITS", True), ("Straße", "STRASSE", True), ("cat", "cart", False)])
def test_words_are_letters_and_digits(read, truth, same):
    assert same_word(read, truth) is same
