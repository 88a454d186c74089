"""Rows of any engine: its own where it has them, else one at a time by `run`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ..engines.engine import Engine
from ..errors import EngineError, GotocrError
from ..schema import Job, Piece


def open_rows(engine: Engine, most: int):
    """What has the interface of `decode.batch.Rows`: at most `most` rows, or one where the engine has none to give."""
    return engine.rows(most) if hasattr(engine, "rows") else SingleRow(engine)


class SingleRow:
    """`decode.batch.Rows` with room for one, of an engine that reads one picture at a time."""

    most = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: Iterator[Piece] | None = None
        self._keys, self._key = count(), -1

    def __len__(self) -> int:
        return int(self._running is not None)

    @property
    def is_full(self) -> bool:
        return self._running is not None

    def join(self, job: Job) -> int:
        self._running, self._key = self._engine.run(job), next(self._keys)
        return self._key

    def leave(self, key: int) -> None:
        if self._running is not None and key == self._key:
            running, self._running = self._running, None
            close = getattr(running, "close", None)  # of a generator; another iterator holds nothing
            if close is not None:
                close()

    def step(self) -> list[tuple[int, Piece | GotocrError]]:
        if self._running is None:
            return []
        try:
            piece: Piece | GotocrError | None = next(self._running, None)
        except GotocrError as error:
            piece = error
        if piece is None:
            piece = EngineError("the engine ended without saying so")
        if isinstance(piece, GotocrError) or piece.finish is not None:
            self.leave(self._key)
        return [(self._key, piece)]

    def close(self) -> None:
        self.leave(self._key)
