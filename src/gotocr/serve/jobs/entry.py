"""A job as the store has it, and as clients are told of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
UNFINISHED = (QUEUED, RUNNING)
GONE = "gone"  # deleted, but for what of it is still to be taken off the disk
PASSWORD = "password"  # a field that nobody is told
SEVERAL = ("to", "region")  # fields that may be given several times


@dataclass(frozen=True)
class Entry:
    """One job. Times are in seconds since 1970; `number` is its place among all jobs there ever were."""

    number: int
    id: str
    client: str
    status: str
    name: str  # of its file
    model: str
    source: str  # name of its file among the sources
    fields: tuple[tuple[str, str], ...]  # of the form it was asked with
    created: float
    started: float | None = None
    finished: float | None = None
    expires: float | None = None
    total: int | None = None  # pages there will be
    done: int = 0  # of those, pages that are over: read, or failed
    failed: int = 0
    tries: int = 0  # servers that began it since its last page was kept, but for those that ended in order
    message: str | None = None
    code: str | None = None

    @property
    def is_over(self) -> bool:
        return self.status not in UNFINISHED

    def told(self, position: int | None = None) -> dict[str, Any]:
        """What a client gets to see; `position` is its place in the queue, from 1."""
        return {
            "id": self.id,
            "object": "job",
            "status": self.status,
            "name": self.name,
            "model": self.model,
            "created": int(self.created),
            "started": _whole(self.started),
            "finished": _whole(self.finished),
            "expires": _whole(self.expires),
            "pages_total": self.total,
            "pages_done": self.done,
            "pages_failed": self.failed,
            "queue_position": position if self.status == QUEUED else None,
            "options": _options(self.fields),
            "error": {"message": self.message, "code": self.code} if self.message is not None else None,
        }


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The job in a row of the table."""
    return Entry(**{**row, "fields": tuple((name, value) for name, value in json.loads(row["fields"]))})


def _options(fields: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in fields:
        if name in SEVERAL:
            said.setdefault(name, []).append(value)
        elif name != PASSWORD:
            said[name] = value
    return said


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)
