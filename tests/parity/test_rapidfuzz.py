"""Our edits, common subsequences, ratios and near matches against rapidfuzz and fuzzysearch on random texts."""

from __future__ import annotations

import os
import random
import string

import pytest

from gotocr.metrics.distance import common, distance
from gotocr.metrics.fuzzy import near_matches, partial_ratio, ratio

rapidfuzz = pytest.importorskip("rapidfuzz")
SEEDS = range(int(os.environ.get("GOTOCR_SEEDS", 1)))


def damaged(text: str, times: int) -> str:
    letters = list(text)
    for _ in range(times):
        at = random.randrange(len(letters) + 1)
        letters[at : at + random.randrange(2)] = random.choice(["", "x", "q ", "é"])
    return "".join(letters)


def some_pair() -> tuple[str, str]:
    letters = random.choice(["ab", "abcde ", "the quick brown fox", "文字识别 abc"])
    one, other = ("".join(random.choices(letters, k=random.choice([0, 1, 2, 5, 10, 30, 70, 200]))) for _ in range(2))
    if random.random() < 0.5:
        other = other[:20] + damaged(one, random.randrange(6)) + other[20:]
    return one, other


@pytest.mark.parametrize("seed", SEEDS)
def test_two_thousand_pairs(seed):
    from rapidfuzz import fuzz
    from rapidfuzz.distance import LCSseq, Levenshtein

    random.seed(seed)
    for _ in range(2000):
        one, other = some_pair()
        assert distance(one, other) == Levenshtein.distance(one, other)
        assert common(one, other) == LCSseq.similarity(one, other)
        assert ratio(one, other) == fuzz.ratio(one, other)
        if len(one) + len(other) < 100:
            best = fuzz.partial_ratio(one, other)
            assert partial_ratio(one, other) == best
            assert partial_ratio(one, other, 90.0) == (best if best >= 90.0 else 0.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_sequences_of_words(seed):
    from rapidfuzz.distance import Levenshtein

    random.seed(seed)
    for _ in range(300):
        one, other = (random.choices("the cat sat on a mat".split(), k=random.randrange(40)) for _ in range(2))
        assert distance(one, other) == Levenshtein.distance(one, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_near_matches_of_fuzzysearch(seed):
    """The same first and last place for up to an eighth of differences, and always the same answer whether there is any."""
    fuzzysearch = pytest.importorskip("fuzzysearch")
    random.seed(seed)
    words = ["".join(random.choices(string.ascii_lowercase, k=random.randrange(2, 9))) for _ in range(400)]
    for _ in range(500):
        text = " ".join(random.choices(words, k=random.randrange(20, 150)))
        at = random.randrange(len(text) - 4)
        wanted = text[at : at + random.randrange(4, 60)]
        most = min(random.randrange(5), len(wanted) // 2)
        text = text[:at] + damaged(text[at:], random.randrange(4)) + random.choice(["", " " + damaged(wanted, 2)])
        theirs = fuzzysearch.find_near_matches(wanted, text, max_l_dist=most)
        ours = near_matches(wanted, text, most)
        assert bool(theirs) == bool(ours)
        if theirs and 8 * most <= len(wanted):
            assert (min(theirs).start, max(theirs).start) == (ours[0].start, ours[-1].start), (wanted, most, text)
