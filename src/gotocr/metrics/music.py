"""How close a reading of sheet music is to the truth: symbol error rate, and the notes that have the right pitch and length.

Both take plain lists, so that a score written as ABC, `**kern` or MusicXML is measured alike once it is one.

- Symbol error rate: edits over the number of true symbols, as Calvo-Zaragoza and Rizo, "End-to-End Neural Optical Music
  Recognition of Monophonic Scores", Applied Sciences 8(4):606, 2018, section 4.2, measure sequences.
- Notes: precision and recall of notes, as Byrd and Simonsen, "Towards a Standard Testbed for Optical Music Recognition",
  Journal of New Music Research 44(3), 2015, ask for at the level of pitch and duration; a note is found where the best
  alignment in order (longest common subsequence) pairs it with an equal one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

MOST = 4  # a reading so many times longer than the truth is looked at no further: it scores nothing anyway


def symbol_error_rate(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """Least insertions, deletions and substitutions over the length of the truth; 0 = equal, may exceed 1."""
    first, second = _numbered(read, truth)
    places = np.arange(len(second) + 1)
    row = places
    for symbol in first:
        reached = row + 1
        reached[1:] = np.minimum(reached[1:], row[:-1] + (second != symbol))
        row = np.minimum.accumulate(reached - places) + places
    return float(row[-1]) / max(len(truth), 1)


def matches(read: Sequence[Hashable], truth: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence."""
    first, second = _numbered(read, truth)
    row = np.zeros(len(second) + 1, np.int64)
    for symbol in first:
        row[1:] = np.maximum(row[1:], row[:-1] + (second == symbol))
        row = np.maximum.accumulate(row)
    return int(row[-1])


def note_f1(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """Harmonic mean of the precision and the recall of notes; 1.0 where both lists are empty."""
    return 2 * matches(read, truth) / (len(read) + len(truth)) if read or truth else 1.0


def note_recall(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """The share of the true notes that were read with the right pitch and length."""
    return matches(read, truth) / len(truth) if truth else float(not read)


def _numbered(read: Sequence[Hashable], truth: Sequence[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    numbers: dict[Hashable, int] = {}
    read = read[: MOST * len(truth) + 100]
    both = [np.array([numbers.setdefault(symbol, len(numbers)) for symbol in symbols], np.int64) for symbols in (read, truth)]
    return both[0], both[1]
