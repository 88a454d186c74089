"""What happens to jobs, told to whoever listens: from the threads that read to the event loop, as server-sent events.

The form is that of the HTML standard, "Server-sent events": `event: NAME`, `data: JSON`, an empty line.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from .entry import Entry
from .pages import Outline

MOST_HELD = 1 << 20  # bytes that wait for a listener; who is further behind is dropped, and may ask again
BEAT = b": still here\n\n"


def event(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "replace")


def leaf_event(page: Outline) -> bytes:
    sure = None if page.confidence is None or math.isnan(page.confidence) else round(page.confidence, 4)
    return event("leaf", {"index": page.index, "error": page.error, "confidence": sure, "blocks": page.blocks})


def page_event(index: int, size: tuple[int, int]) -> bytes:
    return event("page", {"index": index, "width": size[0], "height": size[1]})


class Listener:
    """One who listens to a job. `tell` is for any thread; `next` for the event loop it was made in."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.dropped = False
        self._loop, self._wake = loop, asyncio.Event()
        self._events: deque[bytes] = deque()
        self._held, self._over = 0, False
        self._lock = RLock()

    def tell(self, said: bytes, last: bool = False) -> None:
        with self._lock:
            if self._over:
                return
            self._held += len(said)
            self._events += [said] if said else []
            self._over = last
            if self._held > MOST_HELD:
                self._events.clear()
                self._over = self.dropped = True
        self._rouse()

    def close(self) -> None:
        """Nothing comes any more; what waits is still given."""
        with self._lock:
            self._over = True
        self._rouse()

    def _rouse(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:  # the loop is closed: nobody is there
            pass

    async def next(self, patience: float) -> bytes | None:
        """What was said since, BEAT where nothing was for so many seconds, None at the end."""
        while True:
            self._wake.clear()
            with self._lock:
                if self._events:
                    said = b"".join(self._events)
                    self._events.clear()
                    self._held = 0
                    return said
                if self._over:
                    return None
            try:
                await asyncio.wait_for(self._wake.wait(), patience)
            except asyncio.TimeoutError:
                return BEAT


@dataclass
class _Writing:
    """The page of a job that is being read, as far as it came."""

    index: int
    size: tuple[int, int]
    texts: list[str] = field(default_factory=list)

    def told(self) -> Iterator[bytes]:
        yield page_event(self.index, self.size)
        if text := "".join(self.texts):
            yield event("text", {"index": self.index, "text": text})


class Hub:
    """Who listens to which job. While `lock` is held nothing is told, so that what is and what will be told fit together."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._listeners: dict[int, set[Listener]] = {}
        self._writing: dict[int, _Writing] = {}
        self._closed = False

    def listen(self, number: int, listener: Listener) -> list[bytes]:
        """From now on the listener is told what happens to the job of that number; gives the text so far of the page being read."""
        with self.lock:
            if self._closed:
                listener.close()
            else:
                self._listeners.setdefault(number, set()).add(listener)
            writing = self._writing.get(number)
            return list(writing.told()) if writing else []

    def leave(self, number: int, listener: Listener) -> None:
        with self.lock:
            found = self._listeners.get(number, set())
            found.discard(listener)
            if not found:
                self._listeners.pop(number, None)

    @property
    def listened_to(self) -> list[int]:
        """Numbers of the jobs that somebody listens to."""
        with self.lock:
            return list(self._listeners)

    def page(self, number: int, index: int, size: tuple[int, int]) -> None:
        """A page begins; `size` is its width and height."""
        with self.lock:
            self._writing[number] = _Writing(index, size)
            self._tell(number, page_event(index, size))

    def text(self, number: int, text: str) -> None:
        """More of the text of the page that began last."""
        with self.lock:
            if writing := self._writing.get(number):
                writing.texts.append(text)
                self._tell(number, event("text", {"index": writing.index, "text": text}))

    def leaf(self, number: int, page: Outline) -> None:
        """A page is over, or was changed."""
        with self.lock:
            writing = self._writing.get(number)
            if writing and writing.index == page.index:
                del self._writing[number]
            self._tell(number, leaf_event(page))

    def job(self, entry: Entry, position: int | None = None) -> None:
        """The job as it is now."""
        with self.lock:
            self._tell(entry.number, event("job", entry.told(position)))
            if entry.is_over:
                self.end(entry.number, event("end", entry.told()))

    def end(self, number: int, said: bytes = b"") -> None:
        """Nothing more happens to a job."""
        with self.lock:
            self._writing.pop(number, None)
            for listener in self._listeners.pop(number, ()):
                listener.tell(said, last=True)

    def rest(self, number: int) -> None:
        """A job is not being read any more, for now."""
        with self.lock:
            self._writing.pop(number, None)

    def close(self) -> None:
        """Nobody is told anything any more, and whoever listens gets to know that."""
        with self.lock:
            self._closed = True
            for number in list(self._listeners):
                self.end(number)

    def _tell(self, number: int, said: bytes) -> None:
        found = self._listeners.get(number, set())
        for listener in list(found):
            listener.tell(said)
            if listener.dropped:
                found.discard(listener)
