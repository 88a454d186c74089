"""Sorting more lines than memory should hold: runs of them are sorted and kept on disk, and merged as they are read."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

RUN = 50_000  # rows in memory
MOST_RUNS = 200  # files open at a time


def sorted_rows(rows: Iterable[list[Any]], run: int = RUN) -> Iterator[list[Any]]:
    """Lists of what JSON can hold, in their order; of those beyond `run`, memory holds one for each run."""
    runs: list[Iterator[list[Any]]] = []
    held: list[list[Any]] = []
    for row in rows:
        held.append(row)
        if len(held) >= run:
            runs.append(_kept(sorted(held)))
            held = []
        if len(runs) >= MOST_RUNS:
            runs = [_kept(heapq.merge(*runs))]
    held.sort()
    yield from heapq.merge(*runs, iter(held)) if runs else held


def _kept(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The same rows from a file without a name, which is gone with the last of them."""
    file: IO[str] = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - closed by who reads it to its end
    for row in rows:
        file.write(json.dumps(row) + "\n")
    file.seek(0)

    def read() -> Iterator[list[Any]]:
        with file:
            for line in file:
                yield json.loads(line)

    return read()
