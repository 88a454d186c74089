"""Two readings of one page: equal and like words are paired, in any order of parts, in bounded time."""

from __future__ import annotations

import time
from random import Random

from gotocr.trust.placing_match import match

TEXT = "the quick brown fox jumps over the lazy dog while a patient farmer repairs the wooden fence behind his barn".split()


def pairs(one, other):
    return [(" ".join(one[pair.first : pair.last]), " ".join(other[pair.other : pair.other_last])) for pair in match(one, other)]


def test_equal_texts_are_paired_word_by_word():
    assert match(TEXT, TEXT) == [(at, at + 1, at, at + 1) for at in range(len(TEXT))]


def test_marks_and_case_do_not_count_and_misspelt_words_are_paired():
    other = [word.upper() + "," if at % 4 else word for at, word in enumerate(TEXT)]
    other[4] = "jmups"
    assert len(match(TEXT, other)) == len(TEXT)


def test_words_that_are_missing_or_more_have_no_partner():
    assert [one for one, _ in pairs(TEXT[:5] + ["certainly", "invented"] + TEXT[5:], TEXT)] == TEXT
    assert [one for one, _ in pairs(TEXT, TEXT[:5] + TEXT[8:])] == TEXT[:5] + TEXT[8:]


def test_parts_in_another_order_are_found():
    found = match(TEXT, TEXT[10:] + TEXT[:10])
    assert len(found) == len(TEXT) and all(TEXT[pair.first] == (TEXT[10:] + TEXT[:10])[pair.other] for pair in found)


def test_a_word_in_two_parts_is_one_in_the_other_reading():
    one, other = "that in formation was given to the press".split(), "that information was given to the press".split()
    assert ("in formation", "information") in pairs(one, other) and ("information", "in formation") in pairs(other, one)


def test_accidents_are_no_pairs():
    assert match(TEXT, "a sentence of something entirely else, in which no words are yours".split()) == []
    assert match([], TEXT) == [] == match(TEXT, []) == match(["", "  "], TEXT)


def test_long_readings_take_bounded_time():
    rng = Random(1)
    words = ["".join(rng.choices("abcdefgh", k=rng.randint(1, 7))) for _ in range(10_000)]
    begun = time.process_time()
    assert len(match(words, words[5_000:] + words[:5_000])) == len(words)
    assert len(match(words, [word if rng.random() > 0.1 else f"{word}q" for word in words])) > 9_000
    match(["a"] * 10_000, ["a", "b"] * 5_000)
    match(words, words[::-1])
    assert time.process_time() - begun < 20
