"""Where a reading differs from the truth: words are aligned first, then the letters of words that differ; bounded in time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

EQUAL, INSERT, DELETE, REPLACE = "equal", "insert", "delete", "replace"
Difference = tuple[str, str, str]  # tag, part of the reading, part of the truth
Pairs = list[tuple[int, int]]  # places in the reading and in the truth that hold the same, both ascending

MOST_CELLS = 1 << 22  # of one table of edit distances, 16 MiB: 2048 words by 2048
MOST_CELLS_TOGETHER = 1 << 24
MOST_DEPTH = 8  # anchors within anchors
LEAST_SHARED = 0.5  # of the longer text: with fewer letters in common, two texts are shown whole, not letter by letter

# A word, blanks, or one character: letters of scripts without spaces and a line's end stand alone.
_ALONE = "\u2e80-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ACCENTS = "\u0300-\u036f\u200d\ufe0e\ufe0f"
_WORD = re.compile(rf"(?:[^\W{_ALONE}][{_ACCENTS}]*)+|[^\S\n]+|.[{_ACCENTS}]*", re.DOTALL)
_LETTER = re.compile(rf".[{_ACCENTS}]*", re.DOTALL)


def differences(read: str, truth: str) -> list[Difference]:
    """Runs `(tag, part of the reading, part of the truth)`, in order; the parts of each side join to the whole of it.

    Tags: "equal" (both parts the same), "insert" (stands in the reading only), "delete" (in the truth only), "replace".
    No two neighbours have the same tag. The fewest edits wherever the texts fit the tables (some 2000 words, each with its
    letters); of longer texts the parts between words that stand once in both, and one "replace" where there are none.
    Time and memory grow as the texts do, beyond a bound of some tenths of a second.
    """
    aligner = _Aligner()
    found: list[Difference] = []
    for run in aligner.runs(_WORD.findall(read), _WORD.findall(truth)):
        for part in aligner.letters(*run[1:]) if run[0] == REPLACE else [run]:
            if found and found[-1][0] == part[0]:
                part = (part[0], found[-1][1] + part[1], found.pop()[2] + part[2])
            found.append(part)
    return found


class _Aligner:
    """Pairs the equal parts of two sequences, within a number of table cells for all its work."""

    def __init__(self) -> None:
        self._cells = MOST_CELLS_TOGETHER

    def letters(self, read: str, truth: str) -> list[Difference]:
        """The differences within words that differ; the words whole where they have little in common."""
        runs = [*self.runs(_LETTER.findall(read), _LETTER.findall(truth))]
        shared = sum(len(part) for tag, part, _ in runs if tag == EQUAL)
        return runs if shared >= LEAST_SHARED * max(len(read), len(truth)) else [(REPLACE, read, truth)]

    def runs(self, read: Sequence[str], truth: Sequence[str]) -> Iterator[Difference]:
        codes: dict[str, int] = {}
        coded = [[codes.setdefault(part, len(codes)) for part in parts] for parts in (read, truth)]
        at, other, same = 0, 0, 0  # `same` equal parts end at `at` and `other`
        for i, j in [*self._pairs(coded[0], coded[1], 0), (len(read), len(truth))]:
            if i > at or j > other or i == len(read):
                if same:
                    equal = "".join(read[at - same : at])
                    yield EQUAL, equal, equal
                parts = "".join(read[at:i]), "".join(truth[other:j])
                if any(parts):
                    yield (REPLACE if all(parts) else INSERT if parts[0] else DELETE), *parts
                same = 0
            at, other, same = i + 1, j + 1, same + 1

    def _pairs(self, read: list[int], truth: list[int], depth: int) -> Pairs:
        head = _shared(read, truth)
        tail = _shared(read[: head - 1 if head else None : -1], truth[: head - 1 if head else None : -1])
        inner_read, inner_truth = read[head : len(read) - tail], truth[head : len(truth) - tail]
        inner: Pairs = []
        if inner_read and inner_truth:
            cells = (len(inner_read) + 1) * (len(inner_truth) + 1)
            if cells <= min(MOST_CELLS, self._cells):
                self._cells -= cells
                inner = _fewest(inner_read, inner_truth)
            elif depth < MOST_DEPTH:
                inner = self._between(inner_read, inner_truth, depth + 1)
        ends = [(len(read) - place, len(truth) - place) for place in range(tail, 0, -1)]
        return [*((place, place) for place in range(head)), *((head + i, head + j) for i, j in inner), *ends]

    def _between(self, read: list[int], truth: list[int], depth: int) -> Pairs:
        """What is equal between anchors: parts that stand once on either side, in the same order."""
        anchors = _anchors(read, truth)
        found: Pairs = []
        at = other = 0
        for i, j in [*anchors, (len(read), len(truth))] if anchors else []:
            found += [(at + a, other + b) for a, b in self._pairs(read[at:i], truth[other:j], depth)]
            found.append((i, j))
            at, other = i + 1, j + 1
        return found[:-1]


def _shared(read: Sequence[int], truth: Sequence[int]) -> int:
    """How many are equal from the start."""
    for place, (one, other) in enumerate(zip(read, truth, strict=False)):
        if one != other:
            return place
    return min(len(read), len(truth))


def _fewest(read: Sequence[int], truth: Sequence[int]) -> Pairs:
    """The equal pairs of an alignment with the fewest edits."""
    if len(read) > len(truth):  # fewer rows are faster
        return [(i, j) for j, i in _fewest(truth, read)]
    codes = np.array(truth, np.int32)
    places = np.arange(len(truth) + 1, dtype=np.int32)
    table = np.empty((len(read) + 1, len(truth) + 1), np.int32)
    table[0] = places
    for row, code in enumerate(read, 1):
        reached = table[row - 1] + 1  # leaving one of the reading out
        reached[1:] = np.minimum(reached[1:], table[row - 1, :-1] + (codes != code))
        table[row] = np.minimum.accumulate(reached - places) + places  # leaving some of the truth out
    pairs: Pairs = []
    i, j = len(read), len(truth)
    while i and j:
        across = int(table[i - 1, j - 1]) + (read[i - 1] != truth[j - 1])
        here = int(table[i, j])
        if across == here:
            i, j = i - 1, j - 1
            if read[i] == truth[j]:
                pairs.append((i, j))
        elif table[i - 1, j] + 1 == here:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _anchors(read: Sequence[int], truth: Sequence[int]) -> Pairs:
    """The longest ascending row of those that stand once in both (patience sorting)."""
    once = Counter(read), Counter(truth)
    places = {code: place for place, code in enumerate(truth) if once[1][code] == 1}
    pairs = [(place, places[code]) for place, code in enumerate(read) if once[0][code] == 1 and code in places]
    ends: list[int] = []  # the lowest truth place that a row of each length ends with
    rows: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [number]
    found: Pairs = []
    number = rows[-1] if rows else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]
