"""Edit distances of all pairs of two lists of texts, and which texts stand within a longer one, more or less.

The bit vectors of `distance`, for many texts at once: they are laid side by side in one long number, with a bit between them
that no carry gets across (after Hyyrö, Fredriksson and Navarro 2005, "Increased bit-parallelism for approximate and multiple
string matching", section 4).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .distance import distance, places, reach


def edits(ones: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """(n, m) Levenshtein distances of all pairs."""
    laid = [letter for text in ones for letter in (*text, None)]
    equal = places(laid)
    between = equal.pop(None, 0)
    every = ((1 << len(laid)) - 1) ^ between
    firsts = (between << 1 | 1) & every
    starts = np.cumsum([0, *(len(text) + 1 for text in ones)]).tolist()
    fields = [(start, (1 << len(text)) - 1) for start, text in zip(starts, ones, strict=False)]
    found = np.empty((len(ones), len(others)), np.int64)
    for column, other in enumerate(others):
        up, down = every, 0
        for letter in other:
            same = equal.get(letter, 0)
            diagonal = (((same & up) + up) ^ up | same | down) & every
            right, back = down | (every ^ (diagonal | up)), diagonal & up
            shifted = (right << 1 | firsts) & every
            up, down = (back << 1 & every) | (every ^ (diagonal | shifted)), shifted & diagonal
        for row, (start, field) in enumerate(fields):
            found[row, column] = len(other) + (up >> start & field).bit_count() - (down >> start & field).bit_count()
    return found


def shares(ones: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """(n, m) distances over the longer of both texts, 0 to 1; 0 for two empty ones."""
    lengths = np.maximum(
        np.array([len(text) for text in ones], np.int64)[:, None], np.array([len(text) for text in others], np.int64)
    )
    return edits(ones, others) / np.maximum(lengths, 1)


def is_within(short: str, long: str, most: int) -> bool:
    """Whether some stretch of `long`, exactly as long as `short`, is at most `most` edits away from it."""
    size, last = len(short), len(long) - len(short)
    if not size or last < 0 or most < 0:
        return False
    if most >= size or short in long:
        return True
    ends = reach(short, long, anywhere=True)[size - 1 :]  # by stretches of any length that end where one of that size does
    if min(ends) > most:
        return False
    starts = reach(short[::-1], long[::-1], anywhere=True)[size - 1 :][::-1]
    bounds = [*map(max, ends, starts)]
    promising = sorted((start for start, bound in enumerate(bounds) if bound <= most), key=bounds.__getitem__)
    return any(distance(short, long[start : start + size]) <= most for start in promising)


WORD = 64  # letters that one machine word compares at once


class Bounds:
    """Texts that are looked for in others: for each, no more edits than it takes in the best stretch of another text.

    Each is cut to pieces of one machine word, all pieces are looked for at once (Sellers 1980), and their edits are summed.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        pieces = [(number, text[at : at + WORD]) for number, text in enumerate(texts) for at in range(0, len(text), WORD)]
        self._texts = len(texts)
        self._owners = np.array([number for number, _ in pieces], np.int64)
        self._sizes = np.array([len(piece) for _, piece in pieces], np.int64)
        self._places: dict[str, list[tuple[int, int]]] = {}
        for row, (_, piece) in enumerate(pieces):
            for letter, bits in places(piece).items():
                self._places.setdefault(letter, []).append((row, bits))
        self._equal: dict[str, np.ndarray] = {}

    def within(self, long: str) -> np.ndarray:
        """(n,) a lower bound of the edits of each text within `long`."""
        unit, last = np.uint64(1), (self._sizes - 1).astype(np.uint64)
        down = np.zeros(len(self._sizes), np.uint64)
        up = ~down
        count, least = self._sizes.copy(), self._sizes.copy()
        for letter in long:
            same = self._same(letter)
            diagonal = (((same & up) + up) ^ up) | same | down
            right, back = down | ~(diagonal | up), diagonal & up
            count += (right >> last & unit).view(np.int64) - (back >> last & unit).view(np.int64)
            np.minimum(least, count, out=least)
            shifted = right << unit
            up, down = back << unit | ~(diagonal | shifted), shifted & diagonal
        return np.bincount(self._owners, least, self._texts)

    def _same(self, letter: str) -> np.ndarray:
        """Where a letter stands in every piece, as bits."""
        found = self._equal.get(letter)
        if found is None:
            found = self._equal[letter] = np.zeros(len(self._sizes), np.uint64)
            for row, bits in self._places.get(letter, ()):
                found[row] = bits
        return found


def paired(costs: np.ndarray, alone: float) -> list[tuple[int, int]]:
    """Pairs (row, column), both ascending, of least sum of `costs` (n, m), what has no partner costing `alone`."""
    rows, columns = costs.shape
    table = np.empty((rows + 1, columns + 1))
    steps = alone * np.arange(columns + 1)
    table[0] = steps
    for row in range(1, rows + 1):
        reached = table[row - 1] + alone
        reached[1:] = np.minimum(reached[1:], table[row - 1, :-1] + costs[row - 1])
        table[row] = np.minimum.accumulate(reached - steps) + steps
    pairs, row, column = [], rows, columns
    while row and column:
        most = table[row, column] + 1e-9
        if table[row - 1, column - 1] + costs[row - 1, column - 1] <= most:
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif table[row - 1, column] + alone <= most:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]
