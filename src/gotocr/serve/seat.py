"""What a request holds of the shared engine: an engine of its own, as it seems, with a deadline and a way to be told to go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ..decode.batch import AT_ONCE
from ..errors import EngineError, GotocrError
from ..schema import Job, Piece

if TYPE_CHECKING:
    from .shared import Shared

Letter = tuple[int, "Piece | GotocrError"]
Mail = SimpleQueue  # of lists of letters; None = look whether you are to go
LOOK = 1.0  # seconds after which a silent engine is looked at


class LateError(GotocrError):
    """The time of a request is up."""

    http_status = 504

    def __init__(self) -> None:
        super().__init__("the time for this request is up; ask for less, have a long file read as a job (/v1/jobs), or start the server with a longer --deadline")


class GoneError(GotocrError):
    """Whoever asked is no longer there."""

    http_status = 499  # as nginx counts them; nobody gets to see it

    def __init__(self) -> None:
        super().__init__("whoever asked went away")


@dataclass(eq=False)
class Ticket:
    """One job on its way through the shared rows."""

    seat: Seat
    mail: Mail
    key: int  # as whoever joined knows it
    job: Job
    inner: int | None = None  # as the real rows know it, from when it joined them
    gone: bool = False

    def send(self, piece: Piece | GotocrError) -> None:
        self.mail.put([(self.key, piece)])


class Seat:
    """An engine for the thread of one request; see `engine.Engine`. `leave` may be called from any thread.

    From `until` (of `time.monotonic`) on LateError is raised, after `leave` GoneError. `asked` counts the tokens of the
    prompts, a slot of the picture as one; `written` those handed out, which whoever reads with this engine counts. Rows are
    shared out among clients first, then among the seats of each; a seat without a client is one by itself.
    """

    def __init__(self, shared: Shared, until: float | None = None, client: str | None = None) -> None:
        self.name, self.client = shared.name, client or self
        self._shared, self.until = shared, until
        self._open: set[SharedRows] = set()
        self._left = False
        self.asked, self.written = 0, 0
        self.in_use, self.turn = 0, 0  # the shared engine's to count

    def run(self, job: Job) -> Iterator[Piece]:
        rows = self.rows(1)
        try:
            rows.join(job)
            while rows:
                for _, piece in rows.step():
                    if isinstance(piece, GotocrError):
                        raise piece
                    yield piece
        finally:
            rows.close()

    def rows(self, most: int = AT_ONCE) -> SharedRows:
        return SharedRows(self, self._shared, min(most, self._shared.most))

    def check(self) -> None:
        """Raise GoneError or LateError where it is time to."""
        if self._left:
            raise GoneError
        if self.until is not None and time.monotonic() >= self.until:
            raise LateError

    def leave(self) -> None:
        """Nobody listens any more: all rows become free before the engine's next step, and whoever waits is woken."""
        self._left = True
        for rows in list(self._open):
            rows.drop()

    def close(self) -> None:
        """As an engine is closed; the shared one goes on."""
        self.leave()


class SharedRows:
    """`decode.batch.Rows`, as one request sees them: `join` does not wait, `step` waits for pieces of its own rows.

    What a picture that cannot be looked at raises comes as the row's error from `step`.
    """

    looks_ahead = False  # that is the shared engine's affair

    def __init__(self, seat: Seat, shared: Shared, most: int) -> None:
        self._seat, self._shared, self.most = seat, shared, most
        self._mail: Mail = SimpleQueue()
        self._tickets: dict[int, Ticket] = {}
        self._keys = count()
        seat._open.add(self)

    def __len__(self) -> int:
        return len(self._tickets)

    @property
    def is_full(self) -> bool:
        return len(self) >= self.most

    def join(self, job: Job) -> int:
        self._seat.check()
        ticket = Ticket(self._seat, self._mail, next(self._keys), job)
        self._shared.put(ticket)
        self._tickets[ticket.key] = ticket
        self._seat.asked += len(job.prompt.ids)
        self._seat._open.add(self)
        if self._seat._left:  # it was told to go meanwhile
            self.drop()
        return ticket.key

    def leave(self, key: int) -> None:
        ticket = self._tickets.pop(key, None)
        if ticket is not None:
            self._shared.take_back(ticket)

    def step(self) -> list[Letter]:
        """The next pieces, at least one, of whichever rows; none only where there are no rows."""
        found: list[Letter] = []
        while self._tickets and not found:
            letters = self._wait()
            while True:
                found += ((key, piece) for key, piece in letters if key in self._tickets)
                try:
                    letters = self._mail.get_nowait() or []
                except Empty:
                    break
        for key, piece in found:
            if isinstance(piece, GotocrError) or piece.finish is not None:
                self._tickets.pop(key, None)
        return found

    def _wait(self) -> list[Letter]:
        while True:
            self._seat.check()
            until = self._seat.until
            patience = LOOK if until is None else max(min(LOOK, until - time.monotonic()), 0.0)
            try:
                letters = self._mail.get(timeout=patience)
            except Empty:
                if self._shared.trouble and self._mail.empty():
                    raise EngineError(self._shared.trouble) from None
                continue
            if letters is not None:
                return letters

    def drop(self) -> None:
        """Free all rows at once and wake whoever waits; for any thread."""
        for ticket in list(self._tickets.values()):
            self._shared.take_back(ticket)
        self._mail.put(None)

    def close(self) -> None:
        for key in list(self._tickets):
            self.leave(key)
        self._seat._open.discard(self)
