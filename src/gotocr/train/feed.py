"""Batches on their way to the device: on a GPU a thread fetches the next ones from pinned memory while a step runs."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..scale.pool import Pool
from .ahead import Ahead
from .blocks import Blocks, Reuse, Use

READY = 2  # batches that lie on the device before they are needed


class Fed(NamedTuple):
    """A use of a batch as it was drawn, and its columns on the device."""

    use: Use
    columns: dict[str, Tensor]

    @property
    def drawn(self) -> Any:
        return self.use.drawn


def tensors(batch: Any) -> dict[str, Tensor]:
    """The columns of a batch for torch, without copying."""
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in vars(batch).items()}


class Feed:
    """Takes a pool's batches one by one; `waited` are the seconds a step stood waiting for its batch.

    With `ahead`, a thread has the next ones ready. With `reuse`, each comes several times, changed on the device after the
    first; else once. Use as a context manager; errors of the pool are raised by `take`.
    """

    def __init__(self, pool: Pool, device: torch.device, ahead: bool, reuse: Reuse | None = None) -> None:
        self.pool, self.device, self.reuse, self.waited = pool, device, reuse, 0.0
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._ready = Ahead(self._fetch, READY) if ahead else None
        self._blocks = Blocks(pool, reuse) if reuse else None

    def __enter__(self) -> Feed:
        for part in (self._ready, self._blocks):
            if part:
                part.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for part in (self._blocks, self._ready):  # what may wait for the other goes last
            if part:
                part.__exit__()

    def take(self) -> Fed:
        """The next batch."""
        before = time.monotonic()
        fed = self._ready.take() if self._ready else self._fetch()
        self.waited += time.monotonic() - before
        if self._stream:
            now = torch.cuda.current_stream(self.device)
            now.wait_stream(self._stream)
            for column in fed.columns.values():
                column.record_stream(now)
        return fed

    def _fetch(self) -> Fed:
        use = self._blocks.take() if self._blocks else Use(self.pool.take())
        columns = tensors(use.drawn)
        with torch.cuda.stream(self._stream) if self._stream else nullcontext():
            if self._stream:
                pinned = {name: column.pin_memory() for name, column in columns.items()}
                columns = {name: column.to(self.device, non_blocking=True) for name, column in pinned.items()}
            else:
                columns = {name: column.to(self.device) for name, column in columns.items()}
            if self.reuse and use.before:  # on the side stream, too: what waits for it is not the step
                generator = torch.Generator(self.device).manual_seed(self.reuse.chance(use))
                columns = dict(self.reuse.again(columns, generator))
        return Fed(use, columns)
