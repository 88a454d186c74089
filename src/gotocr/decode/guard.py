"""Notices when a writer goes round in circles, and how much of the tail is repetition; it stops nothing itself.

A cycle of `p` tokens repeats for `run` tokens when each of the last `run` tokens equals the one `p` places before it.
Documents repeat themselves honestly (dotted leaders, rules of dashes, rows of empty cells), so a cycle counts as a
loop only when it is long in tokens *and* in rounds. Where the model also says where each token's ink stands, the ink
decides how patient to be: ink visited again is no progress, ink that moves on is a table or a leader.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ..schema import Box


@dataclass(frozen=True)
class Limits:
    """When a cycle counts as a loop.

    The defaults leave alone a leader of 250 dots, seven equal rows of a table of any width, and (with boxes that
    move on) a thousand tokens of empty cells.
    """

    period: int = 256  # longest cycle looked for, in tokens
    tokens: int = 256  # fewest repeated tokens of a loop
    rounds: int = 8  # fewest repetitions of the cycle after its first time
    overlap: float = 0.5  # boxes a cycle apart with at least this IoU are the same ink: no progress
    eager: float = 0.25  # share of the limits that is enough when the ink is the same
    patient: float = 4.0  # multiple of the limits that is needed when the ink moves on


class Guard:
    """Watches one stream of tokens.

    After each `push`, `run` is the number of tokens at the end that repeat some cycle (they may turn out to be a
    loop) and `loop` is how many tokens to cut from the end so that one round of the cycle stays; 0 while all is well.
    """

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._count = 0
        self._seen: dict[int, deque[tuple[int, Box | None]]] = {}  # token -> where it stood lately, and on which ink
        self._runs: dict[int, int] = {}  # period -> repeated tokens at the end
        self._same: dict[int, int] = {}  # period -> of these, the last ones on the same ink
        self.run = 0
        self.loop = 0

    def push(self, token: int, box: Box | None = None) -> None:
        """Take one more token and, where known, the box of its ink in pixels."""
        limits, seen = self._limits, self._seen.setdefault(token, deque())
        while seen and self._count - seen[0][0] > limits.period:
            seen.popleft()
        runs, same = {}, {}
        for index, ink in seen:
            period = self._count - index
            runs[period] = self._runs.get(period, 0) + 1
            if box is not None and ink is not None and _overlap(box, ink) >= limits.overlap:
                same[period] = self._same.get(period, 0) + 1
        seen.append((self._count, box))
        self._count += 1
        self._runs, self._same = runs, same
        self.run = max(runs.values(), default=0)
        self.loop = self._find_loop(1.0 if box is None else limits.patient)

    def _find_loop(self, pace: float) -> int:
        limits = self._limits
        if self.run < limits.eager * limits.tokens:
            return 0
        for period in sorted(self._runs):
            need = max(limits.tokens, limits.rounds * period)
            if self._runs[period] >= pace * need or self._same.get(period, 0) >= limits.eager * need:
                return self._runs[period]
        return 0


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union, both taken a pixel wider on each side, so that a space without width is ink too."""
    width = min(one[2], other[2]) - max(one[0], other[0]) + 2
    height = min(one[3], other[3]) - max(one[1], other[1]) + 2
    if not (width > 0 and height > 0):  # also for what is no number
        return 0.0
    shared = width * height
    whole = sum((box[2] - box[0] + 2) * (box[3] - box[1] + 2) for box in (one, other)) - shared
    return shared / whole if whole > 0 else 0.0  # a box inside out has no sensible area
