"""How close a reading is to the truth, in characters and words: edit distances over normalised text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np

SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFKC, every run of white space one space, none at the ends."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def distance(read: str, truth: str) -> int:
    """Levenshtein distance: least insertions, deletions and substitutions of one character each."""
    if len(read) > len(truth):  # fewer rows are faster; the distance is symmetric
        read, truth = truth, read
    letters = np.array([*map(ord, truth)], np.int64)  # (n,)
    places = np.arange(len(truth) + 1)
    row = places  # edits that turn the first characters of `read` into the first 0 .. n of `truth`
    for letter in read:
        reached = row + 1  # leaving a character out
        reached[1:] = np.minimum(reached[1:], row[:-1] + (letters != ord(letter)))
        row = np.minimum.accumulate(reached - places) + places  # putting characters in
    return int(row[-1])


def character_accuracy(pairs: Iterable[tuple[str, str]]) -> float:
    """1 - (edits over all pairs) / (characters of all truths), of (read, truth) after `normalise`; may fall below 0."""
    edits = count = 0
    for read, truth in pairs:
        read, truth = normalise(read), normalise(truth)
        edits += distance(read, truth)
        count += len(truth)
    return 1.0 - edits / max(count, 1)


def normalised_edit(read: str, truth: str) -> float:
    """Edits over the longer of both texts, 0 (equal) to 1, after `normalise`."""
    read, truth = normalise(read), normalise(truth)
    return distance(read, truth) / max(len(read), len(truth), 1)


def same_word(read: str, truth: str) -> bool:
    """Equal letters and digits, case aside: the usual measure for scene words."""
    return [*filter(str.isalnum, normalise(read).casefold())] == [*filter(str.isalnum, normalise(truth).casefold())]
