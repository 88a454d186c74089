"""What a page may take, in tokens and in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

from ..schema import Piece, Task
from ..decode.batch import NO_TOKEN


class Cap:
    """What a page may take; the engine asks between tokens whether its time is up, which does not run while the page waits for its turn."""

    def __init__(self, task: Task) -> None:
        self._left, self._seconds = task.max_tokens, task.seconds
        self._until: float | None = None
        self.waits = False  # for its turn; what is read ahead takes as long as others take, too
        self.late = False  # whether anybody was told that the time is up

    def __call__(self) -> bool:
        if self._until is None and not self.waits:
            self._until = monotonic() + (math.inf if self._seconds is None else self._seconds)
        self.late = self.late or (self._until is not None and monotonic() >= self._until)
        return self._left <= 0 or self.late

    def count(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """`pieces` as far as tokens are left; the last one says that they were not enough."""
        begun = False
        for piece in pieces:
            if self._left <= 0:  # whoever writes is told to end, and does
                if not begun:
                    yield Piece(NO_TOKEN, "", math.nan, finish="length")
                begun = True
                continue
            begun = True
            self._left -= piece.token >= 0
            yield piece if self._left > 0 or piece.finish is not None else replace(piece, finish="length")
