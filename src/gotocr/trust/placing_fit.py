"""Words laid on clusters of ink in order, by how wide they are and where lines end: the cheapest of all ways to do so.

As Gale & Church (1993), "A program for aligning sentences in bilingual corpora", Computational Linguistics 19(1), align
sentences by their lengths: a word may stand on one cluster, two or three words on one, one word on two or three; words and
clusters may be passed over. Lengths are known in ems, clusters are measured in the height of their line's letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .placing_ink import Writing
from .placing_text import BLANK, Unit

CELLS = 30_000_000  # words times clusters that are tried; of longer texts the words beyond are not placed
MOST_WORDS, FEW = 4, 50  # words a cluster, and so many more, that are tried: a text of more is not that of the page
WAYS = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3))  # words and clusters that belong together
PRICES = (0.0, 1.2, 1.2, 2.4, 2.4)
SKIP_WORD, SKIP_EM = 1.0, 0.7  # what a word costs that is passed over, and each of its ems
SKIP_INK, SKIP_SIZE, MOST_SIZES = 1.0, 0.35, 8.0  # what ink costs, and each of its letter heights
OPEN_BLOCK, IN_BLOCK = 0.5, 0.25  # a block without words takes ink at a share of that
SPREAD, PER_EM, SHARE = 0.12, 0.06, 0.015  # variance of a width in letter heights: in any case, by ems, and by ems squared
DEAREST = 8.0
LINE = 2.5  # a line that ends where the text has no end, or the other way round
INNER = 6.0  # a line that begins within a cluster
NEXT = 3.0  # letter heights of white above the line that such a word goes on in, at most
HYPHEN = 0.6  # a word that is parted at a line's end
EM, EMS = 2.0, (1.2, 3.2)  # letter heights of an em: at first, and as far as they may be found
AFTERS = 2  # times the widths are measured anew from what was placed
PRIOR = 4.0  # words of a line that its own width of letters is doubted by
_INK = 255


class Laid(NamedTuple):
    """Words `first` up to, not including, `last` on clusters `low` up to `high`; the cost says how badly they fit."""

    first: int
    last: int
    low: int
    high: int
    cost: float


class Fit(NamedTuple):
    laid: tuple[Laid, ...]
    blocks: dict[int, tuple[int, int]]  # for a unit that is a block of other ink: the clusters it took
    cost: float
    ems: np.ndarray  # (m,) letter heights of an em at each cluster
    words: np.ndarray  # (n,) what each word costs, also where it is passed over


def fit(units: Sequence[Unit], writing: Writing, ems: np.ndarray | None = None, anywhere: bool = False) -> Fit:
    """The cheapest way to lay units on clusters. `ems` as in `Fit`, where they are known; `anywhere`: ink before and behind costs nothing."""
    clusters = len(writing.boxes)
    units = units[: min(CELLS // (clusters + 1), MOST_WORDS * clusters + FEW)]
    if ems is not None:
        return _Table(units, writing, ems).fit(anywhere)
    ems = np.full(clusters, _first_em(units, writing))
    for _ in range(AFTERS):
        found = _Table(units, writing, ems).fit()
        better = _measured(found, units, writing)
        if np.abs(better - ems).max(initial=0.0) < 0.05:
            return found
        ems = better
    return _Table(units, writing, ems).fit()


def _first_em(units: Sequence[Unit], writing: Writing) -> float:
    """From all there is: a good guess where the text is that of the page."""
    wide = sum(unit.width for unit in units)
    return float(np.clip((_sizes(writing)).sum() / wide, *EMS)) if wide and len(writing.boxes) else EM


def _sizes(writing: Writing) -> np.ndarray:
    return (writing.boxes[:, 2] - writing.boxes[:, 0]) / writing.size


def _measured(found: Fit, units: Sequence[Unit], writing: Writing) -> np.ndarray:
    """How many letter heights an em is, line by line, from words that stand by themselves."""
    sizes = _sizes(writing)
    pairs = [(laid.low, sizes[laid.low] / units[laid.first].width) for laid in found.laid
             if laid.last - laid.first == laid.high - laid.low == 1 and units[laid.first].width > 1.2]  # fmt: skip
    if not pairs:
        return found.ems
    at, ratio = np.array([one for one, _ in pairs]), np.log(np.clip([one for _, one in pairs], *EMS))
    usual = float(np.median(ratio))
    lines = int(writing.line[-1]) + 1
    of_line = writing.line[at]
    counts = np.bincount(of_line, minlength=lines)
    sums = np.bincount(of_line, weights=np.clip(ratio - usual, -0.4, 0.4), minlength=lines)
    return np.exp(usual + sums / (counts + PRIOR))[writing.line]


class _Table:
    """The costs of all beginnings of the text on all beginnings of the ink, a row a word."""

    def __init__(self, units: Sequence[Unit], writing: Writing, ems: np.ndarray) -> None:
        self.units, self.ems = units, ems
        self.boxes, self.line, self.size = writing.boxes, writing.line, writing.size
        self.starts = writing.starts
        self.skips = SKIP_INK + SKIP_SIZE * np.minimum(_sizes(writing), MOST_SIZES)
        self.sums = np.concatenate([[0.0], np.cumsum(self.skips)])
        self.wide = {count: self._joined(count) for count in (1, 2, 3)}

    def _joined(self, count: int) -> np.ndarray:
        """(m - count + 1,) how wide so many clusters are from each on, in letter heights; not a number across lines."""
        left, right = self.boxes[:, 0], self.boxes[:, 2]
        last = len(left) - count + 1
        if last <= 0:
            return np.zeros(0)
        width = right[count - 1 :] - left[:last]
        return np.where(self.line[count - 1 :] == self.line[:last], width, np.nan) / self.size[:last]

    def _price(self, first: int, words: int, clusters: int) -> np.ndarray:
        """(m - clusters + 1,) what it costs that some words stand on some clusters."""
        chosen = self.units[first : first + words]
        wide = self.wide[clusters]
        if any(unit.said is None for unit in chosen):
            return np.full(len(wide), np.inf)
        em = self.ems[: len(wide)]
        ems = sum(unit.width for unit in chosen) + BLANK * (words - 1)
        variance = SPREAD + PER_EM * ems + SHARE * ems * ems
        cost = np.minimum((wide - ems * em) ** 2 / (2 * variance), DEAREST)
        if clusters > 1:
            cost = self._parted(cost, ems, clusters, words)
        begins, starts = chosen[0].begins, self.starts[: len(wide)]
        if begins:
            cost = cost + LINE * (starts != (begins > 0))
        return cost + INNER * sum(unit.begins > 0 for unit in chosen[1:])

    def _parted(self, cost: np.ndarray, ems: float, clusters: int, words: int) -> np.ndarray:
        """A word may be parted in two at the end of a line, and only there."""
        across = np.isnan(cost)
        if clusters != 2 or words != 1 or not across.any():
            return np.where(across, np.inf, cost)
        one = self.wide[1]
        both = (one[:-1] + one[1:]) - ems * self.ems[:-1]
        variance = SPREAD + PER_EM * ems + SHARE * ems * ems
        parted = HYPHEN + np.minimum(both**2 / (2 * variance), DEAREST)
        below = self.boxes[1:, 1] - self.boxes[:-1, 3] <= NEXT * self.size[:-1]  # or at the top of another column
        return np.where(across, np.where(below, parted, np.inf) if ems > 1.5 else np.inf, cost)

    def fit(self, anywhere: bool = False) -> Fit:
        count, clusters = len(self.units), len(self.boxes)
        table = np.empty((count + 1, clusters + 1), np.float32)
        ways = np.full((count + 1, clusters + 1), _INK, np.uint8)
        table[0] = 0.0 if anywhere else self.sums
        for row in range(1, count + 1):
            unit = self.units[row - 1]
            block = unit.said is None
            best = table[row - 1] + (OPEN_BLOCK if block else SKIP_WORD + SKIP_EM * unit.width)
            way = np.zeros(clusters + 1, np.uint8)
            for number, (words, ink) in enumerate(WAYS, 1):
                if block or words > row or ink > clusters:
                    continue
                cost = table[row - words, : clusters + 1 - ink] + self._price(row - words, words, ink) + PRICES[number - 1]
                lower = cost < best[ink:]
                best[ink:][lower], way[ink:][lower] = cost[lower], number
            sums = self.sums * IN_BLOCK if block else self.sums
            reached = np.minimum.accumulate(best - sums) + sums
            ways[row] = np.where(reached < best - 1e-4, _INK, way)
            table[row] = np.minimum(reached, best)
        return self._back(table, ways, int(table[count].argmin()) if anywhere else clusters)

    def _back(self, table: np.ndarray, ways: np.ndarray, column: int) -> Fit:
        row = len(self.units)
        laid, blocks, words = [], {}, np.zeros(row)
        cost = float(table[row, column])
        while row or column:
            way = int(ways[row, column])
            if way == _INK and column:
                if row and self.units[row - 1].said is None:
                    low, high = blocks.get(row - 1, (column - 1, column))
                    blocks[row - 1] = (min(low, column - 1), high)
                elif row:
                    words[row - 1] += float(self.skips[column - 1])
                column -= 1
            elif way == 0:
                words[row - 1] += SKIP_WORD + SKIP_EM * self.units[row - 1].width
                row -= 1
            else:
                many, ink = WAYS[way - 1]
                price = float(self._price(row - many, many, ink)[column - ink]) + PRICES[way - 1]
                laid.append(Laid(row - many, row, column - ink, column, price))
                words[row - many : row] += price / many
                row, column = row - many, column - ink
        return Fit(tuple(laid[::-1]), blocks, cost, self.ems, words)
