"""How far a run is, whether its files are what was written, and how what failed is read once more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from .claims import FOLDER as CLAIMS
from .listing import digest
from .plan import LISTING, marked, shards_of, wanted_of
from .store import Store, writing
from .work import read_again

AT_ONCE = 16  # files of a store asked for at a time
RECENT = 900.0  # seconds before the last shard was done, in which pages a second are counted
T, R = TypeVar("T"), TypeVar("R")


@dataclass(frozen=True)
class Status:
    shards: int
    done: int  # shards
    claimed: int  # shards
    pages: int
    read: int  # pages of shards that are done, those that failed among them
    failed: int  # of these pages
    speed: float | None  # pages a second of all crews, lately; None = not known

    @property
    def left(self) -> float | None:
        """Seconds until all is done, at that speed."""
        return (self.pages - self.read) / self.speed if self.speed else None


def status(store: Store) -> Status:
    """Raises UsageError where there is no run, OutputError."""
    wanted_of(store)
    with writing(store):
        shards = dict(shards_of(store))
        done = marked(store, "done", ".json") & set(shards)
        claimed = len((marked(store, CLAIMS, ".json") - {LISTING}) & set(shards) - done)
        failed = sum(data.count(b"\n") for data in _all(store.read, (f"dead/{name}.jsonl" for name in marked(store, "dead", ".jsonl") & done)))
        speed = _speed([json.loads(data) for data in _all(store.read, (f"log/{name}" for name in store.names("log")))])
    return Status(len(shards), len(done), claimed, sum(shards.values()), sum(shards[name] for name in done), failed, speed)


def _speed(logs: Iterable[dict[str, Any]]) -> float | None:
    times = sorted((_seconds(log["ended"]), _seconds(log["began"]), log["pages"]) for log in logs)
    if not times:
        return None
    last = times[-1][0]
    recent = [(began, pages) for ended, began, pages in times if ended >= last - RECENT]
    took = last - min(began for began, _ in recent)
    return sum(pages for _, pages in recent) / took if took > 0 else None


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()


def reasons(store: Store) -> list[tuple[str, int]]:
    """Why pages failed, the most frequent first: the reason without the name of the source, and how often."""
    found: Counter[str] = Counter()
    with writing(store):
        for data in _all(store.read, (f"dead/{name}" for name in store.names("dead"))):
            for one in map(json.loads, data.splitlines()):
                found[one["error"].replace(one["source"], "...")] += 1
    return found.most_common()


def check(store: Store) -> list[str]:
    """The shards whose file is gone or is not what was written: they are to be done again by the next run."""
    wanted_of(store)

    def look(name: str) -> str:
        try:
            told = json.loads(store.read(f"done/{name}.json"))
            with store.fetched(told["file"]) as path:
                return "" if digest(path) == told["sha256"] else name
        except (FileNotFoundError, ValueError, KeyError):
            return name

    with writing(store):
        damaged = [name for name in _all(look, sorted(marked(store, "done", ".json"))) if name]
        for name in damaged:
            store.remove(f"done/{name}.json")
    return damaged


def retry(store: Store) -> int:
    """Have pages that failed read once more by the next run; how many these are."""
    wanted = wanted_of(store)
    with writing(store):
        names = marked(store, "dead", ".jsonl") & marked(store, "done", ".json")
        return sum(read_again(store, name, wanted) for name in sorted(names))


def _all(do: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    with ThreadPoolExecutor(AT_ONCE) as crew:
        yield from crew.map(do, things)
