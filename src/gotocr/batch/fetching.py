"""The sources of a shard as files of this disk, as they were when they were listed: several are fetched ahead, few are held."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from ..errors import InputError
from .listing import check_size, digest
from .shard import Entry, Shard
from .store import Entry as File
from .store import Store

AT_ONCE = 4
TRIES = 3  # of a store that is away for a moment


class Source(NamedTuple):
    path: str
    sha256: str | None
    state: File  # as it was before it was read


class Sources:
    """Use as a context manager. `ask` for sources before they are needed; `drop` those that are not needed any more."""

    def __init__(self, shard: Shard, store: Store) -> None:
        self._shard, self._store = shard, store
        self._crew = ThreadPoolExecutor(AT_ONCE)
        self._asked: dict[int, tuple[Future[Source], ExitStack]] = {}

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop(self._asked)
        self._crew.shutdown()

    def ask(self, numbers: Iterable[int]) -> None:
        """Begin to fetch entries by their numbers."""
        for number in numbers:
            if number not in self._asked:
                held = ExitStack()
                self._asked[number] = self._crew.submit(self._fetch, self._shard.entries[number], held), held

    def get(self, number: int) -> Source:
        """An entry that was asked for. Raises InputError for one that is gone, or is another by now; OSError where the store is away."""
        return self._asked[number][0].result()

    @property
    def held(self) -> list[int]:
        return list(self._asked)

    def drop(self, numbers: Iterable[int]) -> None:
        for number in list(numbers):
            future, held = self._asked.pop(number)
            future.cancel() or future.exception()
            held.close()

    def are_there(self) -> bool:
        """Whether there are any sources: where a disk or a store is away, no single one is to blame."""
        return self._store.is_there()

    def check(self, number: int) -> None:
        """Raises InputError where a source changed while it was read."""
        entry, before = self._shard.entries[number], self.get(number).state
        if self._state(entry) != before:
            raise InputError(f"{self._shard.source(entry)} changed while it was read; the next run reads it as it is then")

    def _fetch(self, entry: Entry, held: ExitStack) -> Source:
        for left in reversed(range(TRIES)):
            try:
                return self._fetched(entry, held)
            except OSError as error:
                if isinstance(error, (FileNotFoundError, PermissionError)) or not left:
                    raise InputError(f"cannot read {self._shard.source(entry)}: {error.strerror or error}") from error
        raise AssertionError("the last try returns or raises")

    def _fetched(self, entry: Entry, held: ExitStack) -> Source:
        state = self._state(entry)
        check_size(state.size, self._shard.source(entry))
        known, _, content = entry.content.partition(":")
        untouched = (state.size, state.tag) == (entry.size, entry.tag)
        path = held.enter_context(self._store.fetched(entry.name))
        if known == "sha256" and untouched and path.startswith(self._store.root):  # the file itself, not a copy
            return Source(path, content, state)
        found = digest(path)
        if (known == "sha256" and found != content) or (known == "etag" and not untouched):
            raise InputError(f"{self._shard.source(entry)} changed since it was listed; the next run reads it as it is then")
        return Source(path, found, state)

    def _state(self, entry: Entry) -> File:
        try:
            return self._store.state(entry.name)
        except FileNotFoundError as error:
            raise InputError(f"{self._shard.source(entry)} is gone since it was listed") from error
