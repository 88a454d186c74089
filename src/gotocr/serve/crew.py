"""Threads that do what waits for them, by turns of whom it is done for: one who asks for much does not keep the others waiting."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from threading import Condition, Thread

Work = Callable[[], object]

_log = logging.getLogger(__name__)


class Crew:
    """A few threads, begun when they are needed. The next work that is done is of the client with the fewest under way,
    among those of the one whose turn was longest ago."""

    def __init__(self, size: int, name: str) -> None:
        self._size, self._name = size, name
        self._threads: list[Thread] = []
        self._wake = Condition()
        self._waiting: dict[str, deque[Work]] = {}  # clients in the order of their turns
        self._busy: Counter[str] = Counter()
        self._closed = False

    def give(self, client: str, work: Work) -> Callable[[], None]:
        """Have something done; what comes back takes it back, unless it was begun."""
        with self._wake:
            if self._closed:
                raise RuntimeError("the crew has gone home")
            self._waiting.setdefault(client, deque()).append(work)
            if len(self._threads) < self._size and sum(self._busy.values()) + sum(map(len, self._waiting.values())) > len(self._threads):
                self._threads.append(Thread(target=self._live, name=f"{self._name} {len(self._threads) + 1}", daemon=True))
                self._threads[-1].start()
            self._wake.notify()
        return lambda: self._take_back(client, work)

    def close(self) -> None:
        """Wait for what is under way; what has not begun is dropped. A second call does nothing."""
        with self._wake:
            self._closed = True
            self._waiting.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()

    def _take_back(self, client: str, work: Work) -> None:
        with self._wake:
            queue = self._waiting.get(client)
            if queue and work in queue:
                queue.remove(work)
                if not queue:
                    del self._waiting[client]

    def _live(self) -> None:
        while (found := self._next()) is not None:
            client, work = found
            try:
                work()
            except Exception:
                _log.exception("work has failed in an unexpected way")
            finally:
                del work, found  # it may hold much, and the next may be long in coming
                with self._wake:
                    self._busy[client] -= 1
                    if not self._busy[client]:
                        del self._busy[client]

    def _next(self) -> tuple[str, Work] | None:
        with self._wake:
            while not (self._waiting or self._closed):
                self._wake.wait()
            if self._closed:
                return None
            client = min(self._waiting, key=self._busy.__getitem__)  # the first of those that are equal
            queue = self._waiting.pop(client)
            work = queue.popleft()
            if queue:
                self._waiting[client] = queue  # behind the others
            self._busy[client] += 1
            return client, work
