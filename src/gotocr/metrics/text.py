"""How close a reading is to the truth, in characters and words: error rates, edit distances and words held in common.

All of them compare texts after `normalise`. Rates are sums over all pairs, edits over characters or words, so each comes as
the two numbers to be summed as well: a long text then weighs more than a short one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from .distance import distance
from .sets import f1

SPACES = re.compile(r"\s+")


class Errors(NamedTuple):
    """Least insertions, deletions and substitutions, and how many characters or words the truth has."""

    edits: int
    length: int

    @property
    def rate(self) -> float:
        """Edits over the length of the truth; above 1 where more was invented than there is. 0 for two empty texts."""
        return self.edits / max(self.length, 1)


class Matches(NamedTuple):
    """How many words a reading and the truth hold in common, each as often as both have it, and how many each has."""

    right: int
    read: int
    true: int

    @property
    def precision(self) -> float:
        """The share of what was read that is true; 1 where nothing was read."""
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        """The share of the truth that was read; 1 where there is none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return f1(self.right, self.read, self.true)


def normalise(text: str) -> str:
    """NFKC, every run of white space one space, none at the ends."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def character_errors(read: str, truth: str) -> Errors:
    """Edits of characters (the character error rate, CER, is their share of the truth's characters; Levenshtein 1966)."""
    read, truth = normalise(read), normalise(truth)
    return Errors(distance(read, truth), len(truth))


def word_errors(read: str, truth: str) -> Errors:
    """Edits of words between white space (the word error rate, WER, of speech recognition, as NIST's sclite counts it)."""
    words = normalise(truth).split()
    return Errors(distance(normalise(read).split(), words), len(words))


def character_error_rate(read: str, truth: str) -> float:
    return character_errors(read, truth).rate


def word_error_rate(read: str, truth: str) -> float:
    return word_errors(read, truth).rate


def character_accuracy(pairs: Iterable[tuple[str, str]]) -> float:
    """1 - (edits over all pairs) / (characters of all truths), of (read, truth) after `normalise`; may fall below 0."""
    found = [character_errors(read, truth) for read, truth in pairs]
    return 1.0 - Errors(sum(one.edits for one in found), sum(one.length for one in found)).rate


def normalised_edit(read: str, truth: str) -> float:
    """Edits over the longer of both texts, 0 (equal) to 1, after `normalise`: the normalised edit distance, NED."""
    read, truth = normalise(read), normalise(truth)
    return distance(read, truth) / max(len(read), len(truth), 1)


def word_matches(read: str, truth: str) -> Matches:
    """Words in common whatever their order, case and all: precision and recall of bags of words."""
    first, second = Counter(normalise(read).split()), Counter(normalise(truth).split())
    return Matches((first & second).total(), first.total(), second.total())


def same_word(read: str, truth: str) -> bool:
    """Equal letters and digits, case aside: the usual measure for scene words."""
    return [*filter(str.isalnum, normalise(read).casefold())] == [*filter(str.isalnum, normalise(truth).casefold())]
