"""Many distances at once are the distances one by one; what is found within a text is there, and what is there is found."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gotocr.metrics.distance import distance, reach
from gotocr.metrics.edits import Bounds, edits, is_within, shares


def texts(rng, count, letters):
    return ["".join(rng.choices(letters, k=rng.choice([0, 1, 3, 40, 64, 65, 130]))) for _ in range(count)]


@pytest.mark.parametrize("letters", ["ab", "abcdefgh", "aä海😀z"])
def test_all_pairs(letters):
    rng = random.Random(len(letters))
    for _ in range(20):
        ones, others = texts(rng, 5, letters), texts(rng, 4, letters)
        assert edits(ones, others).tolist() == [[distance(one, other) for other in others] for one in ones]


def test_shares_are_of_the_longer_text():
    assert shares(["abcd", ""], ["abxx", "", "abcdabcd"]).tolist() == [[0.5, 1.0, 0.5], [1.0, 0.0, 1.0]]
    assert shares([], ["a"]).shape == (0, 1) and edits(["a"], []).shape == (1, 0)


@pytest.mark.parametrize("letters", ["ab", "abcdefghijkl"])
def test_a_stretch_of_the_same_length(letters):
    rng = random.Random(len(letters))
    for _ in range(300):
        short, long = ("".join(rng.choices(letters, k=rng.randint(1, most))) for most in (12, 30))
        stretches = [long[start : start + len(short)] for start in range(len(long) - len(short) + 1)]
        most = rng.randint(0, len(short))
        assert is_within(short, long, most) == any(distance(short, stretch) <= most for stretch in stretches)


def test_nothing_is_within_nothing():
    assert not is_within("", "a", 0) and not is_within("ab", "a", 5) and not is_within("a", "a", -1)


def test_bounds_never_exceed_what_it_takes():
    rng = random.Random(3)
    for _ in range(50):
        shorts, long = texts(rng, 4, "abc海"), "".join(rng.choices("abc海d", k=rng.randint(0, 90)))
        found = Bounds(shorts).within(long)
        for short, bound in zip(shorts, found, strict=True):
            needed = min([len(short), *reach(short, long, anywhere=True)]) if short else 0
            assert bound == needed if len(short) <= 64 else bound <= needed
    assert isinstance(Bounds([]).within("abc"), np.ndarray)
