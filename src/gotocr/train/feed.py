"""Batches on their way to the device: on a GPU a thread fetches the next ones from pinned memory while a step runs."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..scale.pool import Pool

READY = 2  # batches that lie on the device before they are needed


class Fed(NamedTuple):
    """A batch as it was drawn, and its columns on the device."""

    drawn: Any
    columns: dict[str, Tensor]


def tensors(batch: Any) -> dict[str, Tensor]:
    """The columns of a batch for torch, without copying."""
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in vars(batch).items()}


class Feed:
    """Takes a pool's batches one by one; `waited` are the seconds a step stood waiting for its batch.

    With `ahead`, a thread has the next ones ready. Use as a context manager; errors of the pool are raised by `take`.
    """

    def __init__(self, pool: Pool, device: torch.device, ahead: bool) -> None:
        self.pool, self.device, self.waited = pool, device, 0.0
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._ready: queue.Queue[Fed | BaseException] | None = queue.Queue(READY) if ahead else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Feed:
        if self._ready:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._ready:
            while not self._ready.empty():  # make room, so that the thread sees that it is over
                self._ready.get_nowait()
            self._thread.join(timeout=5)

    def take(self) -> Fed:
        """The next batch."""
        before = time.monotonic()
        if not self._ready:
            fed = self._fetch()
        else:
            fed = self._ready.get()
            if isinstance(fed, BaseException):
                raise fed
        self.waited += time.monotonic() - before
        if self._stream:
            now = torch.cuda.current_stream(self.device)
            now.wait_stream(self._stream)
            for column in fed.columns.values():
                column.record_stream(now)
        return fed

    def _fetch(self) -> Fed:
        drawn = self.pool.take()
        columns = tensors(drawn)
        if self._stream:
            with torch.cuda.stream(self._stream):
                pinned = {name: column.pin_memory() for name, column in columns.items()}
                columns = {name: column.to(self.device, non_blocking=True) for name, column in pinned.items()}
        else:
            columns = {name: column.to(self.device) for name, column in columns.items()}
        return Fed(drawn, columns)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                fed: Fed | BaseException = self._fetch()
            except BaseException as error:  # raised where it can be dealt with
                fed = error
            while not self._over.is_set():
                try:
                    self._ready.put(fed, timeout=0.1)
                    break
                except queue.Full:
                    pass
            if isinstance(fed, BaseException):
                return
