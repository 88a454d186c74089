"""How close a reading is to the truth, in characters and words: edit distances over normalised text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ..errors import MissingExtraError

SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFKC, every run of white space one space, none at the ends."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def distance(read: str, truth: str) -> int:
    """Levenshtein distance: least insertions, deletions and substitutions of one character each."""
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError as cause:
        raise MissingExtraError("train", "measuring readings") from cause
    return Levenshtein.distance(read, truth)


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
