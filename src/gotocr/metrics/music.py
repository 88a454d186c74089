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

from .distance import common, distance
from .sets import f1

MOST = 4  # a reading so many times longer than the truth is looked at no further: it scores nothing anyway


def edits(read: Sequence[Hashable], truth: Sequence[Hashable]) -> int:
    """Least insertions, deletions and substitutions of one symbol each."""
    return distance(_within_reason(read, truth), truth)


def symbol_error_rate(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """Least insertions, deletions and substitutions over the length of the truth; 0 = equal, may exceed 1."""
    return edits(read, truth) / max(len(truth), 1)


def matches(read: Sequence[Hashable], truth: Sequence[Hashable]) -> int:
    """How many elements both have in the same order (longest common subsequence)."""
    return common(_within_reason(read, truth), truth)


def note_f1(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """Harmonic mean of the precision and the recall of notes; 1.0 where both lists are empty."""
    return f1(matches(read, truth), len(read), len(truth))


def _within_reason(read: Sequence[Hashable], truth: Sequence[Hashable]) -> Sequence[Hashable]:
    return read[: MOST * len(truth) + 100]
