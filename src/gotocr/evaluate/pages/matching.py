"""Which blocks of a reading answer to which of the truth, where either may have been split or joined: OmniDocBench's quick match.

Ouyang et al. 2025, "OmniDocBench: Benchmarking Diverse PDF Document Parsing with Comprehensive Annotations", section 4.2, as
its program (v1.5) does it: neighbouring blocks of the reading are joined where together they are more like a true block;
the blocks are then paired at least cost; true blocks left over go to a block of the reading that holds them; what still
remains is paired at least cost, however unlike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...metrics.assignment import assign
from ...metrics.distance import distance
from ...metrics.edits import Bounds, is_within, shares

SURE = 0.25  # edits per character below which blocks are taken for the same
UNLIKE = 0.7  # above which blocks that were paired are parted again
FRAGMENT = 0.6  # at most in a piece of a true block, before it is joined with its neighbour
HELD = 0.4  # below which a true block is held by a block of the reading
MOST_TRIES = 10_000  # blocks that are compared letter by letter; where a page needs more (it repeats itself), none are joined


class Match(NamedTuple):
    """Numbers of the true blocks and of the blocks of the reading that answer to each other; the latter may be none."""

    truths: tuple[int, ...]
    reads: tuple[int, ...]


def match(truths: Sequence[str], reads: Sequence[str]) -> list[Match]:
    """Every true block in one match, of normalised texts that are not empty; blocks of the reading may be left over."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for truth, joined in _paired(truths, reads).items():
        groups.setdefault(joined, []).append(truth)
    grouped = {truth for group in groups.values() for truth in group}
    left = [truth for truth in range(len(truths)) if truth not in grouped]
    for read, held in _held([truths[truth] for truth in left], reads):
        groups.setdefault((read,), []).extend(left[row] for row in held if left[row] not in grouped)
        grouped.update(left[row] for row in held)
    left = [truth for truth in left if truth not in grouped]
    used = {read for joined in groups for read in joined}
    spare = [read for read in range(len(reads)) if read not in used]
    found = [Match(tuple(sorted(group)), joined) for joined, group in groups.items() if group]
    pairs = {left[row]: spare[column] for row, column in assign(_costs(truths, reads, left, spare))}
    return found + [Match((truth,), (pairs[truth],) if truth in pairs else ()) for truth in left]


def absorbed(ignored: Sequence[str], reads: Sequence[str]) -> set[int]:
    """The blocks of a reading that are surely such as the benchmark ignores: page numbers, captions, heads and feet."""
    if not ignored or not reads:
        return set()
    return {int(read) for read in np.flatnonzero((shares(ignored, reads) < SURE).any(0))}


def _costs(truths: Sequence[str], reads: Sequence[str], rows: Sequence[int], columns: Sequence[int]) -> np.ndarray:
    return shares([truths[row] for row in rows], [reads[column] for column in columns])


def _paired(truths: Sequence[str], reads: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """The blocks of the reading, neighbours joined, of each true block that has some like it."""
    costs = shares(truths, reads)
    joins = _joins(costs, truths, reads)
    starts = {join[0]: join for join in joins}
    inside = {read for join in joins for read in join[1:]}
    columns = [starts.get(read, (read,)) for read in range(len(reads)) if read not in inside]
    if any(len(join) > 1 for join in joins):
        costs = shares(truths, [" ".join(reads[read] for read in column) for column in columns])
    return {row: columns[column] for row, column in assign(costs) if costs[row, column] <= UNLIKE}


def _held(truths: Sequence[str], reads: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
    """The blocks of the reading that hold some of the true ones, and which."""
    bounds, most = Bounds(truths), [_below(HELD, len(truth)) for truth in truths]
    shortest = min(map(len, truths), default=0)
    for read, text in enumerate(reads if truths else ()):
        near = bounds.within(text) if len(text) >= shortest else most
        held = [row for row, truth in enumerate(truths) if near[row] <= most[row] and is_within(truth, text, most[row])]
        if held:
            yield read, held


def _joins(costs: np.ndarray, truths: Sequence[str], reads: Sequence[str]) -> list[tuple[int, ...]]:
    """Runs of blocks of the reading that read best as one; a true block that surely has its like takes no part."""
    sure = costs < SURE
    rows, free = np.flatnonzero(~sure.any(1)), [*map(int, np.flatnonzero(~sure.any(0)))]
    if not len(rows) or not free:
        return []
    bounds = Bounds([reads[read] for read in free])
    pairs = [read for read, behind in zip(free, free[1:], strict=False) if behind == read + 1]
    doubles = shares([truths[row] for row in rows], [f"{reads[read]} {reads[read + 1]}" for read in pairs])
    best: list[tuple[tuple[int, ...], float]] = []
    tries = 0
    for row, joined in zip(rows, doubles, strict=True):
        better = [read for read, double in zip(pairs, joined, strict=True) if double <= costs[row, read]]
        near = dict(zip(free, bounds.within(truths[row]), strict=True)) if better else {}
        fit = {read for read in near if near[read] <= FRAGMENT * len(reads[read]) + 1e-9}
        grown = {}
        for read in (read for read in better if read in fit and read + 1 in fit):
            grown[read] = _grown(truths[row], reads, (read, float(costs[row, read])), fit)
            tries += len(grown[read][0])
            if tries > MOST_TRIES:
                return []
        choices = [grown.get(read) or ((read,), float(costs[row, read])) for read in free]
        best.append(min(choices, key=lambda choice: choice[1]))
    return _apart(best)


def _grown(truth: str, reads: Sequence[str], start: tuple[int, float], fit: Collection[int]) -> tuple[tuple[int, ...], float]:
    """A block of the reading with as many of those behind it as make it more like the true block, and how unlike it then is.

    `start` is the block and how unlike it is by itself; `fit` are the blocks that may be fragments of the true one.
    """
    first, cost = start
    run, text = [first], reads[first]
    if not is_within(text, truth, int(FRAGMENT * len(text) + 1e-9)):
        return (first,), cost
    while (behind := run[-1] + 1) in fit and len(text) <= len(truth):
        longer = f"{text} {reads[behind]}"
        then = distance(truth, longer) / max(len(truth), len(longer))
        if then > cost or not is_within(reads[behind], truth, _below(FRAGMENT, len(reads[behind]))):
            break
        run.append(behind)
        text, cost = longer, then
    return tuple(run), cost


def _below(share: float, length: int) -> int:
    """The most edits that are fewer than a share of a length."""
    most = int(share * length)
    return most if most / length < share else most - 1


def _apart(best: Sequence[tuple[tuple[int, ...], float]]) -> list[tuple[int, ...]]:
    """Of runs that overlap those that cost least on average, as many as go together."""
    chains: list[list[tuple[tuple[int, ...], float]]] = []
    for run, cost in sorted(best, key=lambda choice: choice[0][0]):
        if chains and any(set(run) & set(other) for other, _ in chains[-1]):
            chains[-1].append((run, cost))
        else:
            chains.append([(run, cost)])
    return [run for chain in chains for run in _cheapest(chain)]


def _cheapest(chain: Sequence[tuple[tuple[int, ...], float]]) -> list[tuple[int, ...]]:
    ways: list[dict[tuple[int, ...], float]] = []
    for run, cost in chain:
        placed = False
        for way in ways:
            if run in way:
                way[run] = min(way[run], cost)
                placed = True
            elif not any(set(run) & set(other) for other in way):
                way[run] = cost
                placed = True
        if not placed:
            ways.append({run: cost})
    return [*min(ways, key=lambda way: sum(way.values()) / len(way))]
