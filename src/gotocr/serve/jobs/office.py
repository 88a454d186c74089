"""The jobs of a server, as its paths use them: the store, the threads that read, and those who listen, opened and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from ...child import pool
from ...formats.leaves import pack, unpack
from ...schema import Leaf
from ..convert import Told, wanted_of
from ..desk import Desk
from ..door import LOCAL_CLIENT
from ..options import Wish, wish_of
from ..problems import BusyError, RequestError
from ..results import Made, Sheaf, ready
from .entry import PASSWORD, Entry
from .events import Hub, Listener, event, leaf_event
from .place import place
from .reading import outline
from .runner import Runner
from .showing import SECONDS, shown
from .store import Store

SPARED = 4  # where there are several clients, one place in so many is out of reach for who has all the others
ALIKE = 4  # pages before one that say what of it is a running head
MADE = "made"  # the name of a result, in a folder of its own
_Given = TypeVar("_Given")


class Jobs:
    """What `/v1/jobs` needs. `model` is the name of who reads. Raises StoreError where the store cannot be opened.

    `hush` before the server waits for its last answers, since those to listeners would not end; `close` before the desk is closed.
    """

    def __init__(self, desk: Desk, model: str) -> None:
        self.desk, self.model, self.settings = desk, model, desk.settings
        self.hub = Hub()
        with ExitStack() as stack:
            path = stack.enter_context(place(self.settings))
            self.store = Store(path, self.settings.store_bytes, self.settings.keep)
            stack.callback(self.store.close)
            self.runner = Runner(desk, self.store, self.hub, model)
            self._threads, self._drawers = (ThreadPoolExecutor(size, name) for size, name in ((4, "gotocr jobs"), (2, "gotocr jobs page")))
            stack.callback(self._threads.shutdown, cancel_futures=True)
            stack.callback(self._drawers.shutdown, cancel_futures=True)
            stack.callback(self.runner.close)
            stack.callback(self.hub.close)
            self._open = stack.pop_all()
        desk.meters.gauges |= {
            "gotocr_jobs_running": ("Jobs that are read now.", lambda: self.runner.running),
            "gotocr_jobs_queued": ("Jobs that wait for their turn.", lambda: self._unfinished - self.runner.running),
            "gotocr_jobs_bytes": ("Bytes that the store of jobs takes.", self.store.used),
        }
        self.runner.start()

    @property
    def _unfinished(self) -> int:
        return sum(self.store.unfinished().values())

    async def do(self, work: Callable[..., _Given], *given: Any) -> _Given:
        """Something that waits for a disk, in another thread than the event loop's."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def draw(self, work: Callable[..., _Given], *given: Any) -> _Given:
        """Something that may take longer, so that what is quick does not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._drawers, work, *given)

    def ask(self, client: str, file: Path | Entry, name: str, fields: Sequence[tuple[str, str]]) -> Entry:
        """A new job that reads a file, of which a copy is kept, or once more that of another job.

        Raises RequestError for fields that mean nothing, MissingExtraError, BusyError where too many wait, StoreFullError.
        """
        if isinstance(file, Entry) and not any(field == PASSWORD for field, _ in fields):
            fields = [*fields, *((field, value) for field, value in file.fields if field == PASSWORD)]
        ready(wish_of(fields).formats)
        self.check(client)
        try:
            entry = self.store.add(client, self.model, file, name, fields)
        except LookupError:
            raise not_there(file.id) from None
        self._moved()
        return entry

    def _moved(self) -> None:
        """The queue is another one now."""
        self.runner.look()
        self.runner.tell_line()

    def check(self, client: str) -> None:
        """Raises BusyError where a client cannot have one more job."""
        waiting, most = self.store.unfinished(), max(self.settings.queue, self.settings.jobs)
        spared = 0 if client == LOCAL_CLIENT else most // SPARED
        if sum(waiting.values()) >= most or waiting.get(client, 0) >= most - spared:
            raise BusyError(sum(waiting.values()), self.runner.wait())

    def find(self, code: str, client: str) -> Entry:
        """Raises RequestError, 404, where that client has no such job."""
        entry = self.store.find(code, client)
        if entry is None:
            raise not_there(code)
        return entry

    def list(self, client: str, most: int, after: str | None) -> tuple[list[Entry], bool]:
        """The newest jobs of a client, the newest first, from behind the one of that id; and whether there are more."""
        found = self.store.list(client, most + 1, self.find(after, client).number if after else None)
        return found[:most], len(found) > most

    def told(self, *entries: Entry) -> list[dict[str, Any]]:
        """The jobs as clients see them."""
        waits = any(entry.status == "queued" for entry in entries)
        places = {number: place for place, number in enumerate(self.runner.line(), 1)} if waits else {}
        return [entry.told(places.get(entry.number)) for entry in entries]

    def cancel(self, entry: Entry) -> Entry:
        """It is read no further; what was read is kept. One that is over stays as it is."""
        with self.hub.lock:
            over = self.store.cancel(entry.number)
            if over is not None:
                self.hub.job(over)
        self.runner.let_go(entry.number)
        self._moved()
        return over or self.find(entry.id, entry.client)

    def remove(self, entry: Entry) -> None:
        """Nothing of it is left."""
        with self.hub.lock:
            over = self.store.cancel(entry.number)
            self.hub.end(entry.number, event("end", (over or entry).told()))
        self.runner.let_go(entry.number)
        self.store.forget(entry.number)
        self._moved()

    def listen(self, entry: Entry, listener: Listener) -> list[bytes]:
        """What is to be said first: the job, all pages that were read, the text so far; what comes then, the listener is told."""
        with self.hub.lock:
            now = self.find(entry.id, entry.client)
            said = [event("job", self.told(now)[0]), *map(leaf_event, self.store.pages.outlines(now.number))]
            if now.is_over:
                listener.close()
                return [*said, event("end", now.told())]
            return [*said, *self.hub.listen(now.number, listener)]

    def page(self, entry: Entry, index: int) -> str:
        """A page as JSON, with its reading as HTML."""
        last = self.leaf(entry, index)  # first: the job may be deleted meanwhile
        before = (self.store.pages.leaf(entry.number, number) for number in range(max(index - ALIKE, 0), index))
        return shown([pack(leaf) for leaf in (*before, last) if leaf is not None])

    def leaf(self, entry: Entry, index: int) -> Leaf:
        """Raises RequestError, 404, where there is no such page (yet)."""
        leaf = self.store.pages.leaf(entry.number, index)
        if leaf is None:
            raise RequestError(f"page {index + 1} is not there, or was not read yet", "number", "page_not_found", 404)
        return leaf

    def picture(self, entry: Entry, index: int) -> bytes:
        picture = self.store.pages.picture(entry.number, index)
        if not picture:
            raise RequestError(f"there is no picture of page {index + 1}, or not yet", "number", "page_not_found", 404)
        return picture

    def edit(self, entry: Entry, index: int, place: int, text: str) -> str:
        """The page after somebody wrote the text of a block anew."""
        count = len(self.leaf(entry, index).blocks)
        if place >= count:
            raise RequestError(f"page {index + 1} has {count} blocks, numbered from 0; there is no block {place}", "block", "block_not_found", 404)
        edited = pool("gotocr.serve.jobs.editing:edited", SECONDS)
        leaf = self.store.pages.change(entry.number, index, lambda leaf: unpack(edited(pack(leaf), place, text)))
        if leaf is not None:
            self.hub.leaf(entry.number, outline(leaf))
        return self.page(entry, index)

    def written(self, entry: Entry, wish: Wish, folder: Path) -> Generator[int, None, tuple[Made, Told]]:
        """The work of writing a file of what was read, `folder`/made: yields what is done, for whoever measures."""
        ready(wish.formats)
        sheaf, told = Sheaf(folder), Told()
        try:
            for leaf, picture in self.store.pages.leaves(entry.number):
                sheaf.keep(leaf, picture if wish.report else None)
                told = told.after(leaf)
                yield leaf.index
            if not sheaf.count:
                raise RequestError("nothing was read of this job yet", None, "nothing_read", 409)
            original = self.store.sources.path(entry.source)
            return sheaf.made(wanted_of(wish, entry.name, entry.model, original), folder / MADE), told
        finally:
            sheaf.close()

    def hush(self) -> None:
        """Nobody is told anything any more."""
        self.hub.close()

    def close(self) -> None:
        """Jobs that are being read wait again, for the next server. Done within seconds; a second call does nothing."""
        self._open.close()

    def __enter__(self) -> Jobs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def not_there(code: str) -> RequestError:
    return RequestError(f"there is no job {code[:80]!r}; it may have expired", "job_id", "job_not_found", 404)
