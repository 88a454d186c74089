"""Finds how long the end of a text has been repeating a cycle; numbers that count on in equal steps repeat too.

A text is a row of units: what a token says, but a number is one unit whatever tokens it is written in. A cycle of `p` units
repeats for `run` units when each of the last `run` equals the one `p` places before it, or is a number that differs from it
as much as that one did from the one before. So "1. 2. 3." is a cycle of two units, and so is "same, same, same,".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable

PERIOD = 256  # longest cycle looked for, in units
DIGITS = 15  # of a number; longer ones are several, so that an endless one repeats
_DIGIT = re.compile("[0-9]")
_SPLIT = re.compile(r"[0-9]+|[^0-9]+")
_NUMBER = "0"  # what stands for a number among the units; no other unit begins with a digit


class Cycles:
    """Push what each token says. `period` and `run` are those of the cycle that has been repeating longest, in tokens."""

    def __init__(self) -> None:
        self._units: list[Hashable] = []
        self._values: list[int] = []  # of the units that are numbers
        self._starts: list[int] = []  # the token each unit begins in
        self._seen: dict[Hashable, deque[int]] = {}
        self._runs: dict[int, int] = {}  # period -> repeated units at the end
        self._number, self._begun = "", 0  # the number that is being written, and in which token it began
        self._count = 0  # tokens
        self.period = self.run = 0

    def push(self, token: int, text: str) -> None:
        """One token more; where it says nothing (half a character), it is its own unit."""
        if not text:
            self._flush()
            self._add(token)
        elif not text.isalpha() and _DIGIT.search(text):
            for part in _SPLIT.findall(text):
                if not "0" <= part[0] <= "9":
                    self._flush()
                    self._add(part)
                    continue
                if not self._number:
                    self._begun = self._count
                self._number += part
                if len(self._number) >= DIGITS:
                    self._flush()
        else:
            self._flush()
            self._add(text)
        self._count += 1
        self._measure()

    def _measure(self) -> None:
        """The longest run; of several, the one with the shortest period. The first of `_runs` is not always that."""
        if not self._runs:
            self.period = self.run = 0
            return
        period = max(self._runs, key=lambda one: (self._runs[one], -one))
        end = len(self._units)
        first = self._starts[end - self._runs[period]]
        self.run = self._count - first
        self.period = first - self._starts[end - self._runs[period] - period]

    def _flush(self) -> None:
        if self._number:
            number, self._number = self._number, ""
            self._add(_NUMBER, int(number[:DIGITS]), self._begun)

    def _add(self, unit: Hashable, value: int = 0, start: int | None = None) -> None:
        at, runs, is_number = len(self._units), {}, start is not None
        seen = self._seen.get(unit)
        if seen is None:
            seen = self._seen[unit] = deque()
        while seen and at - seen[0] > PERIOD:
            seen.popleft()
        before = self._runs
        for index in seen:
            period = at - index
            if not is_number or value == self._values[index] or self._counts_on(value, index, period):
                runs[period] = before.get(period, 0) + 1
        seen.append(at)
        self._units.append(unit)
        self._values.append(value)
        self._starts.append(self._count if start is None else start)
        self._runs = runs

    def _counts_on(self, value: int, index: int, period: int) -> bool:
        earlier = index - period
        return earlier >= 0 and self._units[earlier] is _NUMBER and value - self._values[index] == self._values[index] - self._values[earlier]
