"""The pages of a shard as rows, a group at a time: read by a process that may die, tried again, or given up with a reason."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..child import Child, LateError, NoChildError, RefusedError
from ..errors import InputError, MissingExtraError, WorkerError
from .fetching import Source, Sources
from .reading import ANSWER, HOPELESS
from .rows import failed, row
from .shard import Place, Shard
from .store import Store, open_store
from .wanted import Wanted

MEMORY = 1 << 50  # bytes a process that reads may hold: as many as there are
SHARE = 4  # pages of a group that are given the time of one, until it is seen that pages are slow
MOST_DEATHS = 8  # pages in a row that a process died of before any was read
_BODY = ("width", "height", "text", "blocks", "confidence", "coverage", "truncated", "notes", "warnings", "error")
Rows = list[dict[str, Any]]


class Stopped(Exception):
    """The work is to end, or a claim went to somebody else."""


class Readings:
    """The process that reads, for one thread; it is kept from shard to shard."""

    def __init__(self, wanted: Wanted, stop: threading.Event) -> None:
        self.tries, self._patience, self._stop = wanted.tries, wanted.patience, stop
        self._told = json.dumps(wanted.packed())
        self._child = Child(ANSWER, wanted.patience, MEMORY)
        self._store: Store | None = None  # of the sources
        self.share = SHARE
        self._deaths = 0  # in a row, before the first page; -1 = there was one

    def ask(self, asked: list[list[Any]]) -> list[list[list[Any]]]:
        """What `reading.answer` has read. Raises WorkerError where the process died of it or took too long, and what is hopeless."""
        if self._stop.is_set():
            raise Stopped
        pages = sum(len(wanted) for _, wanted in asked)
        self._child.seconds = self._patience * max(1.0, pages / self.share)
        try:
            found = self._child(self._told, asked)
        except (NoChildError, RefusedError):
            raise
        except WorkerError:
            if self._stop.is_set():
                raise Stopped from None
            raise
        if self._stop.is_set():
            raise Stopped
        if "hopeless" in found:
            kind, says, *more = found["hopeless"]
            raise _missing(says, *more) if kind == MissingExtraError.__name__ else HOPELESS[kind](says)
        self._deaths = -1
        return found["read"]

    def died(self) -> None:
        """Take note that a page alone was too much for the process. Raises WorkerError where it seems that any is."""
        if self._deaths >= 0:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS:
                raise WorkerError("the process that reads dies of every page it is given; is there enough memory for the model?")

    @contextmanager
    def of(self, shard: Shard, places: Sequence[Place], before: Callable[[], Iterable[dict[str, Any]]]) -> Iterator[_Shard]:
        if self._store is None or self._store.root != shard.root:  # to open one takes time
            self._store = open_store(shard.root)
        with Sources(shard, self._store) as sources:
            yield _Shard(self, shard, places, sources, before)

    def close(self) -> None:
        self._child.close()

    def abort(self) -> None:
        self._child.abort()


def _missing(says: str, extra: str) -> MissingExtraError:
    error = MissingExtraError(extra, "")
    error.args = (says,)
    return error


class _Shard:
    """One shard whose pages are read in order; `before` gives the rows of those that were read already."""

    def __init__(self, readings: Readings, shard: Shard, places: Sequence[Place], sources: Sources, before: Callable[[], Iterable[dict[str, Any]]]) -> None:
        self._readings, self._shard, self._places, self._sources = readings, shard, places, sources
        count = Counter(entry.content for entry in shard.entries)
        self.read = 0  # pages
        self._twins = {content for content, many in count.items() if many > 1}
        self._known: dict[tuple[str, int], dict[str, Any]] = {}  # what was read of pages of files that come several times
        if self._twins:
            for place, found in zip(places, before(), strict=False):
                self._remember(place, found)

    def rows(self, start: int, stop: int, earlier: Sequence[dict[str, Any]] = ()) -> Rows:
        """The rows of some pages; where one of `earlier` has no error it is taken."""
        places = self._places[start:stop]
        self._sources.drop([number for number in self._sources.held if number < places[0].entry])
        fine = {place: found for place, found in zip(places, earlier, strict=False) if found["error"] is None}
        todo = [place for place in places if place not in fine]
        self._sources.ask({place.entry for place in (*todo, *(self._places[stop : 2 * stop - start] if not earlier else ()))})
        firsts: dict[Any, Place] = {}
        for place in todo:
            key = self._key(place)
            if key not in self._known:
                firsts.setdefault(key, place)
        read = self._read(list(firsts.values()))
        for place in firsts.values():
            if place in read and read[place]["error"] is None:
                self._remember(place, read[place])
        missing = [place for place in todo if place not in read and self._key(place) not in self._known]
        read |= self._read(missing)  # twins of pages that failed: it may have been the file alone
        return [fine.get(place) or self._row(place, read) for place in places]

    def _key(self, place: Place) -> Any:
        content = self._shard.entries[place.entry].content
        return (content, place.page) if content in self._twins else place

    def _remember(self, place: Place, found: dict[str, Any]) -> None:
        key = self._key(place)
        if not isinstance(key, Place) and found["error"] is None:
            self._known[key] = {name: found[name] for name in _BODY}

    def _row(self, place: Place, read: dict[Place, dict[str, Any]]) -> dict[str, Any]:
        entry = self._shard.entries[place.entry]
        known, _, content = entry.content.partition(":")
        sha256 = content if known == "sha256" else None
        if sha256 is None:
            try:
                sha256 = self._sources.get(place.entry).sha256
            except InputError:
                pass
        found = read[place] if place in read else self._known[self._key(place)]
        return row(self._shard.source(entry), entry.content, sha256, place.page, {name: found[name] for name in _BODY})

    def _read(self, places: list[Place]) -> dict[Place, dict[str, Any]]:
        """What was read of pages, or why it could not be."""
        self.read += len(places)
        paths: dict[int, Source] = {}
        wrong: dict[int, str] = {}
        for number in dict.fromkeys(place.entry for place in places):
            try:
                paths[number] = self._sources.get(number)
            except InputError as error:
                wrong[number] = str(error)
        read = self._tried([place for place in places if place.entry not in wrong], paths)
        for number in paths:
            try:
                self._sources.check(number)
            except (InputError, OSError) as error:
                wrong[number] = str(error)
        if wrong and not self._sources.are_there():
            told = next(iter(wrong.values()))
            raise InputError(f"{self._shard.root} is away, or there is nothing in it any more ({told}); when it is there, the same command goes on")
        return read | {place: failed(wrong[place.entry]) for place in places if place.entry in wrong}

    def _tried(self, places: list[Place], paths: dict[int, Source]) -> dict[Place, dict[str, Any]]:
        """All of them together; those that failed, or were lost with a process that died, one by one."""
        read: dict[Place, dict[str, Any]] = {}
        late = False
        for _ in range(2):  # the process may have been ended from outside
            try:
                read = self._asked(places, paths) if places else {}
                break
            except (NoChildError, RefusedError):
                raise
            except LateError:
                late = True
                break
            except WorkerError:
                pass
        for place in places:
            for left in reversed(range(self._readings.tries)):
                if place in read and (read[place]["error"] is None or read[place]["lasting"]):
                    break
                read[place] = self._alone(place, paths, left)
        if late and all(found["error"] is None for found in read.values()):
            self._readings.share = 1  # none of them hangs: pages are that slow here
        return read

    def _alone(self, place: Place, paths: dict[int, Source], left: int) -> dict[str, Any]:
        try:
            return self._asked([place], paths)[place]
        except (NoChildError, RefusedError):
            raise
        except WorkerError as error:
            tries = self._readings.tries
            if not left:
                self._readings.died()
            why = str(error) if isinstance(error, LateError) else "the process that read it died"
            why = why.replace("answer took", "it took")
            return {**failed(f"{why}, {tries} times" if tries > 1 else why), "lasting": False}

    def _asked(self, places: list[Place], paths: dict[int, Source]) -> dict[Place, dict[str, Any]]:
        by_entry: dict[int, list[int]] = {}
        for place in places:
            by_entry.setdefault(place.entry, []).append(place.page)
        answers = self._readings.ask([[paths[number].path, pages] for number, pages in by_entry.items()])
        read = {}
        for number, pages in zip(by_entry, answers, strict=True):
            name = self._shard.source(self._shard.entries[number])
            for page, found in pages:
                if found["error"] is not None:  # a copy has a name that is nobody's
                    found["error"] = found["error"].replace(paths[number].path, name)
                read[Place(number, page)] = found
        return read
