"""Edits and common subsequences against the plain recurrences, for letters and for other things, and fast on long pages."""

from __future__ import annotations

import random
import time

import pytest

from gotocr.metrics.distance import _within, common, distance, places, reach


def by_recurrence(one, other, anywhere=False):
    """Least edits between all of `one` and each beginning of `other` (or what ends there), as the textbook has it."""
    column = [*range(len(one) + 1)]
    found = []
    for at, element in enumerate(other, 1):
        before, column[0] = column[:], 0 if anywhere else at
        for row, mine in enumerate(one, 1):
            column[row] = min(before[row] + 1, column[row - 1] + 1, before[row - 1] + (mine != element))
        found.append(column[-1])
    return found


def some_text(most, letters="abc"):
    return "".join(random.choices(letters, k=random.randrange(most)))


def test_words_and_symbols_are_elements():
    one, other = "the cat sat on the mat".split(), "a cat on the big mat".split()
    assert distance(one, other) == 3 and common(one, other) == 4
    assert distance([("note", 1), ("rest", 2)], [("note", 1)]) == 1 and distance((), []) == 0 == common([], [1])
    assert places("abab") == {"a": 0b0101, "b": 0b1010}


def test_all_are_the_recurrences():
    random.seed(1)
    for _ in range(150):
        one, other = some_text(12) + "a", some_text(12)
        assert reach(one, other) == by_recurrence(one, other)
        assert reach(one, other, anywhere=True) == by_recurrence(one, other, anywhere=True)
        assert distance(one, other) == distance(other, one) == [len(one), *by_recurrence(one, other)][-1]


def test_a_band_tells_when_it_is_too_narrow():
    random.seed(2)
    for _ in range(300):
        one, other = sorted((some_text(40), some_text(40)), key=len, reverse=True)
        if not other:
            continue
        edits = by_recurrence(one, other)[-1]
        for band in (max(len(one) - len(other), 1), len(one) - len(other) + 3, 60):
            found = _within(one, other, band)
            assert found == edits if edits <= band else found > band


def test_long_texts_are_compared_exactly():
    random.seed(3)
    words = [some_text(9, "abcdefgh") for _ in range(200)]
    text = " ".join(random.choices(words, k=700))
    for changes in (0, 5, 200):
        other = [*text]
        for _ in range(changes):
            other[random.randrange(len(other))] = "z"
        assert distance(text, other) == sum(a != b for a, b in zip(text, other, strict=True))
    assert distance(text, text[:500] + text[900:]) == 400 and common(text, text[:500] + text[900:]) == len(text) - 400


@pytest.mark.parametrize("every", [300, 4])
def test_a_page_of_fifty_thousand_letters_does_not_take_seconds(every):
    random.seed(4)
    text = "".join(random.choices("etaoin shrdlu", k=50_000))
    other = "".join("q" if random.randrange(every) == 0 else letter for letter in text)
    start = time.process_time()
    assert distance(text, other) > 50_000 / every / 2
    assert time.process_time() - start < 8.0  # 0.2 and 1.2 on a quiet core
