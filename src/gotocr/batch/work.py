"""The work of one shard: claim, read every page, write its rows under another name, give them their place, mark it done.

What is written hangs on the shard alone. What was read so far is kept in parts, so that whoever takes a shard over goes on
there. The order of the last steps is such that a run may be cut off between any two of them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from ..errors import InputError
from .claims import Claim, Claims
from .listing import digest
from .owner import machine
from .packing import line, lines_of, packed
from .pages import Readings, Stopped
from .plan import shard_of
from .rows import SUFFIXES, read, write
from .shard import Shard
from .store import Store, open_store, writing
from .wanted import Wanted

GROUP = 16  # pages that are read together: always the same ones, whoever reads
PART_ROWS, PART_SECONDS = 160, 30.0  # after which what was read is kept
Counted = Callable[[int], None]


@dataclass(frozen=True)
class ShardWork:
    """A `scale.contract.Work`: `out` is a store, `who` is what its shards say of how they are read."""

    out: str
    wanted: Wanted
    who: str

    def open(self, stop: threading.Event | None = None, count: Counted = lambda pages: None) -> Doing:
        """`stop` ends it between two pages, `count` is told of pages that were read."""
        return Doing(self, stop or threading.Event(), count)


class Doing:
    """Does shards, one after the other; for one thread."""

    def __init__(self, work: ShardWork, stop: threading.Event, count: Counted) -> None:
        self._store, self._work, self._stop, self._count = open_store(work.out), work, stop, count
        self._claims = Claims(self._store, work.wanted.lease)
        self._readings = Readings(work.wanted, stop)

    def __call__(self, name: str) -> dict[str, Any]:
        """See `scale.contract`. Raises GotocrError: OutputError, and where no other page would fare better."""
        with writing(self._store):
            if self._is_done(name):
                return {"shard": name, "state": "there"}
            claim = self._claims.take(name)
            if claim is None:
                return {"shard": name, "state": "busy"}
            try:
                if self._is_done(name):  # between those two moments
                    return {"shard": name, "state": "there"}
                return self._do(name, shard_of(self._store, name), claim)
            except Stopped:
                return self._left(name)
            except (OSError, InputError):
                if claim.is_ours():
                    raise
                return self._left(name)  # who took it over has put away what was kept
            finally:
                claim.give_back()

    def close(self) -> None:
        """End the process that reads."""
        self._readings.close()

    def abort(self) -> None:
        """From another thread: end what is under way at once. `stop` is set."""
        self._readings.abort()

    def _left(self, name: str) -> dict[str, Any]:
        """What is said of a shard that is not ours any more; if its new owner is through with it, what we kept since then is nobody's."""
        if self._is_done(name):
            Kept(self._store, name).remove()
        return {"shard": name, "state": "busy"}

    def _is_done(self, name: str) -> bool:
        with suppress(FileNotFoundError):
            return bool(self._store.read(f"done/{name}.json"))
        return False

    def _do(self, name: str, shard: Shard, claim: Claim) -> dict[str, Any]:
        if shard.who != self._work.who:
            raise InputError(f"the shard {name} is to be read in another way; run the command it was planned with")
        began, at = time.time(), time.monotonic()
        kept = Kept(self._store, name)
        pages = self._read(shard, kept, claim)
        told = self._finish(name, shard, kept, claim)
        log = {"machine": machine(), "owner": claim.owner, "began": _date(began), "ended": _date(time.time()), "seconds": round(time.monotonic() - at, 3)}
        self._store.write(f"log/{name}-{claim.owner}.json", line({"shard": name, "pages": pages, **log}))
        kept.remove()
        self._store.remove(f"again/{name}.jsonl.zst")
        return {**told, "state": "done"}

    def _read(self, shard: Shard, kept: Kept, claim: Claim) -> int:
        """Read what is not kept; how many pages that were."""
        places, last = shard.places(), time.monotonic()
        earlier = self._earlier(shard.name, len(kept))
        with self._readings.of(shard, places, kept.rows) as readings:
            held: list[dict[str, Any]] = []
            try:
                for start in range(len(kept), len(places), GROUP):
                    if self._stop.is_set() or claim.lost.is_set():
                        raise Stopped
                    stop = min(start + GROUP, len(places))
                    rows = readings.rows(start, stop, list(islice(earlier, stop - start)))
                    held += rows
                    self._count(len(rows))
                    if len(held) >= PART_ROWS or time.monotonic() - last >= PART_SECONDS:
                        kept.add(held)
                        held, last = [], time.monotonic()
            finally:
                kept.add(held)
            return readings.read

    def _earlier(self, name: str, skipped: int) -> Iterator[dict[str, Any]]:
        """The rows of an earlier reading, where some pages are to be read once more."""
        try:
            data = self._store.read(f"again/{name}.jsonl.zst")
        except FileNotFoundError:
            return iter(())
        return islice(lines_of(data), skipped, None)

    def _finish(self, name: str, shard: Shard, kept: Kept, claim: Claim) -> dict[str, Any]:
        kind = self._work.wanted.to
        told: dict[str, Any] = {"shard": name, "file": f"data/{name}{SUFFIXES[kind]}", "rows": 0, "failed": 0}
        dead = bytearray()

        def counted() -> Iterator[dict[str, Any]]:
            for row in kept.rows():
                told["rows"] += 1
                if row["error"] is not None:
                    told["failed"] += 1
                    dead.extend(line({key: row[key] for key in ("id", "source", "sha256", "page", "error")}))
                yield row

        path = self._store.spare()
        try:
            write(path, kind, counted())
            if told["rows"] != shard.pages:
                raise InputError(f"what was kept of the shard {name} is damaged; run again")
            if not claim.is_ours():
                raise Stopped
            told |= {"bytes": path.stat().st_size, "sha256": digest(path)}
            self._store.put(path, told["file"])
        finally:
            with suppress(OSError):
                path.unlink()
        if dead:
            self._store.write(f"dead/{name}.jsonl", bytes(dead))
        else:
            self._store.remove(f"dead/{name}.jsonl")
        self._store.write(f"done/{name}.json", json.dumps(told).encode() + b"\n")
        return told


class Kept:
    """The rows of a shard that were read, in parts that begin where the one before ends. Its length is how many."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._folder = store, f"work/{name}"
        self._parts: list[str] = []
        self._length = 0
        self._all = list(store.names(self._folder))
        ends = {}
        for part in self._all:
            start, _, end = part.partition(".")[0].partition("-")
            if start.isdigit() and end.isdigit():
                ends.setdefault(int(start), []).append((int(end), part))
        while found := [(end, part) for end, part in ends.get(self._length, ()) if self._is_whole(part, end - self._length)]:
            self._length, part = max(found)
            self._parts.append(part)

    def __len__(self) -> int:
        return self._length

    def _is_whole(self, part: str, rows: int) -> bool:
        try:
            return sum(1 for _ in lines_of(self._store.read(f"{self._folder}/{part}"))) == rows > 0
        except (OSError, ValueError):
            return False

    def add(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            part = f"{self._length:07d}-{self._length + len(rows):07d}.jsonl.zst"
            self._store.write(f"{self._folder}/{part}", packed(rows))
            self._parts.append(part)
            self._all.append(part)
            self._length += len(rows)

    def rows(self) -> Iterator[dict[str, Any]]:
        """All of them, a part in memory at a time."""
        for part in list(self._parts):
            yield from lines_of(self._store.read(f"{self._folder}/{part}"))

    def remove(self) -> None:
        for part in self._all:
            self._store.remove(f"{self._folder}/{part}")


def read_again(store: Store, name: str, wanted: Wanted) -> int:
    """Have the next run read those pages of a shard that failed once more; how many. The others are taken as they are."""
    try:
        told = json.loads(store.read(f"done/{name}.json"))
    except FileNotFoundError:  # another command has just done the same
        return 0
    with store.fetched(told["file"]) as path:
        rows = list(read(path, wanted.to))
    store.write(f"again/{name}.jsonl.zst", packed(rows))
    Kept(store, name).remove()  # of a run that was killed when all but this was done
    store.remove(f"done/{name}.json")  # from now on it is one to do
    return sum(row["error"] is not None for row in rows)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
