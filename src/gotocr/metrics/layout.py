"""Whether one drawn formula stands within another: the same signs, each with the same neighbours.

After the comparison of olmOCR-bench (`compare_rendered_equations`, Poznanski et al. 2025), which looks at formulas as KaTeX
draws them: every sign of the truth must be paired with an equal one whose nearest signs above, below, left and right are
paired with, or equal to, those of the true one. What the reading has besides does not matter. Bars have no neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .pictures import Mark

NEAR = 0.17  # ems by which middles may be off and still be level, or above each other: 5 pixels at KaTeX's 29
MIDDLE = 0.25  # of the font size: how far the middle of a line of letters stands above the baseline
MOST = 1500  # signs compared
TRIES = 100_000  # of pairing two signs, before two formulas are taken for different
BARS = frozenset(["Rule", "Stroke"])

Neighbours = tuple[int | None, int | None, int | None, int | None]  # above, below, left, right


def is_within(truth: Sequence[Mark], drawn: Sequence[Mark]) -> bool:
    """Whether all of `truth` is found in `drawn`; marks are in ems, y upward."""
    wanted, given = (tuple(mark for mark in marks if mark.sign not in BARS) for marks in (truth, drawn))
    if len(given) > MOST or Counter(mark.sign for mark in wanted) - Counter(mark.sign for mark in given):
        return False
    if not wanted:
        return not given
    return _Pairing(wanted, given).succeeds()


@lru_cache(maxsize=256)
def _neighbours(marks: tuple[Mark, ...]) -> list[Neighbours]:
    """The nearest marks above, below, left and right of each, among those that stand straight in that direction."""
    middles = np.array([(mark.x + mark.width / 2, mark.y + MIDDLE * mark.size) for mark in marks])  # (n, 2)
    across, up = (middles[None, :, axis] - middles[:, None, axis] for axis in (0, 1))  # (n, n): from row to column
    found = []
    for along, beside in ((up, across), (-up, across), (-across, up), (across, up)):
        far = np.where((along > 0) & (np.abs(beside) <= NEAR), along, np.inf)
        nearest = far.argmin(1)
        found.append([int(at) if np.isfinite(far[row, at]) else None for row, at in enumerate(nearest)])
    return [*zip(*found, strict=True)]


class _Pairing:
    """The search for a partner for every sign, one after another, going back where none is left."""

    def __init__(self, wanted: tuple[Mark, ...], given: tuple[Mark, ...]) -> None:
        self.wanted, self.given = wanted, given
        self.around, self.around_given = _neighbours(wanted), _neighbours(given)
        self.partners: dict[int, int] = {}
        self.tries = TRIES
        places: dict[str, list[int]] = {}
        for place, mark in enumerate(given):
            places.setdefault(mark.sign, []).append(place)
        self.choices = [places[mark.sign] for mark in wanted]

    def succeeds(self) -> bool:
        tried = [0] * len(self.wanted)  # how many of its choices each sign has tried
        taken: set[int] = set()
        at = 0
        while at < len(self.wanted):
            taken.discard(self.partners.pop(at, -1))
            untried = range(tried[at], len(self.choices[at]))
            choice = next((n for n in untried if self._fits(at, self.choices[at][n], taken)), None)
            if choice is None:
                tried[at] = 0
                at -= 1
                if at < 0 or self.tries <= 0:
                    return False
            else:
                tried[at] = choice + 1
                self.partners[at] = self.choices[at][choice]
                taken.add(self.partners[at])
                at += 1
        return True

    def _fits(self, at: int, place: int, taken: set[int]) -> bool:
        self.tries -= 1
        if place in taken:
            return False
        for mine, its in zip(self.around[at], self.around_given[place], strict=True):
            if mine is None:
                continue
            if its is None or self.given[its].sign != self.wanted[mine].sign or self.partners.get(mine, its) != its:
                return False
        return True
