"""Differences join to both texts, are as few as can be where texts are short, and come in bounded time where they are long."""

from __future__ import annotations

import random
import time

import pytest

from gotocr.evaluate.difference import differences
from gotocr.metrics.text import distance

KNOWN = [
    ("", "", []),
    ("same", "same", [("equal", "same", "same")]),
    ("", "abc", [("delete", "", "abc")]),
    ("abc", "", [("insert", "abc", "")]),
    ("the cat sat", "the cat sat on", [("equal", "the cat sat", "the cat sat"), ("delete", "", " on")]),
    ("Hel1o", "Hello", [("equal", "Hel", "Hel"), ("replace", "1", "l"), ("equal", "o", "o")]),
    ("a red cat", "a dog", [("equal", "a ", "a "), ("replace", "red cat", "dog")]),
    ("foo\nbar", "foo bar", [("equal", "foo", "foo"), ("replace", "\n", " "), ("equal", "bar", "bar")]),
    ("就会哈大笑", "就会哈哈大笑", [("equal", "就会哈", "就会哈"), ("delete", "", "哈"), ("equal", "大笑", "大笑")]),
]


@pytest.mark.parametrize(("read", "truth", "expected"), KNOWN)
def test_known_differences(read, truth, expected):
    assert differences(read, truth) == expected


def test_a_letter_keeps_its_accent():
    found = differences("e\u0301te\u0301", "e\u0301te\u0300")
    assert found == [("equal", "e\u0301t", "e\u0301t"), ("replace", "e\u0301", "e\u0300")]


def test_words_without_likeness_are_not_taken_apart():
    assert differences("xylophone", "dog") == [("replace", "xylophone", "dog")]


def check(read: str, truth: str) -> list[tuple[str, str, str]]:
    found = differences(read, truth)
    assert "".join(part for _, part, _ in found) == read and "".join(part for _, _, part in found) == truth
    for tag, one, other in found:
        assert {"equal": one == other, "insert": one and not other, "delete": other and not one}.get(tag, one and other)
        assert tag != "replace" or one != other
    assert all(one[0] != other[0] for one, other in zip(found, found[1:], strict=False)), "neighbours of one tag"
    return found


@pytest.mark.parametrize("alphabet", ["ab ", "abc\n", "猫犬ab ", "e\u0301\u0300 ", "\x00\u202e\ud800 a\U0001f600", " \n\t"])
def test_parts_join_to_both_texts(alphabet):
    rng = random.Random(len(alphabet))
    for _ in range(150):
        check(*("".join(rng.choices(alphabet, k=rng.randrange(40))) for _ in range(2)))


def test_edits_within_one_word_are_the_fewest():
    rng = random.Random(5)
    for _ in range(100):
        truth = "".join(rng.choices("abcdef", k=12))
        read = "".join(rng.choice("abcdef") if rng.random() < 0.2 else letter for letter in truth)
        found = check(read, truth)
        edits = sum(max(len(one), len(other)) for tag, one, other in found if tag != "equal")
        assert edits == distance(read, truth)


def words(rng: random.Random, count: int, vocabulary: int) -> list[str]:
    return [str(rng.randrange(vocabulary)) for _ in range(count)]


@pytest.mark.parametrize("vocabulary", [2, 50, 10**6])
def test_long_texts_come_in_bounded_time(vocabulary):
    rng = random.Random(vocabulary)
    one, other = (" ".join(words(rng, 20_000, vocabulary)) for _ in range(2))
    started = time.process_time()
    check(one, other)
    check("x" * 100_000, "the " * 20_000)
    assert time.process_time() - started < 20


def test_errors_in_long_texts_are_found_one_by_one():
    rng = random.Random(9)
    truth = words(rng, 20_000, 10**6)
    wrong = sorted(rng.sample(range(len(truth)), 50))
    read = [f"w{word}" if place in wrong else word for place, word in enumerate(truth)]
    found = [part for part in check(" ".join(read), " ".join(truth)) if part[0] != "equal"]
    assert found == [("insert", "w", "")] * 50


def test_a_reading_that_goes_in_circles_is_compared_in_time():
    started = time.process_time()
    check("the end " * 30_000, "the end of a short page")
    assert time.process_time() - started < 5
