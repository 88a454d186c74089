"""Least edits between two sequences, of characters, words or symbols, and the most they have in common in order.

Both are computed with bit vectors, for which Python's long numbers serve: Myers (1999), "A fast bit-vector algorithm for
approximate string matching based on dynamic programming", Journal of the ACM 46(3); in the form and with the bands of
Hyyrö (2003), "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of Computing 10.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

NARROW = 63  # half the width of the first band that is tried
WIDER = 8  # by how much a band grows that was too narrow


def distance(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Levenshtein distance: least insertions, deletions and substitutions of one element each."""
    if len(one) < len(other):
        one, other = other, one
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))
    one, other = one[start:], other[start:]
    end = next((at for at, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b), len(other))
    one, other = one[: len(one) - end], other[: len(other) - end]
    if not other:
        return len(one)
    band = max(NARROW, len(one) - len(other))
    while 4 * band < len(other):
        edits = _within(one, other, band)
        if edits <= band:
            return edits
        band *= WIDER
    return reach(other, one)[-1]


def common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence (bit vectors after Crochemore et al. 2001)."""
    if len(one) > len(other):
        one, other = other, one
    return common_with(places(one), len(one), other)


def common_with(equal: Mapping[Hashable, int], size: int, other: Sequence[Hashable]) -> int:
    """The same for a sequence that is given by its `places` and its length."""
    left = every = (1 << size) - 1  # a zero for each element that is matched so far
    for element in other:
        same = equal.get(element, 0) & left
        if same:
            left = ((left + same) | (left - same)) & every
    return size - left.bit_count()


def places(elements: Sequence[Hashable]) -> dict[Hashable, int]:
    """For each element a bit at every place where it stands, the first place the lowest."""
    found: dict[Hashable, list[int]] = {}
    for place, element in enumerate(elements):
        found.setdefault(element, []).append(place)
    return {element: _bits(where) for element, where in found.items()}


def _bits(where: Sequence[int]) -> int:
    """The number with these bits; they rise. A long one is not shifted together bit by bit."""
    packed = bytearray(where[-1] // 8 + 1)
    for place in where:
        packed[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(packed, "little")


def reach(one: Sequence[Hashable], other: Sequence[Hashable], anywhere: bool = False) -> list[int]:
    """For each element of `other`: least edits between all of `one` and what ends with it, from the beginning on.

    With `anywhere` what ends there may begin anywhere: how near `one` is to any stretch (Sellers 1980).
    """
    every, last, first = (1 << len(one)) - 1, 1 << (len(one) - 1), not anywhere
    equal, found = places(one), []
    edits, up, down = len(one), every, 0
    for element in other:
        same = equal.get(element, 0)
        diagonal = (((same & up) + up) ^ up | same | down) & every
        right, back = down | (every ^ (diagonal | up)), diagonal & up
        if right & last:
            edits += 1
        elif back & last:
            edits -= 1
        found.append(edits)
        shifted = (right << 1 | first) & every
        up, down = (back << 1 & every) | (every ^ (diagonal | shifted)), shifted & diagonal
    return found


def _within(one: Sequence[Hashable], other: Sequence[Hashable], band: int) -> int:
    """The distance if it is at most `band`, else some greater number; `one` is the longer, by at most `band`.

    Bit b stands for the element of `one` that is b - `band` places further on than the one of `other` that is looked at.
    """
    top, every = 1 << 2 * band, (1 << (2 * band + 1)) - 1
    goal = 1 << (band + len(one) - len(other))  # the diagonal that ends where both end
    edits = len(one) - len(other)
    equal: dict[Hashable, tuple[int, int]] = {}  # places within the band, as they were at a step
    for place, element in enumerate(one[:band]):
        equal[element] = equal.get(element, (0, 0))[0] | 1 << (band + place), 0
    up, down = every ^ ((1 << band) - 1), 0
    for step, element in enumerate(other):
        if step + band < len(one):
            entering = one[step + band]
            bits, since = equal.get(entering, (0, step))
            equal[entering] = bits >> (step - since) | top, step
        bits, since = equal.get(element, (0, step))
        same = bits >> (step - since)
        diagonal = (((same & up) + up) ^ up | same | down) & every
        if not diagonal & goal:
            edits += 1
        right, back = down | (every ^ (diagonal | up)), diagonal & up
        shifted = diagonal >> 1
        up, down = back | (every ^ (shifted | right)), shifted & right
    return edits
