"""Batches that are learnt from several times: which one comes when, as a function of how many came before.

A process's batches are cut into blocks of `BLOCK`. A block is gone through as often as each batch is to be learnt from:
first in the order in which its batches are drawn, so that the first step waits for one of them alone, then each time in
another order by chance. As nothing but the numbers decides, a run goes on inside a block once its batches are drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from torch import Generator, Tensor

from ..scale.pool import Pool
from .ahead import Ahead
from .parallel import Share

BLOCK = 32  # batches that lie in memory while they are used


class Use(NamedTuple):
    """A batch as it was drawn, and its how manieth use this is."""

    drawn: Any
    number: int = 0  # of the batch in the run
    before: int = 0  # uses of it before this one
    done: int = 0  # uses of its block with this one; 0 = none are left, or there are no blocks


@dataclass(frozen=True)
class Reuse:
    """How often each batch is learnt from, and what becomes of it after the first time."""

    times: int
    share: Share  # whose first number begins a block
    again: Callable[[Mapping[str, Tensor], Generator], Mapping[str, Tensor]]  # see `pupil.Pupil.again`
    seed: int = 0
    done: int = 0  # uses of the first block that lie behind
    ahead: bool = False  # whether a thread draws the next block while this one is used

    def order(self, block: int, turn: int) -> list[int]:
        """In which order a block's batches come in its turn 0, 1, ... through it."""
        if not turn:
            return [*range(BLOCK)]
        return np.random.default_rng((self.seed, self.share.number(block * BLOCK), turn)).permutation(BLOCK).tolist()

    def chance(self, use: Use) -> int:
        """A seed for what is done by chance in one use of one batch."""
        return int(np.random.SeedSequence((self.seed, use.number, use.before)).generate_state(1, np.uint64)[0])


class Blocks:
    """The uses of a pool's batches in their order. Holds one block, with `reuse.ahead` up to two; use as a context manager."""

    def __init__(self, pool: Pool, reuse: Reuse) -> None:
        self.reuse = reuse
        self._drawn = Ahead(pool.take, BLOCK) if reuse.ahead else None
        self._draw = self._drawn.take if self._drawn else pool.take
        self._block, self._done, self._held = 0, reuse.done, []

    def __enter__(self) -> Blocks:
        if self._drawn:
            self._drawn.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            self._drawn.__exit__()

    def take(self) -> Use:
        """The next use; errors of the pool are raised by it."""
        turn, place = divmod(self._done, BLOCK)
        chosen = self.reuse.order(self._block, turn)[place]
        while len(self._held) < (BLOCK if turn else place + 1):
            self._held.append(self._draw())
        self._done = (self._done + 1) % (BLOCK * self.reuse.times)
        use = Use(self._held[chosen], self.reuse.share.number(self._block * BLOCK + chosen), turn, self._done)
        if not self._done:
            self._block, self._held = self._block + 1, []
        return use


def begin(number: int, done: int, size: int) -> int:
    """Where the present block begins: `number` batches are drawn in all, each of `size` processes is `done` uses into it."""
    return number - min(done, BLOCK) * size
