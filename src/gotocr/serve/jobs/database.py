"""The store's SQLite file: opened by one server alone, readable by one user alone, bounded, and rid of what is deleted."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from ...errors import OutputError

OURS, VERSION = 0x676F746F, 1  # what SQLite calls application_id ("goto"), and the version of the tables
PATIENCE = 2.0  # seconds a server waits for another, which is just ending, to let go of the store
GIVEN_BACK = 4000  # free pages of the file that the disk gets back at a time
MOST_LOG = 4 << 20  # bytes of the log beside the file that are kept for the next writing
SPARE = 1 << 20  # bytes beyond the limit in which it can still be noted that the store is full
TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sources (id TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  client TEXT NOT NULL,
  status TEXT NOT NULL,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  source TEXT NOT NULL REFERENCES sources (id),
  fields TEXT NOT NULL,
  created REAL NOT NULL,
  started REAL,
  finished REAL,
  expires REAL,
  total INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  message TEXT,
  code TEXT
);
CREATE INDEX jobs_of_clients ON jobs (client, number);
CREATE INDEX jobs_by_status ON jobs (status, expires);
CREATE INDEX jobs_of_sources ON jobs (source);
CREATE TABLE pages (
  job INTEGER NOT NULL REFERENCES jobs (number),
  place INTEGER NOT NULL,
  error TEXT,
  confidence REAL,
  blocks INTEGER,
  leaf BLOB,
  picture BLOB,
  PRIMARY KEY (job, place)
);
"""

_log = logging.getLogger(__name__)


class StoreError(OutputError):
    """The store of the jobs cannot be used."""


class StoreFullError(StoreError):
    """The store is as large as it may be, or its disk is full."""

    http_status = 507

    def __init__(self, most: int) -> None:
        super().__init__(
            f"the store of jobs, or its disk, is full (limit: {most:,} bytes); delete jobs that are done, or start the server with a larger --store-bytes"
        )


class Database:
    """One connection for all threads, which take turns. `most` bytes are the limit of the file.

    Raises StoreError where the file is in use by another server, damaged, or not ours; its directory is made where it is missing.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path, self.most = path, most
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        with self._told():
            try:
                self._connection = self._open()
            except OSError as error:
                raise StoreError(f"the store {path} cannot be made ({error.strerror or error}); name another with --store FILE") from error

    def _open(self) -> sqlite3.Connection:
        is_new = _make(self.path)
        made = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            made.row_factory = sqlite3.Row
            for said in ("locking_mode = EXCLUSIVE", "auto_vacuum = INCREMENTAL", "secure_delete = ON", "temp_store = MEMORY"):
                made.execute(f"PRAGMA {said}").fetchall()
            if not is_new:
                self._look(made)
            made.execute("PRAGMA journal_mode = WAL").fetchall()
            made.execute("BEGIN EXCLUSIVE")  # from here on, until it is closed, the file is ours
            made.execute("COMMIT")
            size = made.execute("PRAGMA page_size").fetchone()[0]
            pages = (self.most + SPARE) // size
            for said in ("synchronous = FULL", "foreign_keys = ON", f"journal_size_limit = {MOST_LOG}", f"max_page_count = {pages}"):
                made.execute(f"PRAGMA {said}").fetchall()
            if made.execute("PRAGMA user_version").fetchone()[0] == 0:
                made.executescript(f"BEGIN; {TABLES} PRAGMA application_id = {OURS}; PRAGMA user_version = {VERSION}; COMMIT;")
            elif _fact(made, "closed") != "yes" and (found := made.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise self._damaged(found)
            made.execute("INSERT OR REPLACE INTO facts VALUES ('closed', 'no')")
            return made
        except BaseException:
            made.close()
            raise

    def _look(self, made: sqlite3.Connection) -> None:
        """Raises StoreError for a file that another program made, or a later version of this one."""
        version = made.execute("PRAGMA user_version").fetchone()[0]
        tables = made.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if (version or tables) and made.execute("PRAGMA application_id").fetchone()[0] != OURS:
            raise StoreError(f"{self.path} is a database of another program; name another file with --store FILE")
        if version > VERSION:
            raise StoreError(f"the store {self.path} was made by a later gotocr; install that, or name another file with --store FILE")

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is done and on the disk afterwards, or, after an exception, nothing. Raises StoreError, StoreFullError."""
        with self._lock, self._told():
            made = self._connection
            if made is None:
                raise StoreError("the store of jobs is closed: the server is stopping; ask again later")
            made.execute("BEGIN IMMEDIATE")
            try:
                yield made
                made.execute("COMMIT")
            except BaseException:
                if made.in_transaction:
                    with suppress(sqlite3.Error):
                        made.execute("ROLLBACK")
                raise

    def rows(self, asked: str, *values: Any) -> list[sqlite3.Row]:
        """What a SELECT gives."""
        with self._lock, self._told():
            if self._connection is None:
                raise StoreError("the store of jobs is closed: the server is stopping; ask again later")
            return self._connection.execute(asked, values).fetchall()

    def tidy(self) -> None:
        """What was deleted is overwritten in the file already; now it goes from the log beside it, too, and the file shrinks."""
        with self._lock, self._told():
            if self._connection is not None:
                self._connection.executescript(f"PRAGMA incremental_vacuum({GIVEN_BACK})")  # `execute` would give one page back
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def used(self) -> int:
        """Bytes of the file that hold something."""
        row = self.rows("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size")
        return row[0][0]

    def close(self) -> None:
        """Nothing is done afterwards. A second call does nothing."""
        with self._lock:
            made, self._connection = self._connection, None
            if made is not None:
                with suppress(sqlite3.Error):  # it is only about the next start
                    made.execute("INSERT OR REPLACE INTO facts VALUES ('closed', 'yes')")
                made.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite raises, as what is to be done about it. Who asks a server is not told where its files are; its log is."""
        try:
            yield
        except sqlite3.Error as error:
            known = self._meant(error)
            if self._connection is None or isinstance(known, StoreFullError):
                raise known from error
            _log.error("%s", known)
            raise StoreError("the store of jobs cannot be used; the server's log says why") from error

    def _meant(self, error: sqlite3.Error) -> StoreError:
        name = getattr(error, "sqlite_errorname", "") or ""  # from Python 3.11 on
        said = f"{name} {error}".lower()
        if "full" in said:
            return StoreFullError(self.most)
        if "busy" in said or "locked" in said:
            return StoreError(f"the store {self.path} is in use by another server; stop that one, or name another file with --store FILE")
        if any(word in said for word in ("corrupt", "malformed", "notadb", "not a database")):
            return self._damaged(str(error))
        return StoreError(f"the store {self.path} cannot be used ({error}); free its disk, or name another file with --store FILE")

    def _damaged(self, why: str) -> StoreError:
        return StoreError(f"the store {self.path} is damaged ({why[:100]}); move it away, or name another file with --store FILE")


def _make(path: Path) -> bool:
    """See that the file is there, for its owner alone; whether it is new. An existing one is not opened: closing it would open its lock."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return True
    except FileExistsError:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"{path} is no file") from None
        os.chmod(path, 0o600)
        return path.stat().st_size == 0


def _fact(made: sqlite3.Connection, name: str) -> str | None:
    row = made.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None
