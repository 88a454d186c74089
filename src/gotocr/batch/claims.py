"""Claims: who has a shard in hand, by a file that is there as long as they give signs of life.

A claim holds who made it and a number that goes up with every sign of life. Whoever finds it watches it by its own clock:
where it says the same for as long as the lease, its owner is taken for dead (on this machine, as soon as its process is
gone), and the claim is made anew. No two clocks are ever compared. Two who take over at the same moment may both begin: the
shard is read twice then, and what they write is equal.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from contextlib import suppress

from .owner import begun, is_gone, machine
from .store import Store

FOLDER = "claims"
BEATS = 4  # signs of life within a lease


class Claims:
    """The claims of one run; a `take` that fails takes note of what it saw. For one thread."""

    def __init__(self, store: Store, lease: float) -> None:
        self._store, self._lease = store, lease
        self._seen: dict[str, tuple[bytes, float]] = {}  # what a claim said, and since when

    def take(self, name: str) -> Claim | None:
        """A claim that is ours from now on; None where somebody else has it. Raises OSError."""
        path = f"{FOLDER}/{name}.json"
        claim = Claim(self._store, path, self._lease)
        if self._store.create(path, claim.says()):
            return claim.begin()
        try:
            said = self._store.read(path)
        except FileNotFoundError:
            return None  # given back just now: whoever asks again may have it
        if not self._is_stale(name, said):
            return None
        self._seen.pop(name, None)
        with suppress(FileNotFoundError):
            if self._store.read(path) != said:  # somebody was faster
                return None
        self._store.remove(path)
        return claim.begin() if self._store.create(path, claim.says()) else None

    def _is_stale(self, name: str, said: bytes) -> bool:
        now = time.monotonic()
        before, since = self._seen.get(name, (b"", now))
        if said != before:
            since = now
        self._seen[name] = said, since
        if now - since >= self._lease:
            return True
        with suppress(ValueError, TypeError, KeyError):
            told = json.loads(said)
            return told["machine"] == machine() and is_gone(int(told["process"]), told["begun"])
        return False


class Claim:
    """A claim of ours; a thread gives its signs of life until `give_back`. `lost` is set where somebody took it over."""

    def __init__(self, store: Store, path: str, lease: float) -> None:
        self._store, self._path, self._lease = store, path, lease
        self.owner = secrets.token_hex(8)
        self.lost = threading.Event()
        self._over = threading.Event()
        self._number = 0
        self._thread = threading.Thread(target=self._live, daemon=True)

    def says(self) -> bytes:
        process = os.getpid()
        told = {"owner": self.owner, "machine": machine(), "process": process, "begun": begun(process), "signs": self._number}
        return json.dumps(told).encode()

    def begin(self) -> Claim:
        self._thread.start()
        return self

    def _live(self) -> None:
        while not self._over.wait(self._lease / BEATS):
            self._number += 1
            with suppress(OSError):  # a store that is away for a while
                if not self.is_ours():
                    self.lost.set()
                    return
                self._store.write(self._path, self.says())

    def is_ours(self) -> bool:
        """Whether nobody took it over so far. Raises OSError."""
        with suppress(FileNotFoundError, ValueError):
            return json.loads(self._store.read(self._path)).get("owner") == self.owner
        return False

    def give_back(self) -> None:
        """Nobody has it from now on."""
        self._over.set()
        self._thread.join()
        with suppress(OSError):
            if not self.lost.is_set() and self.is_ours():
                self._store.remove(self._path)
