"""The contract of work that is divided into shards: a shard has a name, and whoever does it, wherever and how often, leaves the same.

What a shard is, and what is done with it, is the work's own affair; those who hand out names (a local crew, Ray) know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Summary = Mapping[str, Any]  # of JSON's kinds: {"shard": name, "state": "done" | "there" | "busy", "pages": 1000, "failed": 3, ...}


class Work(Protocol):
    """Can be pickled; it is opened once in each process (or thread) that works.

    `open()` gives a function of a shard's name that does the shard and tells what was done: idempotent, as a shard whose
    done-marker is there is left alone ("there"), and one that somebody else has in hand is not begun ("busy": ask again later).
    The function has a `close()` that ends what it holds. It raises GotocrError where no other shard would fare better.
    """

    def open(self) -> Callable[[str], Summary]: ...
