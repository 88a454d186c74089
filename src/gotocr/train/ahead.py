"""Results that a thread has ready before they are asked for, in their order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from ..errors import WorkerError

T = TypeVar("T")


class Ahead(Generic[T]):
    """Calls `make` in a thread until up to `most` results lie ready; what it raises is raised by `take` in its turn.

    Use as a context manager; whoever waits for a result when it is left, or asks for one later, gets a WorkerError.
    """

    def __init__(self, make: Callable[[], T], most: int) -> None:
        self._make = make
        self._ready: queue.Queue[T | BaseException] = queue.Queue(most)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Ahead[T]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._clear()
        self._thread.join(timeout=5)
        self._clear()
        self._tell(WorkerError("these results are no longer made"))

    def take(self) -> T:
        """The next result; behind an error there is none, and it is raised again."""
        found = self._ready.get()
        if isinstance(found, BaseException):
            self._tell(found)
            raise found
        return found

    def _tell(self, error: BaseException) -> None:
        """Leave an error for whoever asks next; where there is no room, another one lies there."""
        with suppress(queue.Full):
            self._ready.put_nowait(error)

    def _clear(self) -> None:
        """Make room, so that the thread sees that it is over."""
        try:
            while True:
                self._ready.get_nowait()
        except queue.Empty:
            pass

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                found: T | BaseException = self._make()
            except BaseException as error:  # raised where it can be dealt with
                found = error
            while not self._over.is_set():
                try:
                    self._ready.put(found, timeout=0.1)
                    break
                except queue.Full:
                    pass
            if isinstance(found, BaseException):
                return
