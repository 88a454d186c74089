"""Texts found within others though some letters differ: the ratios of rapidfuzz, and where a near match begins.

The ratio of two texts is what they have in common, in order, over all of both: twice their longest common subsequence over
the sum of their lengths. Ratios run from 0 to 100 and equal those of rapidfuzz 3.14 to the last bit, since facts are
decided by whether they reach a limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from .distance import common, common_with, places, reach


class Near(NamedTuple):
    """A stretch of a text, and how many edits it is away from what was looked for."""

    start: int
    end: int
    edits: int


def ratio(one: str, other: str) -> float:
    return _ratio(common(one, other), len(one) + len(other))


def _ratio(shared: int, both: int) -> float:
    return (1.0 - (both - 2 * shared) / both if both else 1.0) * 100


def partial_ratio(one: str, other: str, least: float = 0.0) -> float:
    """The best ratio of the shorter text with any stretch of the longer one, of its length or less at the ends.

    0 where it does not reach `least`; the higher that is, the sooner this is known.
    """
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if short in long:
        return 100.0 if short or not long else 0.0
    best = _best_window(short, long, least)
    return max(best, _best_window(long, short, least)) if len(short) == len(long) else best


def _best_window(short: str, long: str, least: float) -> float:
    bounds = [(bound, start, end) for bound, start, end in _windows(short, long) if bound and bound >= least]
    equal, best = places(short), 0.0
    for bound, start, end in sorted(bounds, reverse=True):
        if bound <= best:
            break
        best = max(best, _ratio(common_with(equal, len(short), long[start:end]), len(short) + end - start))
    return best if best >= least else 0.0


def _windows(short: str, long: str) -> Iterator[tuple[float, int, int]]:
    """Every stretch of the longer text, as (a ratio it cannot exceed, start, end): that of the letters in any order."""
    size, needed, held = len(short), Counter(short), Counter[str]()
    shared = 0
    for end in range(1, len(long) + size):
        if end <= len(long):
            letter = long[end - 1]
            held[letter] += 1
            shared += held[letter] <= needed[letter]
        if end > size:
            letter = long[end - size - 1]
            shared -= held[letter] <= needed[letter]
            held[letter] -= 1
        start, stop = max(0, end - size), min(end, len(long))
        yield _ratio(shared, size + stop - start), start, stop


def near_matches(wanted: str, text: str, most: int) -> list[Near]:
    """Stretches at most `most` edits away from `wanted`, from left to right, the nearest of those that overlap, then the longest.

    Without edits allowed, all places where it stands, overlapping ones too. As fuzzysearch's `find_near_matches` gives them.
    """
    if most == 0:
        return [*_exact(wanted, text)]
    ends = [(edits, end) for end, edits in enumerate(reach(wanted, text, anywhere=True), 1) if edits <= most]
    backwards, taken, found = wanted[::-1], bytearray(len(text)), []
    for edits, end in sorted(ends):
        if any(taken[max(0, end - max(1, len(wanted) - edits)) : end]):  # so long it is at least
            continue
        before = text[max(0, end - len(wanted) - edits) : end][::-1]
        lengths = [length for length, away in enumerate(reach(backwards, before), 1) if away == edits]
        if lengths and not any(taken[end - lengths[-1] : end]):
            found.append(Near(end - lengths[-1], end, edits))
            taken[end - lengths[-1] : end] = b"\1" * lengths[-1]
    return sorted(found)


def _exact(wanted: str, text: str) -> Iterator[Near]:
    at = text.find(wanted)
    while at >= 0:
        yield Near(at, at + len(wanted), 0)
        at = text.find(wanted, at + 1)
