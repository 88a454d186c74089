"""One engine for many requests: a thread owns its rows, and every request has a seat that looks like an engine of its own.

A seat's jobs wait until a row is free and come in by turns: the client with the fewest rows goes first, and of its seats the one with the
fewest, so that neither many requests nor a page of many views keep the others waiting. Where the engine can do so, the next jobs
are looked at in another thread while others are written; else one is looked at between two steps.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from threading import Condition, Thread
from typing import Any

from ..decode.batch import AHEAD, AT_ONCE, open_rows
from ..engines.engine import Engine
from ..errors import EngineError, GotocrError
from ..schema import Job, Piece
from .seat import Mail, Seat, Ticket

STUCK = 120.0  # seconds a single call of the engine may last before it is taken for one that never ends
LOOK = 1.0  # seconds between two looks at whether it does, when all is to end
Watch = Callable[[int, float], None]  # told of every step: how many rows it served, seconds

_log = logging.getLogger(__name__)


class Shared:
    """An engine that threads may use at the same time: `run`, `rows`, or a `seat` for each request.

    A row that fails ends with its error and the others go on. When the engine breaks in a way it does not promise
    (another exception than GotocrError), the rows of that moment fail and new ones are opened; where that fails as well
    the thread ends, `trouble` says why, and everybody who waits or comes later gets an EngineError. A call that does not come
    back cannot be broken off from here: `is_stuck` tells of it, and whoever has a deadline is late. `engine` stays its owner's to close.
    """

    def __init__(self, engine: Engine, most: int = AT_ONCE, watch: Watch = lambda rows, seconds: None) -> None:
        self.name = engine.name
        self._engine, self._watch = engine, watch
        self._rows = open_rows(engine, most)
        self.most = self._rows.most
        self._wake = Condition()
        self._waiting: dict[Seat, deque[Ticket]] = {}
        self._looked: deque[tuple[Ticket, Future[Any] | None]] = deque()  # whose turn came, and which are looked at ahead
        self._joined: dict[int, Ticket] = {}  # by the key of their rows
        self._rows_of: Counter[Any] = Counter()  # by client
        self._leaving: list[Ticket] = []
        self._turns = count(1)
        self._stopping = False
        self._since: float | None = None  # when the engine was called that has not come back
        self._trouble: str | None = None
        self._thread = Thread(target=self._live, name="gotocr rows", daemon=True)
        self._thread.start()

    def seat(self, until: float | None = None, client: str | None = None) -> Seat:
        """A place for one request of a client, which ends at `until` (of `time.monotonic`) at the latest."""
        return Seat(self, until, client)

    def run(self, job: Job) -> Iterator[Piece]:
        """Write one job; see `engine.Engine`."""
        return self.seat().run(job)

    def rows(self, most: int = AT_ONCE):
        """Rows of somebody who needs no seat of their own; see `seat.SharedRows`."""
        return self.seat().rows(most)

    @property
    def in_use(self) -> int:
        """Rows that are written now."""
        return len(self._joined)

    @property
    def waiting(self) -> int:
        """Jobs that wait for a row."""
        with self._wake:
            return len(self._looked) + sum(map(len, self._waiting.values()))

    @property
    def trouble(self) -> str | None:
        """Why nothing is written any more; None while all is well."""
        if self._trouble is None and not self._thread.is_alive() and not self._stopping:
            return "the thread that writes has ended"
        return self._trouble

    @property
    def is_stuck(self) -> bool:
        """Whether the engine was called long ago and has not come back."""
        since = self._since
        return since is not None and time.monotonic() - since > STUCK

    @property
    def is_over(self) -> bool:
        """Whether nothing is written any more, in trouble or not."""
        return self._stopping or self.is_stuck or self.trouble is not None

    def put(self, ticket: Ticket) -> None:
        """Let a job wait for its turn. Raises EngineError where nothing is written any more."""
        with self._wake:
            if self._stopping or self.trouble:
                raise EngineError(self.trouble or "the server is stopping; ask again later")
            if ticket.seat not in self._waiting:
                self._waiting[ticket.seat] = deque()
                ticket.seat.turn = next(self._turns)  # behind those who wait already, before those who come later
            self._waiting[ticket.seat].append(ticket)
            self._wake.notify()

    def take_back(self, ticket: Ticket) -> None:
        """Nobody listens to that job any more: it waits no longer, or its row is free before the next step."""
        with self._wake:
            ticket.gone = True
            queue = self._waiting.get(ticket.seat)
            if queue and ticket in queue:
                queue.remove(ticket)
                self._tidy(ticket.seat)
            elif ticket.inner is not None:
                self._leaving.append(ticket)
                self._wake.notify()

    def close(self) -> None:
        """End the thread; whoever still waits gets an EngineError. A second call does nothing. One that is stuck is left behind."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        while self._thread.is_alive() and not self.is_stuck:
            self._thread.join(LOOK)
        if self._thread.is_alive():
            self._trouble = f"the engine has not come back for {STUCK:g} s; start the server again"
            _log.error("%s", self._trouble)
            self._tell_all(self._trouble)

    def _live(self) -> None:
        try:
            while self._turn():
                pass
            self._end("the server is stopping; ask again later")
        except BaseException as cause:  # whatever it was, nobody may be left waiting
            _log.exception("the thread that writes ends")
            self._trouble = f"the engine broke ({type(cause).__name__}); start the server again"
            self._end(self._trouble)

    def _turn(self) -> bool:
        """Let rows go, let one job come in, make a step; False when told to stop."""
        with self._wake:
            while not (self._stopping or self._leaving or self._joined or self._looked or self._waiting):
                self._wake.wait()
            if self._stopping:
                return False
            leaving, self._leaving = self._leaving, []
        for ticket in leaving:
            self._let_go(ticket)
        self._look_ahead()
        while (found := self._next()) is not None:
            self._let_in(*found)
            if found[1] is None:  # it was looked at just now: those who write have waited for that
                break
        if self._joined:
            self._step()
        return True

    def _look_ahead(self) -> None:
        """Have the next jobs looked at while others are written."""
        while self._rows.looks_ahead and self._joined and len(self._looked) < AHEAD:
            with self._wake:
                ticket = self._called()
            if ticket is None:
                break
            self._looked.append((ticket, self._rows.look_ahead(ticket.job)))

    def _next(self) -> tuple[Ticket, Future[Any] | None] | None:
        """The next job that can be written, and the look at it: one that was looked at, or where nothing is written any."""
        with self._wake:
            while self._looked and self._looked[0][0].gone:
                if (look := self._looked.popleft()[1]) is not None:
                    look.cancel()
            if self._rows.is_full:
                return None
            if self._looked:
                look = self._looked[0][1]
                return self._looked.popleft() if look is None or look.done() or not self._joined else None
            ticket = self._called()
        return None if ticket is None else (ticket, None)

    def _called(self) -> Ticket | None:
        """The job whose turn it is: of the client with the fewest rows; of that, of the seat with the fewest; among those, of the one
        that waited longest for a turn."""
        if not self._waiting:
            return None
        ahead = [ticket.seat for ticket, _ in self._looked]
        clients = [seat.client for seat in ahead]
        seat = min(
            self._waiting,
            key=lambda seat: (self._rows_of[seat.client] + clients.count(seat.client), seat.in_use + ahead.count(seat), seat.turn),
        )
        ticket = self._waiting[seat].popleft()
        self._tidy(seat)
        seat.turn = next(self._turns)
        return ticket

    def _tidy(self, seat: Seat) -> None:
        if not self._waiting[seat]:
            del self._waiting[seat]

    def _let_in(self, ticket: Ticket, look: Future[Any] | None) -> None:
        try:
            with self._watched():
                key = self._rows.join(ticket.job) if look is None else self._rows.join(ticket.job, look)
        except GotocrError as error:
            ticket.send(error)
            return
        except Exception as cause:
            _log.exception("a picture could not be looked at")
            ticket.send(_unexpected(cause))
            return
        with self._wake:
            ticket.inner = key
            self._joined[key] = ticket
            ticket.seat.in_use += 1
            self._rows_of[ticket.seat.client] += 1
            if ticket.gone:
                self._leaving.append(ticket)

    def _let_go(self, ticket: Ticket) -> None:
        key = ticket.inner
        if key is not None and self._forget(key):
            with self._watched():
                self._rows.leave(key)

    def _forget(self, key: int) -> Ticket | None:
        with self._wake:
            ticket = self._joined.pop(key, None)
            if ticket is not None:
                ticket.inner = None  # rows that are opened anew count from the beginning
                ticket.seat.in_use -= 1
                self._rows_of[ticket.seat.client] -= 1
                if not self._rows_of[ticket.seat.client]:
                    del self._rows_of[ticket.seat.client]
            return ticket

    def _step(self) -> None:
        began, size = time.perf_counter(), len(self._joined)
        try:
            with self._watched():
                found = self._rows.step()
        except Exception as cause:  # not of the kind an engine promises: what state its rows are in, nobody knows
            _log.exception("the engine broke; its rows are opened anew")
            for key in list(self._joined):
                if ticket := self._forget(key):
                    ticket.send(_unexpected(cause))
            self._open_anew()
            return
        self._watch(size, time.perf_counter() - began)
        mail: dict[Mail, list] = {}
        for key, piece in found:
            ticket = self._joined.get(key)
            if ticket is None:
                continue
            if isinstance(piece, GotocrError) or piece.finish is not None:
                self._forget(key)
            mail.setdefault(ticket.mail, []).append((ticket.key, piece))
        for box, letters in mail.items():
            box.put(letters)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Around a call of the engine."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None

    def _open_anew(self) -> None:
        try:
            self._rows.close()
        except Exception:
            _log.exception("the broken rows could not be closed")
        self._looked = deque((ticket, None) for ticket, _ in self._looked)  # what had been seen went with the rows
        self._rows = open_rows(self._engine, self.most)

    def _end(self, why: str) -> None:
        self._tell_all(why)
        self._rows.close()

    def _tell_all(self, why: str) -> None:
        """Nobody is written for any more."""
        with self._wake:
            self._stopping = True
            tickets = [*self._joined.values(), *(ticket for ticket, _ in self._looked)]
            tickets += (ticket for queue in self._waiting.values() for ticket in queue)
            self._joined.clear()
            self._looked.clear()
            self._waiting.clear()
        for ticket in tickets:
            ticket.send(EngineError(why))


def _unexpected(cause: Exception) -> EngineError:
    return EngineError(f"the engine failed in an unexpected way ({type(cause).__name__}); the server's log says more")
