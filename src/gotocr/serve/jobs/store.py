"""The jobs in the store: what was asked, how far it came, and when it is to be forgotten. Its pages are in `pages`."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from .database import Database, StoreFullError
from .entry import CANCELLED, DONE, FAILED, GONE, QUEUED, RUNNING, Entry, entry_of
from .pages import Pages, said
from .sources import Sources

MOST_TRIES = 3  # servers that may be ended, one after another, while a job gets no page further
AT_A_TIME = 64  # pages deleted in one turn, so that others get theirs
CRASHED = "server_stopped"
_VISIBLE = f"status != '{GONE}' AND (expires IS NULL OR expires > ?)"


class Store:
    """For any thread. What it is told is on the disk when it returns; raises StoreError, and StoreFullError beyond `most` bytes.

    `path` is the database, the sources are in a folder beside it; finished jobs are kept for `keep` seconds.
    """

    def __init__(self, path: Path, most: int, keep: float) -> None:
        self.path, self.most, self.keep = path, most, keep
        self._data = Database(path, most)
        try:
            self.sources = Sources(path.with_name(path.name + ".files"), most)
            self.pages = Pages(self._data, self.used)
            self._recover()
        except BaseException:
            self._data.close()
            raise

    def _recover(self) -> None:
        """What a server that did not get to its end left behind."""
        ended = time.time()
        said = f"the server was ended {MOST_TRIES} times while it was at the same page of this; it is not tried again"
        with self._data.turn() as data:
            data.execute(
                "UPDATE jobs SET status = ?, finished = ?, expires = ?, message = ?, code = ? WHERE status = ? AND tries >= ?",
                (FAILED, ended, ended + self.keep, said, CRASHED, RUNNING, MOST_TRIES),
            )
            data.execute("UPDATE jobs SET status = ? WHERE status = ?", (QUEUED, RUNNING))
            data.execute("DELETE FROM pages WHERE leaf IS NULL")
        self.expire()
        self.sources.sweep({row["id"] for row in self._data.rows("SELECT id FROM sources")})

    def used(self) -> int:
        """Bytes that the database and the sources take."""
        return self._data.used() + int(self._data.rows("SELECT total(bytes) AS sum FROM sources")[0]["sum"])

    def check(self, more: int) -> None:
        """Raises StoreFullError where there is no room for so many bytes more."""
        if self.used() + more > self.most:
            raise StoreFullError(self.most)

    def add(self, client: str, model: str, file: Path | Entry, name: str, fields: Sequence[tuple[str, str]]) -> Entry:
        """A new job that waits: its source is a file, of which a copy is kept, or that of another job, which raises LookupError where it
        is gone."""
        now, code = time.time(), "job_" + secrets.token_hex(16)
        size = file.stat().st_size if isinstance(file, Path) else 0
        self.check(size)
        source = self.sources.take(file) if isinstance(file, Path) else file.source
        try:
            with self._data.turn() as data:
                if isinstance(file, Path):
                    data.execute("INSERT INTO sources VALUES (?, ?)", (source, size))
                elif data.execute("SELECT 1 FROM sources WHERE id = ?", (source,)).fetchone() is None:
                    raise LookupError(source)
                data.execute(
                    "INSERT INTO jobs (id, client, status, name, model, source, fields, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (code, client, QUEUED, name, model, source, json.dumps(list(fields)), now),
                )
                return entry_of(data.execute("SELECT * FROM jobs WHERE id = ?", (code,)).fetchone())
        except BaseException:
            if isinstance(file, Path):
                self.sources.drop(source)
            raise

    def find(self, code: str, client: str | None = None) -> Entry | None:
        """A job by its id; with a client, only one of that client's."""
        rows = self._data.rows(f"SELECT * FROM jobs WHERE id = ? AND {_VISIBLE}", code, time.time())
        found = entry_of(rows[0]) if rows else None
        return found if found and client in (None, found.client) else None

    def by_number(self, number: int) -> Entry | None:
        rows = self._data.rows("SELECT * FROM jobs WHERE number = ?", number)
        return entry_of(rows[0]) if rows else None

    def list(self, client: str, most: int, before: int | None = None) -> list[Entry]:
        """The newest jobs of a client, the newest first; with `before` those that are older than the job of that number."""
        asked = f"SELECT * FROM jobs WHERE client = ? AND {_VISIBLE} AND number < ? ORDER BY number DESC LIMIT ?"
        return list(map(entry_of, self._data.rows(asked, client, time.time(), before or 1 << 62, most)))

    def waiting(self) -> list[tuple[int, str]]:
        """Numbers and clients of the jobs that wait, the oldest first."""
        rows = self._data.rows("SELECT number, client FROM jobs WHERE status = ? ORDER BY number", QUEUED)
        return [(row["number"], row["client"]) for row in rows]

    def unfinished(self) -> dict[str, int]:
        """How many jobs of each client wait or run."""
        rows = self._data.rows("SELECT client, count(*) AS n FROM jobs WHERE status IN (?, ?) GROUP BY client", QUEUED, RUNNING)
        return {row["client"]: row["n"] for row in rows}

    def begin(self, number: int) -> Entry | None:
        """A job that waited is being read now; None where it waits no longer."""
        with self._data.turn() as data:
            changed = data.execute(
                "UPDATE jobs SET status = ?, started = coalesce(started, ?), tries = tries + 1 WHERE number = ? AND status = ?",
                (RUNNING, time.time(), number, QUEUED),
            )
            return _found(data, number) if changed.rowcount else None

    def count(self, number: int, total: int | None, model: str) -> Entry | None:
        """How many pages a job that is being read will have, and who reads it."""
        with self._data.turn() as data:
            data.execute("UPDATE jobs SET total = ?, model = ? WHERE number = ?", (total, model, number))
            return _found(data, number)

    def put_back(self, number: int, counted: bool = False) -> None:
        """A job that was being read waits again, since the server ends; `counted` where that may be the job's doing."""
        with self._data.turn() as data:
            data.execute(
                "UPDATE jobs SET status = ?, tries = tries - ? WHERE number = ? AND status = ?", (QUEUED, 0 if counted else 1, number, RUNNING)
            )
            data.execute("DELETE FROM pages WHERE job = ? AND leaf IS NULL", (number,))

    def end(self, number: int, status: str, error: tuple[str, str] | None = None) -> Entry | None:
        """A job that waited or ran is over, with a message and a code where it failed; None where it was over before."""
        message, code = error or (None, None)
        now = time.time()
        with self._data.turn() as data:
            changed = data.execute(
                "UPDATE jobs SET status = ?, finished = ?, expires = ?, message = ?, code = ?, total = CASE WHEN ? THEN done ELSE total END "
                "WHERE number = ? AND status IN (?, ?)",
                (status, now, now + self.keep, said(message), code, status == DONE, number, QUEUED, RUNNING),
            )
            if not changed.rowcount:
                return None
            data.execute("DELETE FROM pages WHERE job = ? AND leaf IS NULL", (number,))
            return _found(data, number)

    def cancel(self, number: int) -> Entry | None:
        return self.end(number, CANCELLED)

    def forget(self, number: int) -> None:
        """Nothing of a job is left; nobody finds it from the first moment on."""
        with self._data.turn() as data:
            data.execute("UPDATE jobs SET status = ?, name = '', fields = '[]', message = NULL WHERE number = ?", (GONE, number))
        self._sweep(number)

    def _sweep(self, number: int) -> None:
        while self._data.rows("SELECT 1 FROM pages WHERE job = ? LIMIT 1", number):
            with self._data.turn() as data:
                data.execute("DELETE FROM pages WHERE rowid IN (SELECT rowid FROM pages WHERE job = ? LIMIT ?)", (number, AT_A_TIME))
            self._data.tidy()
        with self._data.turn() as data:
            row = data.execute("SELECT source FROM jobs WHERE number = ?", (number,)).fetchone()
            data.execute("DELETE FROM jobs WHERE number = ?", (number,))
            orphans = data.execute("SELECT id FROM sources WHERE id = ? AND id NOT IN (SELECT source FROM jobs)", (row["source"] if row else "",))
            names = [orphan["id"] for orphan in orphans.fetchall()]
            data.executemany("DELETE FROM sources WHERE id = ?", [(name,) for name in names])
        for name in names:
            self.sources.drop(name)
        self._data.tidy()

    def expire(self) -> list[int]:
        """Forget the jobs whose time is up, and what is left of those that were deleted; gives their numbers."""
        rows = self._data.rows("SELECT number FROM jobs WHERE status = ? OR expires <= ?", GONE, time.time())
        numbers = [row["number"] for row in rows]
        for number in numbers:
            self.forget(number)
        return numbers

    def next_end(self) -> float | None:
        """When the next job is to be forgotten."""
        return self._data.rows("SELECT min(expires) AS next FROM jobs")[0]["next"]

    def close(self) -> None:
        self._data.close()


def _found(data: sqlite3.Connection, number: int) -> Entry | None:
    row = data.execute("SELECT * FROM jobs WHERE number = ?", (number,)).fetchone()
    return entry_of(row) if row else None
