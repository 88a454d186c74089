"""Which words of two readings of one page are the same, though letters, words or lines differ and parts stand in another order."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..metrics.distance import distance
from ..metrics.edits import paired, shares

CELLS = 160_000  # pairs of words that are compared one by one at once; between words that both have once, there are seldom as many
LONGEST = 60  # letters of a word that are compared
ALIKE = 0.4  # share of edits of two words that may be the same
ALONE = 0.4  # what a word without partner costs; a pair costs its share of edits
ROUNDS = 6  # of what stands in another order
CHAIN, FIRST_CHAIN = 10, 5  # letters, those of words that are only alike counting half, of words side by side in both readings that are no accident; in the first round
APART = 4  # words between two that stand side by side, at most
GRAMS = (1, 2, 3)  # words in a row that both readings have just once


class Pair(NamedTuple):
    """Words `first` up to, not including, `last` of one reading, and those of the other."""

    first: int
    last: int
    other: int
    other_last: int


def match(ones: Sequence[str], others: Sequence[str]) -> list[Pair]:
    """Pairs of equal or like words, by their place in `ones`; every word is in one pair at most.

    Near-linear in the number of words: like words are looked for only between words that both have just once.
    """
    one, other = [plain(word) for word in ones], [plain(word) for word in others]
    free, other_free = [at for at, word in enumerate(one) if word], [at for at, word in enumerate(other) if word]
    found: list[tuple[int, int]] = []
    for number in range(ROUNDS):
        if not free or not other_free:
            break
        pairs = list(_aligned([one[at] for at in free], [other[at] for at in other_free]))
        pairs = sorted((free[row], other_free[column]) for row, column in pairs)
        least = min(FIRST_CHAIN if number == 0 else CHAIN, sum(map(len, one)) // 2)
        kept = [pair for chain in _chains(pairs) if _weight(chain, one, other) >= least for pair in chain]
        if not kept:
            break
        found += kept
        rows, columns = {row for row, _ in kept}, {column for _, column in kept}
        free = [at for at in free if at not in rows]
        other_free = [at for at in other_free if at not in columns]
    return _joined(sorted(found), one, other)


def plain(word: str) -> str:
    """A word for comparing: compatible forms and case are one, and marks around it and of Markdown do not count."""
    said = unicodedata.normalize("NFKC", word[: 4 * LONGEST]).casefold()
    kept = "".join(letter for letter in said if letter.isalnum())
    return (kept or said.strip())[:LONGEST]


def _chains(pairs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Pairs that stand side by side in both readings."""
    chain: list[tuple[int, int]] = []
    for pair in pairs:
        if chain and not (pair[0] - chain[-1][0] <= APART and 0 < pair[1] - chain[-1][1] <= APART):
            yield chain
            chain = []
        chain.append(pair)
    if chain:
        yield chain


def _weight(chain: Sequence[tuple[int, int]], one: Sequence[str], other: Sequence[str]) -> float:
    return sum(len(one[row]) * (1.0 if one[row] == other[column] else 0.5) for row, column in chain)


def _aligned(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of places, both rising."""
    waiting = [(0, len(one), 0, len(other))]
    while waiting:
        first, last, low, high = waiting.pop()
        while first < last and low < high and one[first] == other[low]:
            yield first, low
            first, low = first + 1, low + 1
        while first < last and low < high and one[last - 1] == other[high - 1]:
            last, high = last - 1, high - 1
            yield last, high
        if first == last or low == high:
            continue
        anchors = next(filter(None, (_anchors(one[first:last], other[low:high], size) for size in GRAMS)), None)
        if anchors:
            at, under = first, low
            for row, column in anchors:
                waiting.append((at, first + row, under, low + column))
                yield first + row, low + column
                at, under = first + row + 1, low + column + 1
            waiting.append((at, last, under, high))
        elif (last - first) * (high - low) <= CELLS:
            yield from ((first + row, low + column) for row, column in _compared(one[first:last], other[low:high]))


def _anchors(one: Sequence[str], other: Sequence[str], size: int) -> list[tuple[int, int]]:
    """Where `size` words in a row stand that both have just once: as many as rise in both (patience, after Cohen)."""
    grams, others = list(zip(*(one[at:] for at in range(size)), strict=False)), list(zip(*(other[at:] for at in range(size)), strict=False))
    once, other_once = Counter(grams), Counter(others)
    places = {gram: at for at, gram in enumerate(others) if other_once[gram] == 1}
    pairs = [(at, places[gram]) for at, gram in enumerate(grams) if once[gram] == 1 and gram in places]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, column) in enumerate(pairs):
        at = bisect_left(tops, column)
        before.append(piles[at - 1] if at else -1)
        tops[at : at + 1], piles[at : at + 1] = [column], [number]
    found, number = [], piles[-1] if piles else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _compared(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of least edits, words without partner costing `ALONE`."""
    costs = shares(one, other)
    return [pair for pair in paired(costs, ALONE) if costs[pair] <= ALIKE]


def _joined(pairs: Sequence[tuple[int, int]], one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    """The pairs, with a neighbour that nothing was found for where one reading writes as two words what is one in the other."""
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    found = []
    for row, column in pairs:
        best, least = Pair(row, row + 1, column, column + 1), distance(one[row], other[column])
        for step in (-1, 1) if least else ():
            for wider in (
                Pair(min(row, row + step), max(row, row + step) + 1, column, column + 1),
                Pair(row, row + 1, min(column, column + step), max(column, column + step) + 1),
            ):
                first, last, low, high = wider
                if first < 0 or last > len(one) or low < 0 or high > len(other):
                    continue
                if (last - first > 1 and row + step in rows) or (high - low > 1 and column + step in columns):
                    continue
                edits = distance("".join(one[first:last]), "".join(other[low:high]))
                if edits < least:
                    best, least = wider, edits
        rows |= set(range(best.first, best.last))
        columns |= set(range(best.other, best.other_last))
        found.append(best)
    return found
