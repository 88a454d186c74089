"""Where calls of tools are done: in a few threads that share one engine, loaded when it is first needed; the event loop only waits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..errors import GotocrError
from ..schema import Leaf, Page, Piece, Task
from ..serve.crew import Crew
from ..serve.problems import BusyError
from ..serve.seat import GoneError, LateError, Seat
from ..serve.shared import Shared
from .places import Places
from .settings import Settings

if TYPE_CHECKING:
    from ..pixels.opening import Opening
    from ..reader import Reader

AT_ONCE = 4  # calls that are worked at
MOST = 64  # calls that may be under way, those that wait among them
PATIENCE = 10  # seconds after which it is worth trying again
GRACE = 1.0  # seconds after its deadline within which a call says itself how far it came

Progress = tuple[float, float | None, str]  # how much is done, of how much, and what it is about
Tell = Callable[[float, float | None, str], Awaitable[None]]
Work = Callable[["Call"], Any]

_log = logging.getLogger(__name__)


class Calls:
    """The reader's side of the server. `run` is for the event loop; `close` when nobody calls any more."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        """Raises UsageError for folders that cannot be looked into."""
        self.reader, self.settings = reader, settings
        self.places = Places(settings.folders)
        self.open: set[Call] = set()  # calls that somebody waits for
        self.busy = 0  # calls that threads are at
        reader.remember()  # who reads on from where a reading ended does not have its last page read anew
        self._crew = Crew(AT_ONCE, "gotocr call")
        self._lock, self._shared_lock = Lock(), Lock()
        self._shared: Shared | None = None

    async def run(self, work: Work, tell: Tell, client: str = "") -> Any:
        """Have something done by the next thread that is free. Raises what it raises; when cancelled, the work is told to end."""
        if len(self.open) >= MOST:
            raise BusyError(len(self.open), PATIENCE)
        call = Call(self, client, asyncio.get_running_loop())
        self.open.add(call)
        take_back = self._crew.give(client, lambda: self._live(work, call))
        telling = asyncio.ensure_future(call.pass_on(tell))
        try:
            return await asyncio.wait_for(call.answer, self.settings.deadline + GRACE)
        except asyncio.TimeoutError:  # the thread is busy with something that cannot be broken off
            raise LateError from None
        finally:
            telling.cancel()
            call.leave()
            take_back()
            self.open.discard(call)

    def _live(self, work: Work, call: Call) -> None:
        """The work of a thread: whatever happens, there is an answer."""
        with self._lock:
            self.busy += 1
        try:
            call.check()
            call.say(work(call), None)
        except BaseException as error:
            if not isinstance(error, GotocrError):
                _log.exception("a call failed in an unexpected way")
            call.say(None, error)
        finally:
            call.leave()
            with self._lock:
                self.busy -= 1

    def shared(self) -> Shared:
        """The engine; loaded by the first who asks, while the others wait, and anew where it broke for good."""
        with self._shared_lock:
            if self._shared is not None and self._shared.trouble:
                self._shared.close()
                self.reader.close()
                self._shared = None
            if self._shared is None:
                _ = self.reader.setting
                self._shared = Shared(self.reader.engine)
            return self._shared

    @property
    def is_loaded(self) -> bool:
        return self._shared is not None

    def leave(self) -> None:
        """Nobody waits for anything any more."""
        for call in list(self.open):
            call.leave()

    def close(self, patience: float) -> bool:
        """Let go of everything, and whether all threads came to their end within so many seconds."""
        self.leave()
        until = time.monotonic() + patience
        while self.busy and time.monotonic() < until:
            time.sleep(0.01)
        if self.busy:
            return False
        self._crew.close()
        if self._shared is not None:
            self._shared.close()
        return True


class Call:
    """One call of a tool, as the thread that works at it sees it; `leave` may be called from any thread.

    `check` raises GoneError when nobody waits for it any more, and LateError when its time is up; so does everything that reads.
    """

    def __init__(self, calls: Calls, client: str, loop: asyncio.AbstractEventLoop) -> None:
        self.settings, self.places = calls.settings, calls.places
        self.began = time.monotonic()
        self.until = self.began + calls.settings.deadline
        self.answer: asyncio.Future[Any] = loop.create_future()
        self._calls, self._client, self._loop = calls, client, loop
        self._seat: Seat | None = None
        self._left = False
        self._progress: Progress | None = None
        self._news = asyncio.Event()

    @property
    def model(self) -> str:
        return self._calls.reader.name

    def steps(self, source: Any, task: Task, opening: Opening | None = None) -> Iterator[Page | Piece | Leaf]:
        """As `Reader.follow`, with this server's limits."""
        self.check()
        if not self._calls.is_loaded:
            self.tell(0, None, f"loading {self.model}")
        self._seat = seat = self._calls.shared().seat(self.until, self._client or None)
        with self._calls.reader.sharing(seat) as reader:
            reader.limits = self.settings.limits
            with closing(reader.follow(source, task, opening)) as steps:
                self.check()
                for step in steps:
                    yield step
                    self.check()

    def check(self) -> None:
        if self._left:
            raise GoneError
        if time.monotonic() >= self.until:
            raise LateError

    def leave(self) -> None:
        """Nobody waits any more: what is read for it ends before the engine's next step."""
        self._left = True
        if self._seat is not None:
            self._seat.leave()

    def tell(self, done: float, total: float | None, message: str) -> None:
        """Let whoever waits know how far it is. Only the newest is passed on where they come faster than they are taken."""
        self._progress = done, total, message
        self._soon(self._news.set)

    def say(self, answer: Any, error: BaseException | None) -> None:
        self._soon(lambda: self._settle(answer, error))

    def _settle(self, answer: Any, error: BaseException | None) -> None:
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(answer)
        else:
            self.answer.set_exception(error)
            self.answer.exception()  # whether anybody looks at it or not

    def _soon(self, done: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(done)

    async def pass_on(self, tell: Tell) -> None:
        """Tell what `tell` was told, for as long as this is not cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            assert self._progress is not None
            with suppress(Exception):  # whoever is told may be gone, and will not miss it
                await tell(*self._progress)
