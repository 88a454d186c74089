"""A crew of this machine: as many threads as shards are read at a time, each with a process of its own that reads.

Other crews, on this machine or others, may work on the same OUT: claims part the shards among them.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ..engines.processors import processors
from .plan import Plan, plan
from .wanted import Wanted
from .work import Doing

TICK = 0.05  # seconds between looks at whether the crew is done
WAIT, LONG_WAIT = 0.5, 5.0  # seconds between looks at shards that others have in hand: few, or many
Told = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did, and what it found."""

    shards: int  # in OUT
    pages: int
    done: int  # shards that this crew finished
    rows: int  # of those
    failed: int  # of these rows


def batch(source: str, out: str, wanted: Wanted | None = None, workers: int | None = None) -> Outcome:
    """Read all that is below `source` (a folder, a file, a URL) into `out`, or go on with it. Raises GotocrError.

    The same call again reads what is new, and what was not finished; called on several machines, they share the work.
    """
    with ends_by_signal():
        return run_local(plan(source, out, wanted or Wanted()), workers)


def usual_workers(wanted: Wanted) -> int:
    """A process for each processor; one alone where a graphics card or a server reads, which take several pages at once."""
    return processors() if wanted.device == "cpu" and not wanted.is_remote else 1


def run_local(found: Plan, workers: int | None = None, tell: Told = lambda told: None, count: Callable[[int], None] = lambda pages: None) -> Outcome:
    """Do what is to be done of a plan, and wait for what others have in hand. `tell` hears of each shard, `count` of pages.

    SIGTERM and Ctrl-C end it within seconds (KeyboardInterrupt): what was read is kept, and claims are given back.
    """
    crew = _Crew(found, workers or usual_workers(found.wanted), tell, count)
    with ends_by_signal():
        try:
            crew.work()
        finally:
            crew.end()
    if crew.trouble is not None:
        raise crew.trouble
    return Outcome(len(found.shards), found.pages, len(crew.told), *(sum(told[name] for told in crew.told) for name in ("rows", "failed")))


class _Crew:
    def __init__(self, found: Plan, workers: int, tell: Told, count: Callable[[int], None]) -> None:
        todo = found.todo()
        turn = random.randrange(len(todo)) if todo else 0  # several crews begin at different places
        self._todo: deque[str] = deque(todo[turn:] + todo[:turn])
        self._found, self._tell, self._count = found, tell, count
        self._many = min(workers, len(todo))
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._hands: list[Doing] = []
        self._left = 0  # threads at work
        self._in_vain = 0  # shards asked for in a row that others have in hand
        self.told: list[Mapping[str, Any]] = []
        self.trouble: BaseException | None = None

    def work(self) -> None:
        for _ in range(self._many):
            thread = threading.Thread(target=self._serve, daemon=True)
            with self._lock:
                self._left += 1
            thread.start()
        while self._left:  # not `join`: a signal that comes during it has Python 3.11 take the thread for ended
            time.sleep(TICK)

    def end(self) -> None:
        """Nobody works afterwards."""
        self._stop.set()
        while self._left:
            for hand in list(self._hands):  # again and again: a process may just be started
                hand.abort()
            time.sleep(TICK)

    def _serve(self) -> None:
        try:
            hand = self._found.work().open(self._stop, self._count)
            with self._lock:
                self._hands.append(hand)
            try:
                for name in self._names():
                    self._do(hand, name)
            finally:
                hand.close()
        except BaseException as error:
            with self._lock:
                self.trouble = self.trouble or error
            self._stop.set()
            for hand in self._hands:
                hand.abort()
        finally:
            with self._lock:
                self._left -= 1

    def _names(self) -> Iterator[str]:
        """The next shard that nobody of us has in hand, until none is left."""
        while not self._stop.is_set():
            with self._lock:
                name = self._todo.popleft() if self._todo else None
            if name is None:
                return
            yield name

    def _do(self, hand: Doing, name: str) -> None:
        told = hand(name)
        if told["state"] == "busy":
            with self._lock:
                self._todo.append(name)
                self._in_vain += 1
                few, many = len(self._todo) <= self._many, self._in_vain > 4 * self._many
            if few or many:  # nothing but what others have in hand, it seems; of many, a store is not asked all the time
                self._stop.wait(min(WAIT if few else LONG_WAIT, self._found.wanted.lease / 4))
            return
        with self._lock:
            self._in_vain = 0
            if told["state"] == "done":
                self.told.append(told)
            self._tell(told)


@contextmanager
def ends_by_signal() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does, in the main thread, where alone it can."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = None
    with suppress(ValueError):
        before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
