"""The threads that read jobs: a few at a time, clients by turns; they begin with what a server before them left, and end in order."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from itertools import count
from threading import Condition, Event, Thread

from ...errors import GotocrError
from ..desk import Desk
from ..problems import told
from ..seat import GoneError, Seat
from .database import StoreError
from .entry import DONE, FAILED, Entry
from .events import Hub
from .line import in_line
from .reading import Reading
from .store import Store

PATIENCE = 5.0  # seconds that jobs get to let go when the server ends
LOOK = 1.0  # seconds after which a broken engine or store is looked at again
SWEEP = 30.0  # the most seconds between two looks for jobs whose time is up
MOST_CLIENTS = 1000  # whose last turn is remembered
RECENT = 0.2  # weight of the newest job in the usual time of one
SHORTEST, LONGEST = 1, 600  # seconds anybody is asked to wait before trying again

_log = logging.getLogger(__name__)


class Runner:
    """Reads what waits in the store, `most` jobs at once. `look` is called when there may be something new to do."""

    def __init__(self, desk: Desk, store: Store, hub: Hub, model: str) -> None:
        self._desk, self._store, self._hub = desk, store, hub
        self._reading = Reading(desk, store, hub, model, self._is_ending)
        self.most = desk.settings.jobs
        self._wake = Condition()
        self._running: dict[int, tuple[Entry, Seat]] = {}
        self._turns: dict[str, int] = {}
        self._turn = count(1)
        self._usual: float | None = None
        self._stopping = Event()
        self._threads = [Thread(target=self._live, name=f"gotocr job {number + 1}", daemon=True) for number in range(self.most)]
        self._threads.append(Thread(target=self._sweep, name="gotocr jobs sweep", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> int:
        return len(self._running)

    def look(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def line(self) -> list[int]:
        """Numbers of the jobs that wait, the next one first."""
        with self._wake:
            running = Counter(entry.client for entry, _ in self._running.values())
            return in_line(self._store.waiting(), running, self._turns)

    def wait(self) -> int:
        """Whole seconds until the next job will be over, by the pace of late."""
        usual = self._usual if self._usual is not None else SHORTEST
        return min(max(math.ceil(usual / self.most), SHORTEST), LONGEST)

    def let_go(self, number: int) -> None:
        """A job is not to be read any more: its rows are free before the next token."""
        with self._wake:
            _, seat = self._running.get(number, (None, None))
        if seat is not None:
            seat.leave()

    def close(self) -> None:
        """Jobs that are being read wait again, for the next server. Done within seconds; a second call does nothing."""
        self._stopping.set()
        with self._wake:
            running = list(self._running.values())
            self._wake.notify_all()
        for _, seat in running:
            seat.leave()
        until = time.monotonic() + PATIENCE
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0.0))
        for entry, _ in running:  # of those that are busy with something that cannot be broken off
            self._put_back(entry)

    def _is_ending(self) -> bool:
        return self._stopping.is_set() or self._desk.shared.is_over

    def _live(self) -> None:
        while not self._stopping.is_set():
            try:
                if (found := self._next()) is not None:
                    self._do(*found)
            except StoreError as error:
                _log.error("jobs are not read for now: %s", error)
                self._stopping.wait(LOOK)
            except Exception:
                _log.exception("a thread that reads jobs failed in an unexpected way")
                self._stopping.wait(LOOK)

    def _next(self) -> tuple[Entry, Seat] | None:
        """The job whose turn it is, begun; None where there is none for now."""
        with self._wake:
            line = [] if self._is_ending() else self.line()
            entry = self._store.begin(line[0]) if line else None
            if entry is None:
                if not line:
                    self._wake.wait(LOOK if self._desk.shared.is_over else None)
                return None
            seat = self._desk.shared.seat(None, entry.client)
            self._running[entry.number] = entry, seat
            self._turns.pop(entry.client, None)
            self._turns[entry.client] = next(self._turn)
            if len(self._turns) > MOST_CLIENTS:
                del self._turns[next(iter(self._turns))]
            if self._stopping.is_set():
                seat.leave()
        return entry, seat

    def _do(self, entry: Entry, seat: Seat) -> None:
        began, error = time.monotonic(), None
        try:
            self.tell_line()
            self._reading.run(entry, seat)
        except GoneError:
            self._put_back(entry)  # where it was cancelled or deleted, there is nothing to be put back
            return
        except Exception as cause:
            if not isinstance(cause, GotocrError):
                _log.exception("a job failed in an unexpected way")
            if self._is_ending():
                self._put_back(entry, counted=not self._stopping.is_set())
                return
            said = told(cause)[1]["error"]
            error = said["message"], said["code"]
        finally:
            seat.leave()
            with self._wake:
                self._running.pop(entry.number, None)
        self._end(entry, error, time.monotonic() - began)

    def _end(self, entry: Entry, error: tuple[str, str] | None, seconds: float) -> None:
        usual = seconds if self._usual is None else self._usual
        self._usual = usual + RECENT * (seconds - usual)
        with self._hub.lock:
            if over := self._store.end(entry.number, FAILED if error else DONE, error):
                self._hub.job(over)
        self.look()

    def _put_back(self, entry: Entry, counted: bool = False) -> None:
        self._hub.rest(entry.number)
        try:
            self._store.put_back(entry.number, counted)
        except StoreError:
            pass  # it is closed: the next server finds the job as one that was being read

    def tell_line(self) -> None:
        """Whoever listens to a job that waits is told its place."""
        heard = self._hub.listened_to
        places = {number: place for place, number in enumerate(self.line(), 1)} if heard else {}
        for number in heard:
            if number in places:
                with self._hub.lock:
                    if entry := self._store.by_number(number):
                        self._hub.job(entry, places[number])

    def _sweep(self) -> None:
        """Results are not kept longer than was said."""
        while not self._stopping.wait(min(SWEEP, max(self._store.keep / 2, LOOK))):
            try:
                for number in self._store.expire():
                    self._hub.end(number)
            except StoreError as error:
                _log.error("jobs whose time is up are not forgotten: %s", error)
