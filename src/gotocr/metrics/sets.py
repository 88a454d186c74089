"""How alike two collections are: shares of what they hold in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable


def tanimoto(one: Counter[Hashable], two: Counter[Hashable]) -> float:
    """What both hold over what either holds, counted with repeats (Tanimoto, or Jaccard, of multisets); 1 for two empty ones."""
    either = sum((one | two).values())
    return sum((one & two).values()) / either if either else 1.0


def f1(right: float, written: float, true: float) -> float:
    """Harmonic mean of precision and recall, given how much is right, written and true; 1 where nothing is written nor true."""
    return 2 * right / (written + true) if written + true else 1.0
