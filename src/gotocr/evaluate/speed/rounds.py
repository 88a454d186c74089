"""The method: cases in turn, round after round (A B C A B C), so that whatever else the machine does meets all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from statistics import median
from typing import Any, TypeVar

from ...errors import GotocrError

Name = TypeVar("Name", bound=Hashable)
Tell = Callable[[float, str], None]  # share that is done, what is being done
SURE = 0.95


def silent(done: float, what: str) -> None:
    """Tells nobody."""


@dataclass
class Rounds:
    """What came of it: the runs of each case in order of the rounds, and why a case has none or was given up."""

    runs: dict[Any, list[Any]]
    done: int = 0
    failed: dict[Any, GotocrError] = field(default_factory=dict)


def interleave(cases: Mapping[Name, Callable[[], Any]], repeats: int, until: float | None = None, tell: Tell = silent) -> Rounds:
    """Run every case once a round, `repeats` rounds or as many as end before `until` (of `time.monotonic`).

    Only whole rounds count; of the first, what fits. A case that raises GotocrError is left out from then on.
    """
    found = Rounds({name: [] for name in cases})
    longest = 0.0
    for number in range(repeats):
        began = time.monotonic()
        if until is not None and number and began + longest > until:
            break
        for place, (name, run) in enumerate(cases.items()):
            if name in found.failed or (until is not None and not number and time.monotonic() > until):
                continue
            tell((number + place / len(cases)) / repeats, f"round {number + 1} of {repeats}")
            try:
                found.runs[name].append(run())
            except GotocrError as error:
                found.failed[name] = error
        found.done += 1
        longest = max(longest, time.monotonic() - began)
    return found


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, least and most of at least one value, and the values."""
    rounded = [round(value, 6) for value in values]
    return {"median": round(median(values), 6), "low": min(rounded), "high": max(rounded), "values": rounded}


def ratio(values: Sequence[float], against: Sequence[float]) -> dict[str, Any]:
    """How many times as large `values` are as `against`, round by round: the median, and an interval that holds it.

    The interval lies between order statistics of the paired ratios (the sign test turned round: Conover, Practical
    Nonparametric Statistics, section 3.2); it supposes nothing of how times are spread. `sure` is its confidence: at
    least 95%, where there are six rounds or more, and what the widest one has where there are fewer.
    """
    pairs = sorted(one / other for one, other in zip(values, against, strict=False))
    count = len(pairs)
    cut = max((cut for cut in range(1, count // 2 + 1) if confidence(count, cut) >= SURE), default=1)
    low, high = pairs[cut - 1], pairs[count - cut]
    return {
        "median": round(median(pairs), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "sure": round(confidence(count, cut), 4),
    }


def confidence(count: int, cut: int) -> float:
    """How surely a median lies between the `cut`-th smallest and the `cut`-th largest of `count` values."""
    return max(0.0, 1 - 2 * sum(comb(count, below) for below in range(cut)) / 2**count)
