"""A pool of processes on this machine that works through numbers and hands the results back in their order.

Work is a function of a number alone, so a result is the same whoever computes it and whenever: a run goes on at any number,
and what a process that died was busy with is given to the one that takes its place. Nothing is lost, nothing comes twice.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from ..errors import GotocrError, WorkerError

T = TypeVar("T")
MOST_DEATHS = 3  # of processes over one number, before it is given up
STOP = None


class _Worker:
    """One process, the pipe to it, and the numbers it was given, oldest first."""

    def __init__(self, context: Any, make: Callable[[], Callable[[int], Any]]) -> None:
        self.pipe, inner = context.Pipe()
        self.process = context.Process(target=_serve, args=(inner, make), daemon=True)
        self.process.start()
        inner.close()
        self.todo: deque[int] = deque()
        self.since = time.monotonic()

    def give(self, number: int) -> None:
        if not self.todo:
            self.since = time.monotonic()
        self.todo.append(number)
        try:
            self.pipe.send(number)
        except (BrokenPipeError, OSError):
            pass  # it died: seen when its results are waited for

    def end(self) -> None:
        try:
            self.pipe.send(STOP)
        except (BrokenPipeError, OSError):
            pass
        self.pipe.close()
        self.process.join(timeout=1)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _serve(pipe: Connection, make: Callable[[], Callable[[int], Any]]) -> None:
    """A worker's life: build the work once, then answer numbers until told to stop or left alone."""
    try:
        work, trouble = _attempt(make)
        while (number := pipe.recv()) is not STOP:
            result, why = (None, trouble) if trouble else _attempt(lambda: work(number))  # noqa: B023 - called at once
            pipe.send((not why, why or result))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass


def _attempt(do: Callable[[], T]) -> tuple[T | None, tuple[str, int] | None]:
    """What `do` gives, or why it gave nothing and the exit code of that; the process lives on."""
    try:
        return do(), None
    except GotocrError as error:
        return None, (str(error), error.exit_code)
    except Exception:
        return None, (traceback.format_exc(), WorkerError.exit_code)


class Pool(Generic[T]):
    """Iterate over `work(start), work(start + 1), ...` (up to, not including, `stop`), computed by `workers` processes.

    `make()` builds `work` once in each process; both must be picklable. Each process has `ahead` numbers in hand. With 0
    workers all is done here, when asked for. An exception of the work is raised here as WorkerError with its traceback; a
    process that dies, or answers nothing for `patience` seconds, is replaced and its numbers are done again; a number over
    which three died raises WorkerError. Use as a context manager, or call `close`.
    """

    def __init__(
        self,
        make: Callable[[], Callable[[int], T]],
        start: int = 0,
        stop: int | None = None,
        workers: int = 1,
        ahead: int = 4,
        patience: float = 300.0,
    ) -> None:
        self.make, self.stop, self.ahead, self.patience = make, stop, ahead, patience
        self.waited = 0.0  # seconds the caller stood waiting for results
        self._next = self._given = start
        self._done: dict[int, tuple[bool, Any]] = {}
        self._deaths: dict[int, int] = {}
        self._context = multiprocessing.get_context("spawn")
        self._work = None if workers else make()
        self._workers = [_Worker(self._context, make) for _ in range(workers)]

    def __enter__(self) -> Pool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; results not yet taken are dropped."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def __iter__(self) -> Iterator[T]:
        while self.stop is None or self._next < self.stop:
            yield self.take()

    def take(self) -> T:
        """The next result in order."""
        before, number = time.monotonic(), self._next
        self._next += 1
        if self._work:
            result = self._work(number)
            self.waited += time.monotonic() - before
            return result
        if not self._workers:
            raise WorkerError("this pool is closed; make another one")
        self._feed()
        while number not in self._done:
            self._collect()
            self._feed()
        self.waited += time.monotonic() - before
        fine, result = self._done.pop(number)
        if not fine:
            why, code = result
            error = WorkerError(f"number {number} failed: {why}")
            error.exit_code = code  # what the failure itself would have ended with
            raise error
        return result

    def _feed(self) -> None:
        """Keep every process busy, but do not run far ahead of what is taken."""
        most = self._next + self.ahead * len(self._workers)
        while self._given < most and (self.stop is None or self._given < self.stop):
            idle = min(self._workers, key=lambda worker: len(worker.todo))
            if len(idle.todo) >= self.ahead:
                break
            idle.give(self._given)
            self._given += 1

    def _collect(self) -> None:
        ready = wait([worker.pipe for worker in self._workers], timeout=min(self.patience, 1.0))
        for place, worker in enumerate(self._workers):
            if worker.pipe in ready:
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError):
                    self._replace(place)
                    continue
                self._done[worker.todo.popleft()] = answer
                worker.since = time.monotonic()
            elif worker.todo and time.monotonic() - worker.since > self.patience:
                worker.process.kill()
                self._replace(place)

    def _replace(self, place: int) -> None:
        """A new process in the place of a dead one, with the same numbers to do."""
        dead = self._workers[place]
        dead.pipe.close()
        dead.process.join(timeout=5)
        if not dead.todo:
            raise WorkerError(f"a worker ended before it began (exit code {dead.process.exitcode}); is the script guarded by __main__?")
        culprit = dead.todo[0]
        self._deaths[culprit] = self._deaths.get(culprit, 0) + 1
        if self._deaths[culprit] >= MOST_DEATHS:
            said = f"{MOST_DEATHS} processes died over it (last exit code {dead.process.exitcode})"
            self._done[culprit] = (False, (said, WorkerError.exit_code))
            dead.todo.popleft()
        self._workers[place] = _Worker(self._context, self.make)
        for number in dead.todo:
            self._workers[place].give(number)
