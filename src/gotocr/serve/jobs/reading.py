"""One job while it is read: its pages as they come, into the store and to whoever listens."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from ...formats.report import picture_of
from ...pixels.source import page_count
from ...schema import Leaf, Page
from ..convert import bounded
from ..desk import Desk
from ..options import Wish, wish_of
from ..problems import RequestError
from ..seat import GoneError, Seat
from .entry import Entry
from .events import Hub
from .pages import Outline
from .store import Store

if TYPE_CHECKING:
    from pathlib import Path

PACE = 0.05  # seconds between two events with text of a page


class Reading:
    """A job that was begun, and what reads it. `model` is the name of who reads; `is_ending` says that the server ends."""

    def __init__(self, desk: Desk, store: Store, hub: Hub, model: str, is_ending: Callable[[], bool]) -> None:
        self._desk, self._store, self._hub, self._model, self._is_ending = desk, store, hub, model, is_ending

    def run(self, entry: Entry, seat: Seat) -> None:
        """Read all its pages that were not read yet. Raises what reading raises; GoneError where it is not to be read any more."""
        wish = bounded(wish_of(entry.fields), self._desk.settings)
        if entry.done and entry.model != self._model:
            raise RequestError(
                f"it was begun with the model {entry.model!r}, and this server reads with {self._model!r}; what was read is kept",
                "model",
                "model_not_found",
            )
        done = [page.index for page in self._store.pages.outlines(entry.number)]
        path = self._store.sources.path(entry.source)
        total = page_count(path, wish.opening, self._desk.settings.limits)
        with self._hub.lock:
            if counted := self._store.count(entry.number, total, self._model):
                self._hub.job(counted)
        if total is None or len(done) < total:
            self._read(entry, seat, path, replace(wish, opening=wish.opening.without(done)))

    def _read(self, entry: Entry, seat: Seat, path: Path, wish: Wish) -> None:
        told = _Told(lambda text: self._hub.text(entry.number, text))
        with closing(self._desk.steps(seat, path, wish.task, wish.opening, entry.name)) as steps:
            for step in steps:
                if isinstance(step, Page):
                    self._begin(entry, step)
                elif isinstance(step, Leaf):
                    told.flush()
                    self._keep(entry, step)
                else:
                    told.push(step.text)

    def _begin(self, entry: Entry, page: Page) -> None:
        height, width = page.image.shape[:2]
        if not self._store.pages.begin(entry.number, page.index, picture_of(page.image)):
            raise GoneError
        self._hub.page(entry.number, page.index, (width, height))

    def _keep(self, entry: Entry, leaf: Leaf) -> None:
        if leaf.error and self._is_ending():  # the page is not to blame, and is read when the server is there again
            raise GoneError
        with self._hub.lock:
            if not self._store.pages.keep(entry.number, leaf):
                raise GoneError
            self._hub.leaf(entry.number, outline(leaf))
            if now := self._store.find(entry.id):
                self._hub.job(now)


def outline(leaf: Leaf) -> Outline:
    return Outline(leaf.index, leaf.error, leaf.confidence, len(leaf.blocks))


class _Told:
    """Text as it is written, handed on no faster than anybody reads."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._waiting, self._last = tell, "", 0.0

    def push(self, text: str) -> None:
        self._waiting += text
        if time.monotonic() - self._last >= PACE:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._tell(self._waiting)
            self._waiting, self._last = "", time.monotonic()
