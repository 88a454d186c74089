"""What there is to read: the sources below a root that are new, each with a name for its content and its number of pages.

A listing of millions goes through here as a stream; what has to be sorted is, on disk.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from typing import TypeVar

from ..errors import GotocrError, TooLargeError
from ..pixels.limits import Limits
from ..pixels.opening import Opening
from ..pixels.picture import SUFFIXES
from ..pixels.source import page_count
from .shard import Entry
from .sorting import sorted_rows
from .store import Store
from .store import Entry as File

SEVERAL = (".pdf", ".tif", ".tiff")  # suffixes of files that may have more than one page
AT_ONCE = 8  # files looked into at a time: that is waiting for disks and networks for the most part
AHEAD = 64
LARGEST = 4 << 30  # bytes of a file that is fetched
T, R = TypeVar("T"), TypeVar("R")


def is_source(name: str) -> bool:
    """Whether a file is a picture or a PDF by its name; the root itself is whatever it is."""
    return not name or os.path.splitext(name)[1].lower() in SUFFIXES | {".pdf"}


def new_files(found: Iterable[File], known: Iterable[tuple[File, str]]) -> Iterator[tuple[File, frozenset[str]]]:
    """The files that no manifest knows as they are, by name, each with what it held when it was listed before."""
    rows = ([file.name, 1, file.size, file.tag, ""] for file in found if is_source(file.name))
    before = ([file.name, 0, file.size, file.tag, content] for file, content in known)
    both = sorted_rows(row for source in (before, rows) for row in source)
    for _, group in groupby(both, key=lambda row: row[0]):
        seen: set[tuple[int, str]] = set()
        contents: set[str] = set()
        for name, is_found, size, tag, content in group:
            if not is_found:
                seen.add((size, tag))
                contents.add(content)
            elif (size, tag) not in seen:
                yield File(name, size, tag), frozenset(contents)


def measured(store: Store, files: Iterable[tuple[File, frozenset[str]]], password: str | None) -> Iterator[Entry]:
    """The same files, less those that only look changed, with their contents and pages; several are looked into at a time."""

    def measure(given: tuple[File, frozenset[str]]) -> Entry | None:
        entry = _measured(store, given[0], password)
        return None if entry.content in given[1] else entry

    yield from filter(None, _in_order(measure, files))


def _measured(store: Store, file: File, password: str | None) -> Entry:
    """A file that cannot be looked into has one page: reading it will say what is wrong."""
    marked = file.tag if file.tag.startswith("etag:") else ""
    content, pages = f"{marked}-{file.size}", 1
    if marked and not (file.name or store.root).lower().endswith(SEVERAL):
        return Entry(file.name, file.size, file.tag, content, 0, 1)
    try:
        check_size(file.size, file.name)
        with store.fetched(file.name) as path:
            content = content if marked else f"sha256:{digest(path)}"
            pages = page_count(path, Opening(password=password), Limits(apart=True)) or 1
    except (OSError, GotocrError):
        content = content if marked else f"none:{file.tag}-{file.size}"
    return Entry(file.name, file.size, file.tag, content, 0, pages)


def check_size(size: int, name: str) -> None:
    """Raises TooLargeError for more bytes than are fetched."""
    if size > LARGEST:
        raise TooLargeError(f"{name} has {size:,} bytes, over the limit of {LARGEST:,}")


def digest(path: str | os.PathLike[str]) -> str:
    """sha256 of a file, in hexadecimal digits."""
    state = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            state.update(block)
    return state.hexdigest()


def twins_together(entries: Iterable[Entry]) -> Iterator[Entry]:
    """In the order of their names, but a file with the bytes of an earlier one right behind that: so both are in one shard."""
    rows = sorted_rows([entry.content, entry.name, entry.size, entry.tag, entry.pages] for entry in entries)

    def by_first() -> Iterator[list]:
        for content, group in groupby(rows, key=lambda row: row[0]):
            first = None
            for _, name, size, tag, pages in group:
                first = name if first is None else first
                yield [first, name, size, tag, content, pages]

    for _, name, size, tag, content, pages in sorted_rows(by_first()):
        yield Entry(name, size, tag, content, 0, pages)


def _in_order(do: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """What `do` makes of each, in order, `AT_ONCE` at a time; few are held."""
    with ThreadPoolExecutor(AT_ONCE) as crew:
        waiting: deque[Future[R]] = deque()
        try:
            for thing in things:
                waiting.append(crew.submit(do, thing))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


