"""How close a chart's values are to the truth: SCRM over triplets of two names and a number, and F1 of the values.

SCRM, the Structuring Chart-oriented Representation Metric, is of StructChart (Xia et al., arXiv 2309.11268, section 3.2); the
tolerances and the reading of charts as dictionaries are those of OneChart (Chen et al., arXiv 2404.09987), which GOT-OCR2.0
reports. Two triplets are equal when their names, lower-cased and joined in alphabetical order (a table and its transpose say
the same), are at most so many edits apart or one holds the other, and the number is off by at most so much of the true one.
The likeness of two charts is the number of equal triplets over that of all; the score is the share of the thresholds
0.50, 0.55 ... 0.95 that it reaches, whose mean over many charts is the mean precision. Unlike in OneChart's script each
triplet is matched once (unless asked otherwise), those that are the same first; the names of every true triplet are put in
order, not only of as many as were read; and thresholds are reached by equality too (0.6 there is a little more than 3/5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .assignment import assign
from .text import distance, normalise

TOLERANCES = {"strict": (0, 0.0), "slight": (2, 0.05), "high": (5, 0.1)}  # edits, share of the true number
THRESHOLDS = tuple(percent / 100 for percent in range(50, 100, 5))
UNNAMED = "value"  # the name of a series that has none
CLOSE = 0.05  # ChartQA's relaxed accuracy (Masry et al. 2022, section 5.1)
_TINY = 1e-6

Values = Mapping[str, object]  # {name: {category: number}}, {category: number} or {name: [[x, y], ...]}


class Triplet(NamedTuple):
    row: str
    column: str
    value: float

    @property
    def names(self) -> str:
        """Both names, lower-cased, in alphabetical order."""
        return "".join(sorted((self.row.lower(), self.column.lower())))


def triplets(values: Values) -> list[Triplet]:
    """All values with their names, each different triplet once; of a point its x is the second name."""
    found: dict[Triplet, None] = {}
    for name, inner in values.items():
        name = str(name) or UNNAMED
        if isinstance(inner, Mapping):
            entries = [Triplet(name, str(category), float(value)) for category, value in inner.items()]
        elif isinstance(inner, (list, tuple)):
            entries = [Triplet(name, f"{x:g}", float(y)) for x, y in inner]
        else:
            entries = [Triplet(name, UNNAMED, float(inner))]
        found.update(dict.fromkeys(entries))
    return list(found)


def likeness(read: Values, truth: Values, tolerance: str = "strict", once: bool = True) -> float:
    """Equal triplets over all triplets, 0 to 1; 1 for two charts without values.

    Not `once`: a true triplet may be equal to several read ones, as in OneChart's script; then it may exceed 1.
    """
    edits, share = TOLERANCES[tolerance]
    written, true = (list(dict.fromkeys((one.names, one.value) for one in triplets(side))) for side in (read, truth))
    same = set(written) & set(true) if once else set()  # none takes another's place
    rest, free = ([one for one in side if one not in same] for side in (written, true))
    near = np.array([[_equal(one, other, edits, share) for other in free] for one in rest]).reshape(len(rest), len(free))
    found = sum(bool(near[pair]) for pair in assign(1.0 - near)) if once else int(near.any(1).sum())
    matched = len(same) + found
    total = len(written) + len(true) - matched
    return matched / total if total else 1.0


def scrm(read: Values, truth: Values, tolerance: str = "strict", once: bool = True) -> float:
    """The share of the thresholds that the likeness of one chart reaches; a data set's figure is the mean of its charts'."""
    reached = likeness(read, truth, tolerance, once)
    return sum(reached >= threshold for threshold in THRESHOLDS) / len(THRESHOLDS)


def _equal(read: tuple[str, float], true: tuple[str, float], edits: int, share: float) -> bool:
    (one, value), (other, right) = read, true
    if abs(value - right) > share * (abs(right) + _TINY):
        return False
    return one in other or other in one or within(one, other, edits)


def within(read: str, truth: str, edits: int) -> bool:
    """Whether two texts are at most so many edits apart; told without computing the distance where letters show it."""
    if read == truth:
        return True
    if not edits or abs(len(read) - len(truth)) > edits:
        return False
    one, other = Counter(read), Counter(truth)
    if max(sum((one - other).values()), sum((other - one).values())) > edits:
        return False
    return distance(read, truth) <= edits


def values_f1(read: Values, truth: Values, close: float = CLOSE) -> float:
    """F1 of values: right is one with both names equal (case and width of characters aside) that is off by at most `close`.

    A point is right when a true point not yet taken lies within `close` of the truth's span on both axes.
    """
    written, true = _named(read), _named(truth)
    total = sum(map(len, written.values())) + sum(map(len, true.values()))
    right = sum(_right(values, true.get(name, []), close) for name, values in written.items())
    return 2 * right / total if total else 1.0


def _named(values: Values) -> dict[tuple, list[tuple[float, ...]]]:
    """Values by their names; points by their series."""
    found: dict[tuple, list[tuple[float, ...]]] = {}
    for name, inner in values.items():
        if isinstance(inner, (list, tuple)):
            found.setdefault((_plain(name),), []).extend((float(x), float(y)) for x, y in inner)
            continue
        entries = inner.items() if isinstance(inner, Mapping) else [(UNNAMED, inner)]
        for category, value in entries:
            found.setdefault(tuple(sorted((_plain(name), _plain(category)))), []).append((float(value),))
    return found


def _plain(name: object) -> str:
    return normalise(str(name)).casefold() or UNNAMED


def _right(read: list[tuple[float, ...]], truth: list[tuple[float, ...]], close: float) -> int:
    free = list(truth)
    spans = [max(map(abs, axis)) if len(axis) == 1 else max(axis) - min(axis) for axis in zip(*truth, strict=True)]
    count = 0
    for value in read:
        if len(value) == 1:
            spans = [abs(true[0]) for true in free[:1]]
        for true in free:
            if len(true) == len(value) and all(
                abs(a - b) <= close * span + 1e-9 for a, b, span in zip(value, true, spans, strict=False)
            ):
                free.remove(true)
                count += 1
                break
    return count
