"""The pages of jobs in the store: what was read of each, packed small, with a picture of it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...formats.leaves import pack, unpack
from ...schema import Leaf
from .database import Database, StoreError, StoreFullError
from .entry import RUNNING

_FAST = 1  # of zlib: six times smaller, and no time to speak of


@dataclass(frozen=True)
class Outline:
    """What is known of a page without unpacking it."""

    index: int
    error: str | None
    confidence: float | None
    blocks: int


class Pages:
    """Pages by the number of their job and their index (from 0). See `store.Store`."""

    def __init__(self, data: Database, used: Callable[[], int]) -> None:
        self._data, self._used = data, used

    def begin(self, job: int, index: int, picture: bytes) -> bool:
        """A page is going to be read, and this is its picture; False where its job is not being read (any more)."""
        self._check(len(picture))
        with self._data.turn() as data:
            if _is_running(data, job):
                data.execute("INSERT OR REPLACE INTO pages (job, place, picture) VALUES (?, ?, ?)", (job, index, picture))
                return True
        return False

    def keep(self, job: int, leaf: Leaf) -> bool:
        """A page was read, or failed; False where its job is not being read (any more)."""
        packed = _packed(leaf)
        self._check(len(packed))
        with self._data.turn() as data:
            if not _is_running(data, job):
                return False
            before = data.execute("SELECT leaf, error FROM pages WHERE job = ? AND place = ?", (job, leaf.index)).fetchone()
            if before is None:
                data.execute("INSERT INTO pages (job, place) VALUES (?, ?)", (job, leaf.index))
            _put(data, job, leaf, packed)
            is_new = before is None or before["leaf"] is None
            failed = (leaf.error is not None) - (not is_new and before["error"] is not None)
            data.execute("UPDATE jobs SET done = done + ?, failed = failed + ?, tries = 1 WHERE number = ?", (int(is_new), int(failed), job))
        return True

    def change(self, job: int, index: int, change: Callable[[Leaf], Leaf]) -> Leaf | None:
        """A page that was read becomes another; None where there is none. What `change` raises is raised, and nothing changes."""
        before = self._packed(job, index)
        if before is None:
            return None
        leaf = change(_unpacked(before))
        packed = _packed(leaf)
        self._check(len(packed) - len(before))
        with self._data.turn() as data:
            row = data.execute("SELECT leaf FROM pages WHERE job = ? AND place = ?", (job, index)).fetchone()
            if row is None:
                return None
            if row["leaf"] == before:
                _put(data, job, leaf, packed)
                return leaf
        return self.change(job, index, change)  # somebody else was faster: on what they made of it

    def outlines(self, job: int) -> list[Outline]:
        """All pages that are over, in their order."""
        rows = self._data.rows("SELECT place, error, confidence, blocks FROM pages WHERE job = ? AND leaf IS NOT NULL ORDER BY place", job)
        return [Outline(*row) for row in rows]

    def leaf(self, job: int, index: int) -> Leaf | None:
        packed = self._packed(job, index)
        return None if packed is None else _unpacked(packed)

    def leaves(self, job: int) -> Iterator[tuple[Leaf, bytes | None]]:
        """All pages that are over, in their order, with their pictures, one at a time."""
        index = -1
        asked = "SELECT place, leaf, picture FROM pages WHERE job = ? AND place > ? AND leaf IS NOT NULL ORDER BY place LIMIT 1"
        while rows := self._data.rows(asked, job, index):
            index = rows[0]["place"]
            yield _unpacked(rows[0]["leaf"]), rows[0]["picture"]

    def picture(self, job: int, index: int) -> bytes | None:
        """The picture of a page, also of one that is being read; None where there is no such page, or none of it."""
        rows = self._data.rows("SELECT picture FROM pages WHERE job = ? AND place = ?", job, index)
        return rows[0]["picture"] if rows else None

    def _packed(self, job: int, index: int) -> bytes | None:
        rows = self._data.rows("SELECT leaf FROM pages WHERE job = ? AND place = ?", job, index)
        return rows[0]["leaf"] if rows else None

    def _check(self, more: int) -> None:
        if more > 0 and self._used() + more > self._data.most:
            raise StoreFullError(self._data.most)


def _is_running(data: sqlite3.Connection, job: int) -> bool:
    return data.execute("SELECT 1 FROM jobs WHERE number = ? AND status = ?", (job, RUNNING)).fetchone() is not None


def _put(data: sqlite3.Connection, job: int, leaf: Leaf, packed: bytes) -> None:
    data.execute(
        "UPDATE pages SET error = ?, confidence = ?, blocks = ?, leaf = ? WHERE job = ? AND place = ?",
        (said(leaf.error), leaf.confidence, len(leaf.blocks), packed, job, leaf.index),
    )


def said(message: str | None) -> str | None:
    """A message as it can be kept: without halves of characters."""
    return None if message is None else message.encode("utf-8", "replace").decode()


def _packed(leaf: Leaf) -> bytes:
    return zlib.compress(pack(leaf).encode(), _FAST)


def _unpacked(packed: bytes) -> Leaf:
    try:
        return unpack(zlib.decompress(packed).decode())
    except (zlib.error, ValueError) as error:
        raise StoreError(f"a page in the store of jobs is damaged ({error})"[:200]) from error
