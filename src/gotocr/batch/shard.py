"""A shard: some hundred pages of some sources, in order, with a name that is made of what they are and of how they are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import InputError
from .packing import lines_of, packed


@dataclass(frozen=True)
class Entry:
    """Some pages of a source. `content` names its bytes: "sha256:..." or, of a store, "etag:..."."""

    name: str  # below the shard's root; "" = the root itself
    size: int
    tag: str  # what the store says of its state: to see whether it changed
    content: str
    first: int  # page, from 0
    pages: int


class Place(NamedTuple):
    """A page of a shard: the number of its entry, and its index in the source."""

    entry: int
    page: int


@dataclass(frozen=True)
class Shard:
    """`root` is the path or URL that its sources are below; `who` names how they are read (`wanted.identity`)."""

    root: str
    who: str
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """32 hexadecimal digits: the sources, their contents and pages, and how they are read."""
        told = [self.root, self.who, [(entry.name, entry.content, entry.first, entry.pages) for entry in self.entries]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    @property
    def pages(self) -> int:
        return sum(entry.pages for entry in self.entries)

    def places(self) -> list[Place]:
        """Every page in its order: what the rows of the shard are."""
        return [Place(number, page) for number, entry in enumerate(self.entries) for page in range(entry.first, entry.first + entry.pages)]

    def source(self, entry: Entry) -> str:
        """What the source is called in the results."""
        return source_of(self.root, entry.name)

    def packed(self) -> bytes:
        head: dict[str, Any] = {"root": self.root, "who": self.who}
        return packed([head, *(vars(entry) for entry in self.entries)])

    @classmethod
    def unpacked(cls, data: bytes) -> Shard:
        """Raises InputError for what is no shard."""
        try:
            head, *entries = lines_of(data)
            return cls(head["root"], head["who"], tuple(Entry(**entry) for entry in entries))
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"the plan of a shard is damaged ({error}); take it away, and run again") from error


def source_of(root: str, name: str) -> str:
    """The path or URL of a source."""
    return f"{root.rstrip('/')}/{name}" if name else root


def divided(entries: Iterable[Entry], root: str, who: str, most: int) -> Iterator[Shard]:
    """Shards of `most` pages or fewer, in the order of the entries, each of which has all its pages to begin with.

    A source is not parted if a shard that is half full can end before it; a source of more pages than a shard may have goes
    over several.
    """
    held: list[Entry] = []
    room = most
    for entry in entries:
        left = entry
        if left.pages > room and left.pages <= most and 2 * room <= most:
            yield Shard(root, who, tuple(held))
            held, room = [], most
        while left.pages > room:
            held.append(Entry(left.name, left.size, left.tag, left.content, left.first, room))
            yield Shard(root, who, tuple(held))
            left = Entry(left.name, left.size, left.tag, left.content, left.first + room, left.pages - room)
            held, room = [], most
        held.append(left)
        room -= left.pages
        if not room:
            yield Shard(root, who, tuple(held))
            held, room = [], most
    if held:
        yield Shard(root, who, tuple(held))
