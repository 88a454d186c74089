"""Where requests are read: a bounded number is let in, some threads read them, and what they write reaches the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np

from ..errors import EngineError, GotocrError, InputError
from ..schema import Leaf, Piece, Task
from .meters import Meters
from .problems import BusyError
from .seat import GoneError, LateError, Seat
from .settings import Settings
from .shared import Shared

if TYPE_CHECKING:
    from ..reader import Reader

AHEAD = 2  # requests whose pictures are got ready while all rows are taken
CUT = "length"  # how an answer ends that is not whole, in OpenAI's words
GRACE = 1.0  # seconds after its deadline within which a reading says itself how far it came

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What a request wants read: functions that give the bytes of each source, fetching them if need be."""

    sources: tuple[Callable[[], bytes], ...]
    task: Task
    most: int | None = None  # tokens of the whole answer


@dataclass(frozen=True)
class End:
    """How an answer ended: `finish` is "stop" or "length", `cut` says why where it was cut off."""

    finish: str
    prompt_tokens: int
    completion_tokens: int
    cut: str | None = None  # "max_tokens", "loop" or "deadline"


Event = str | End | BaseException


class Desk:
    """The reader's side of a server. `load` before the first request; `close` when the last one was answered."""

    def __init__(self, reader: Reader, settings: Settings, meters: Meters) -> None:
        self.reader, self.settings, self.meters = reader, settings, meters
        if settings.remember:
            reader.remember()
        _ = reader.setting  # loaded now, not by the first requests at the same time
        self.shared = Shared(reader.engine, settings.rows, meters.stepped)
        self.at_once = self.shared.most + AHEAD
        self.inside = 0  # requests that were let in
        self.ready = False
        self._threads = ThreadPoolExecutor(self.at_once, "gotocr request")
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

    def enter(self) -> None:
        """Take a place, to be given back with `leave`. Raises BusyError when there is none."""
        if self.inside >= self.shared.most + self.settings.queue:
            raise BusyError(self.waiting, self.meters.wait(self.inside, self.shared.most))
        self.inside += 1

    def leave(self) -> None:
        self.inside -= 1

    def begin(self, asked: Asked, until: float) -> Reading:
        """Have something read by the next thread that is free; events come to the running event loop."""
        reading = Reading(self.shared.seat(until), asyncio.get_running_loop())
        future = self._threads.submit(self._read, asked, reading)
        reading.give_up = future.cancel
        return reading

    def _read(self, asked: Asked, reading: Reading) -> None:
        """The work of a thread: whatever happens, a last event is sent."""
        began = time.monotonic()
        self.meters.took("gotocr_queue_seconds", began - reading.began)
        first = True
        try:
            for event in self.follow(asked, reading.seat):
                if first:
                    self.meters.took("gotocr_first_text_seconds", time.monotonic() - reading.began)
                    first = False
                if isinstance(event, End):  # counted first: who has the answer may look at the figures at once
                    self.meters.read(time.monotonic() - began)
                reading.tell(event)
        except GotocrError as error:
            reading.tell(error)
        except BaseException as error:
            _log.exception("a request failed in an unexpected way")
            reading.tell(error)
        finally:
            reading.seat.leave()

    def follow(self, asked: Asked, seat: Seat) -> Iterator[str | End]:
        """The text as it is written, then its end. Raises what reading raises; LateError where nothing was written in time."""
        flow, cut = Flow(), None
        try:
            for step in self._steps(asked, seat):
                if isinstance(step, Leaf):
                    cut = cut or ("loop" if step.truncated else None)
                    flow.end_page()
                elif step.token < 0 or asked.most is None or seat.written < asked.most:
                    seat.written += step.token >= 0
                    cut = {"length": "max_tokens", "time": "deadline"}.get(step.finish, cut)
                    if text := flow.push(step.text):
                        yield text
                else:
                    cut = "max_tokens"
                    break
        except LateError:
            if not flow.begun:
                raise
            cut = "deadline"
        finally:
            self.meters.add("gotocr_prompt_tokens_total", seat.asked)
            self.meters.add("gotocr_completion_tokens_total", seat.written)
        yield End(CUT if cut else "stop", seat.asked, seat.written, cut)

    def _steps(self, asked: Asked, seat: Seat) -> Iterator[Piece | Leaf]:
        with self.reader.sharing(seat) as reader:
            reader.limits = self.settings.limits
            for source in asked.sources:
                seat.check()
                for step in reader.follow(source(), asked.task):
                    if isinstance(step, Leaf) and step.error:  # an answer with a page missing would pass for a whole one
                        raise (EngineError if step.width else InputError)(f"page {step.index + 1}: {step.error}")
                    if isinstance(step, (Piece, Leaf)):
                        yield step
                    else:
                        self.meters.add("gotocr_pages_total", 1)

    def close(self) -> None:
        """End the threads; whatever is still read fails."""
        self.shared.close()
        self._threads.shutdown(wait=True, cancel_futures=True)


class Reading:
    """One request while it is read, as the event loop sees it: `next` gives its events, `close` lets go of it."""

    def __init__(self, seat: Seat, loop: asyncio.AbstractEventLoop) -> None:
        self.seat, self.began = seat, time.monotonic()
        self.give_up: Callable[[], object] = lambda: None
        self._loop, self._events = loop, asyncio.Queue[Event]()
        self._begun = False
        self._timer = loop.call_at(loop.time() + seat.until - self.began + GRACE, self._events.put_nowait, LateError())

    def tell(self, event: Event) -> None:
        """Called by the thread that reads."""
        try:
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            self.seat.leave()

    def gone(self) -> None:
        """Called when whoever asked has gone away."""
        self._events.put_nowait(GoneError())
        self.close()

    async def next(self) -> str | End:
        """The next event. Raises what the reading ended with."""
        event = await self._events.get()
        if isinstance(event, LateError) and self._begun:  # the thread is busy with something that cannot be broken off
            return End(CUT, self.seat.asked, self.seat.written, "deadline")
        if isinstance(event, BaseException):
            raise event
        self._begun = True
        return event

    def close(self) -> None:
        """Nobody listens any more; the rows become free. Any number of times."""
        self._timer.cancel()
        self.give_up()
        self.seat.leave()


class Flow:
    """Pieces to the text of the whole answer: of every page what was written of it, an empty line between pages.

    Lines that were passed over at first come at the end of their page, as they are read; in `schema.Leaf.text` they stand in their place.
    """

    def __init__(self) -> None:
        self.begun = False
        self._page_begun, self._held = False, ""

    def push(self, text: str) -> str:
        """What can be handed out now; white space at the end is held until more comes."""
        whole = self._held + text
        if not self._page_begun:
            whole = whole.lstrip("\n")
        body = whole.rstrip()
        self._held = whole[len(body) :]
        if not body:
            return ""
        parted = "" if self._page_begun or not self.begun else "\n\n"
        self.begun = self._page_begun = True
        return parted + body

    def end_page(self) -> None:
        self._page_begun, self._held = False, ""


def _strokes() -> np.ndarray:
    """A small picture with some strokes, (H, W, 3) uint8: not empty, so that the network is called."""
    image = np.full((32, 96, 3), 255, np.uint8)
    image[10:22, 8:88:8] = 0
    image[10:22, 9:88:8] = 0
    return image
