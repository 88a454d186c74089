"""A table beside the page: its rows laid to the lines of printed words, and each word compared with a word set in a font of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .letters import Seen, Set, Words, likeness, roughly, thumbs

MOST_LINES = 6  # that a row may take
JOINED = 5  # words of ours, or of the page's, that may be one word of the other
LEFT_OUT = 0.7  # cost of a row without a line, or a line without a row
LEAST = 0.25  # less alike are no pair
SURE = 0.5  # nor, where nothing is known of their place
LONG = 160  # words of a row, or of its lines, that are compared in order


class Word(NamedTuple):
    """A word of a cell: where it stands in the grid; -1 = in several rows, or columns."""

    text: str
    row: int
    column: int


class Pair(NamedTuple):
    """Words `first` up to `last` of ours, and the page's words that they are; `like` 0 to 1."""

    first: int
    last: int
    seen: tuple[Seen, ...]
    like: float


class Laid(NamedTuple):
    """Pairs of words, and the shares of rows and of lines that were left without another."""

    pairs: tuple[Pair, ...]
    rows_alone: float
    lines_alone: float


def lay(words: Sequence[Word], ours: Set, page: Words) -> Laid:
    """The words of a table, row by row, laid to those of the page; those of cells that span rows stand at no row's height."""
    rows = [row for row in _rows(words) if words[row[0]].row >= 0]
    lines = page.lines
    if not rows or not lines:
        return Laid((), 1.0 if rows else 0.0, 1.0 if lines else 0.0)
    wide = np.array([float(ours.edges[last] - ours.edges[first]) for first, last in rows])
    seen = np.array([float(sum(box.right - box.left for box in line)) for line in lines])
    found = _matched(wide * (seen.sum() / max(wide.sum(), 1.0)), seen, _alike(words, rows, ours, page))
    pairs: list[Pair] = []
    for row, (start, end) in found:
        first, last = rows[row]
        if end - start == 1 and last - first <= LONG and len(lines[start]) <= LONG:
            pairs += _in_order(first, last, lines[start], ours, page)
        else:
            pairs += _in_bags(first, last, [box for line in lines[start:end] for box in line], ours, page)
    pairs += _left_over(words, pairs, ours, page)
    used = sum(end - start for _, (start, end) in found)
    return Laid(tuple(pairs), 1 - len(found) / len(rows), 1 - used / len(lines))


def _left_over(words: Sequence[Word], pairs: Sequence[Pair], ours: Set, page: Words) -> list[Pair]:
    """Words that have no pair with what has none on the page."""
    paired = {at for pair in pairs for at in range(pair.first, pair.last)}
    taken = {box for pair in pairs for box in pair.seen}
    rest = [at for at in range(len(words)) if at not in paired][: 4 * LONG]
    boxes = [box for line in page.lines for box in line if box not in taken][: 4 * LONG]
    return _best(rest, boxes, SURE, ours, page) if rest and boxes else []


def _rows(words: Sequence[Word]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        if found and words[found[-1][0]].row == word.row:
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


def _alike(words: Sequence[Word], rows: Sequence[tuple[int, int]], ours: Set, page: Words) -> list[np.ndarray]:
    """For 1, 2 ... MOST_LINES lines in a row: (rows, lines) how much of each row's words is like one that stands in the lines from there."""
    boxes = [[box] for line in page.lines for box in line]
    rough = roughly(thumbs([ours.cut(at, at + 1) for at in range(len(words))]), thumbs([page.cut(box) for box in boxes]))
    starts = np.cumsum([0, *map(len, page.lines[:-1])])
    sure = np.clip((np.maximum.reduceat(rough, starts, axis=1) - LEAST) / 0.6, 0, 1)  # (words, lines)
    weight = np.maximum(np.diff(ours.edges).astype(float), 1.0)[: len(words), None]
    found, window = [], sure
    for taken in range(MOST_LINES):
        if taken:
            window = np.maximum(window[:, :-1], sure[:, taken:]) if window.shape[1] > 1 else window[:, :0]
        found.append(np.array([(window[first:last] * weight[first:last]).sum(0) / weight[first:last].sum() for first, last in rows]))
    return found


def _matched(wide: np.ndarray, seen: np.ndarray, like: Sequence[np.ndarray]) -> list[tuple[int, tuple[int, int]]]:
    """Which lines a row takes, by how wide the words of both are and how many are alike: pairs (row, (first line, last + 1)), in order."""
    rows, lines = len(wide), len(seen)
    sums = np.concatenate([[0.0], np.cumsum(seen)])
    best = np.full((rows + 1, lines + 1), np.inf)
    back = np.zeros((rows + 1, lines + 1), np.int8)
    best[0] = LEFT_OUT * np.arange(lines + 1)
    back[0] = -1
    for row in range(1, rows + 1):
        ways = [best[row - 1] + LEFT_OUT]  # a row without a line
        for taken in range(1, MOST_LINES + 1):
            cost = np.full(lines + 1, np.inf)
            if taken <= lines:
                apart = np.abs(np.log(np.maximum(sums[taken:] - sums[:-taken], 1.0) / max(wide[row - 1], 1.0)))
                unlike = 1 - like[taken - 1][row - 1]
                cost[taken:] = best[row - 1, : lines + 1 - taken] + 0.4 * np.minimum(apart, 1.2) + 0.7 * unlike + 0.03 * (taken - 1)
            ways.append(cost)
        both = np.array(ways)
        back[row], best[row] = both.argmin(0), both.min(0)
        for line in range(1, lines + 1):  # a line without a row
            if best[row, line - 1] + LEFT_OUT < best[row, line]:
                best[row, line], back[row, line] = best[row, line - 1] + LEFT_OUT, -1
    found, row, line = [], rows, lines
    while row or line:
        way = int(back[row, line])
        if way < 0:
            line -= 1
        else:
            if way:
                found.append((row - 1, (line - way, line)))
            row, line = row - 1, line - way
    return found[::-1]


def _in_order(first: int, last: int, line: Sequence[Seen], ours: Set, page: Words) -> list[Pair]:
    """Words of a row and those of one line, in order; some may be joined. The best sum of likeness, by how wide the words are."""
    count, found = last - first, len(line)
    rough = {(a, b): _rough(first, count, line, (a, b), ours, page) for a, b in _WAYS}
    best = np.zeros((count + 1, found + 1))
    back = np.zeros((count + 1, found + 1, 2), int)
    for i in range(count + 1):
        for j in range(found + 1):
            options = [(best[i - 1, j], 1, 0)] if i else []
            options += [(best[i, j - 1], 0, 1)] if j else []
            for a, b in _WAYS:
                if a <= i and b <= j:
                    like = rough[a, b][i - a, j - b]
                    weight = float(ours.edges[first + i] - ours.edges[first + i - a])
                    options.append((best[i - a, j - b] + weight * (like - LEAST), a, b))
            if options:
                best[i, j], *back[i, j] = max(options)
    pairs, i, j = [], count, found
    while i or j:
        a, b = (int(step) for step in back[i, j])
        if a and b:
            pairs.append(Pair(first + i - a, first + i, tuple(line[j - b : j]), float(rough[a, b][i - a, j - b])))
        i, j = i - a, j - b
    return pairs[::-1]


def _rough(first: int, count: int, line: Sequence[Seen], way: tuple[int, int], ours: Set, page: Words) -> np.ndarray:
    """(n, m) how alike each run of `way[0]` of our words is to each run of `way[1]` of the line's."""
    a, b = way
    mine = [ours.cut(first + at, first + at + a) for at in range(max(count - a + 1, 0))]
    theirs = [page.cut(line[at : at + b]) for at in range(max(len(line) - b + 1, 0))]
    return roughly(thumbs(mine), thumbs(theirs))


_WAYS = ((1, 1), *((1, many) for many in range(2, JOINED + 1)), *((many, 1) for many in range(2, JOINED + 1)))


def _in_bags(first: int, last: int, boxes: Sequence[Seen], ours: Set, page: Words) -> list[Pair]:
    """Words of a row that takes several lines: each with the page's word that is most like it, none taken twice."""
    return _best(range(first, min(last, first + 4 * LONG)), boxes[: 4 * LONG], LEAST, ours, page)


def _best(places: Sequence[int], boxes: Sequence[Seen], least: float, ours: Set, page: Words) -> list[Pair]:
    """The most alike pairs of our words at `places` and the page's, each once."""
    rough = roughly(thumbs([ours.cut(at, at + 1) for at in places]), thumbs([page.cut([box]) for box in boxes]))
    pairs, rows, columns = [], set(), set()
    for flat in np.argsort(-rough, axis=None, kind="stable"):
        row, column = divmod(int(flat), rough.shape[1])
        if rough[row, column] <= least:
            break
        if row not in rows and column not in columns:
            pairs.append(Pair(places[row], places[row] + 1, (boxes[column],), float(rough[row, column])))
            rows.add(row)
            columns.add(column)
    return sorted(pairs)


def columns_kept(words: Sequence[Word], pairs: Sequence[Pair]) -> float:
    """The share of words that stand nearer to the middle of their own column than to that of another."""
    places: dict[int, list[float]] = {}
    placed = []
    for pair in pairs:
        column = words[pair.first].column
        if column >= 0 and words[pair.last - 1].column == column:
            at = (pair.seen[0].left + pair.seen[-1].right) / 2
            places.setdefault(column, []).append(at)
            placed.append((column, at))
    if not placed:
        return 1.0
    names = sorted(places)
    middles = np.array([float(np.median(places[name])) for name in names])
    kept = sum(names[int(np.abs(middles - at).argmin())] == column for column, at in placed)
    ordered = float(np.mean(np.diff(middles) > 0)) if len(middles) > 1 else 1.0
    return kept / len(placed) * ordered


def best_face(pairs: Sequence[Pair], sets: Sequence[Callable[[], Set]], page: Words) -> list[float]:
    """How alike each pair is in the face that suits the page best."""
    if not pairs:
        return []
    some = pairs[:: max(1, len(pairs) // 40)]
    means = []
    for made in sets:
        face = made()
        means.append(np.mean([likeness(face.cut(pair.first, pair.last), page.cut(pair.seen)) for pair in some]))
    face = sets[int(np.argmax(means))]()
    return [likeness(face.cut(pair.first, pair.last), page.cut(pair.seen)) for pair in pairs]
