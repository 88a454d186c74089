"""Where requests are read: a bounded number is let in, some threads read them, and what they find reaches the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import GotocrError
from ..schema import Leaf, Page, Piece, Task
from .crew import Crew
from .door import LOCAL_CLIENT
from .meters import Meters
from .problems import BusyError
from .seat import GoneError, LateError, Seat
from .settings import Settings
from .shared import Shared

if TYPE_CHECKING:
    from ..pixels.opening import Opening
    from ..reader import Reader

AHEAD = 2  # requests whose pictures are got ready while all rows are taken
BODIES = 2  # bodies that are taken apart at a time: each takes several times its size meanwhile
GRACE = 1.0  # seconds after its deadline within which a reading says itself how far it came
SPARED = 8  # where there are several clients, one place in so many is out of reach for who has all the others

# Done by a thread, with a seat of its own: what it yields are the events of its `Reading`, what it returns is its end.
Work = Callable[[Seat], Iterator[Any]]

_log = logging.getLogger(__name__)


class Desk:
    """The reader's side of a server. `close` when the last request was answered."""

    def __init__(self, reader: Reader, settings: Settings, meters: Meters) -> None:
        self.reader, self.settings, self.meters = reader, settings, meters
        if settings.remember:
            reader.remember()
        _ = reader.setting  # loaded now, not by the first requests at the same time
        self.shared = Shared(reader.engine, settings.rows, meters.stepped)
        self.at_once = self.shared.most + AHEAD
        self.places = self.shared.most + settings.queue
        self.ready = False
        self._inside: Counter[str] = Counter()  # requests that were let in, by client
        self._crew = Crew(self.at_once, "gotocr request")
        self.unpackers = ThreadPoolExecutor(BODIES, "gotocr body")  # for what `asking.understood` takes apart
        meters.gauges |= {
            "gotocr_rows": ("Rows there are.", lambda: self.shared.most),
            "gotocr_rows_in_use": ("Rows that are written now.", lambda: self.shared.in_use),
            "gotocr_requests_inside": ("Requests that were let in and not answered yet.", lambda: self.inside),
            "gotocr_queue_length": ("Of those, requests that wait for their turn.", lambda: self.waiting),
            "gotocr_views_waiting": ("Parts of pages that wait for a row.", lambda: self.shared.waiting),
            "gotocr_pages_remembered": ("Pages that were not read, since they had been.", lambda: reader.memory.found if reader.memory else 0),
            "gotocr_ready": ("1 when requests are read.", lambda: self.ready and not self.shared.trouble),
        }

    @property
    def inside(self) -> int:
        """Requests that were let in."""
        return self._inside.total()

    @property
    def waiting(self) -> int:
        return max(self.inside - self.at_once, 0)

    def warm_up(self) -> None:
        """Read a tiny picture in a thread of its own; `ready` tells when that is done."""
        Thread(target=self._warm_up, name="gotocr warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        try:
            seat = self.shared.seat()
            for _ in self.reader.sharing(seat).follow(_strokes(), Task(max_tokens=2)):
                pass
            self.ready = True
        except Exception:
            _log.exception("the first reading failed; the server does not get ready")

    def enter(self, client: str) -> None:
        """Take a place, to be given back with `leave`; called by the event loop. Raises BusyError when there is none.

        Where others than this machine can ask, who has all places but a few is told to come later, so that another still finds one.
        """
        spared = 0 if client == LOCAL_CLIENT else self.places // SPARED
        if self.inside >= self.places or self._inside[client] >= self.places - spared:
            raise BusyError(self.waiting, self.meters.wait(self.inside, self.shared.most))
        self._inside[client] += 1

    def leave(self, client: str) -> None:
        self._inside[client] -= 1
        if not self._inside[client]:
            del self._inside[client]

    def begin(self, work: Work, until: float, client: str) -> Reading:
        """Have something done by the next thread that is free, at `until` (of `time.monotonic`) at the latest; events come to the
        running event loop. Clients take turns."""
        reading = Reading(self.shared.seat(until, client), asyncio.get_running_loop())
        reading.give_up = self._crew.give(client, lambda: self._do(work, reading))
        return reading

    def _do(self, work: Work, reading: Reading) -> None:
        """The work of a thread: whatever happens, a last event is sent."""
        began = time.monotonic()
        self.meters.took("gotocr_queue_seconds", began - reading.began)
        first = True
        try:
            reading.seat.check()
            events = iter(work(reading.seat))
            while True:
                try:
                    event = next(events)
                except StopIteration as end:
                    self.meters.read(time.monotonic() - began)  # first: who has the answer may look at the figures at once
                    reading.tell(_Over(end.value))
                    break
                if first:
                    self.meters.took("gotocr_first_text_seconds", time.monotonic() - reading.began)
                    first = False
                reading.tell(event)
        except GotocrError as error:
            reading.tell(_bare(error))
        except BaseException as error:
            _log.exception("a request failed in an unexpected way")
            reading.tell(_bare(error))
        finally:
            reading.seat.leave()

    def steps(
        self, seat: Seat, source: bytes | Path, task: Task, opening: Opening | None = None, called: str = ""
    ) -> Iterator[Page | Piece | Leaf]:
        """A source, read with a seat: each page, then every piece as it is written, then the page as it was read.

        `called` is its name in errors and in pages; a page that fails is a Leaf with an `error`. What is written is counted, by
        the seat as well. Raises what `Reader.follow` does, GoneError and LateError.
        """
        seat.check()
        asked, had = seat.asked, seat.written
        name = called or "the data"
        reader = self.reader.sharing(seat)  # not closed: the seat may have more to read
        reader.limits = self.settings.limits
        try:
            for step in reader.follow(source, task, opening):
                if isinstance(step, Page):
                    self.meters.add("gotocr_pages_total", 1)
                    step = replace(step, source=name)
                elif isinstance(step, Piece):
                    seat.written += step.token >= 0
                elif step.error:
                    step = replace(step, error=_called(step.error, source, name))
                yield step
        except GotocrError as error:
            error.args = (_called(str(error), source, name),)
            raise
        finally:
            self.meters.add("gotocr_prompt_tokens_total", seat.asked - asked)
            self.meters.add("gotocr_completion_tokens_total", seat.written - had)

    def close(self) -> None:
        """End the threads; whatever is still read fails."""
        self.shared.close()
        self._crew.close()
        self.unpackers.shutdown()


@dataclass(frozen=True)
class _Over:
    """The work is done, and this is what it returned."""

    value: Any


class Reading:
    """One request while it is read, as the event loop sees it: its events come from `next` or by `async for`, `close` lets go of it."""

    def __init__(self, seat: Seat, loop: asyncio.AbstractEventLoop) -> None:
        self.seat, self.began = seat, time.monotonic()
        self.give_up: Callable[[], object] = _nothing
        self.end: Any = None  # what the work returned, when `next` has said that it is over
        self._loop, self._events = loop, asyncio.Queue[Any]()
        self._timer = loop.call_at(loop.time() + seat.until - self.began + GRACE, self._events.put_nowait, LateError())

    def tell(self, event: Any) -> None:
        """Called by the thread that reads."""
        try:
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            self.seat.leave()

    def gone(self) -> None:
        """Called when whoever asked has gone away."""
        self._events.put_nowait(GoneError())
        self.close()

    async def next(self) -> Any:
        """The next event. Raises what the work ended with, StopAsyncIteration where that was its end, LateError where the thread is
        busy with something that cannot be broken off."""
        event = await self._events.get()
        if isinstance(event, _Over):
            self.end = event.value
            raise StopAsyncIteration
        if isinstance(event, BaseException):
            try:
                raise event
            finally:
                del event  # or the two would keep each other, and what is read
        return event

    def __aiter__(self) -> Reading:
        return self

    __anext__ = next

    def close(self) -> None:
        """Nobody listens any more; the rows become free. Any number of times."""
        self._timer.cancel()
        self.give_up()
        self.give_up = _nothing  # it holds the work, which holds this
        self.seat.leave()


def _nothing() -> None:
    pass


def _bare(error: BaseException) -> BaseException:
    """An error without the frames it came through: they hold pages, pictures and open files, for as long as it is looked at."""
    found: BaseException | None = error
    while found is not None:
        clear_frames(found.__traceback__)
        found.__traceback__, found = None, found.__cause__ or found.__context__
    return error


def _called(message: str, source: bytes | Path, name: str) -> str:
    """A message about a file here, told to somebody elsewhere: by the name it came with."""
    return message.replace(str(source), name) if isinstance(source, Path) else message.replace("the data", name)


def _strokes() -> np.ndarray:
    """A small picture with some strokes, (H, W, 3) uint8: not empty, so that the network is called."""
    image = np.full((32, 96, 3), 255, np.uint8)
    image[10:22, 8:88:8] = 0
    image[10:22, 9:88:8] = 0
    return image
