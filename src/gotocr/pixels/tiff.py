"""The pages of a TIFF, found without decoding: where each one's directory lies, and a file that begins with it.

PIL can walk along the pages by itself, but looks at each behind the other, in a time that grows with their square, and
stops at the first that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

_ORDERS = {b"II": "little", b"MM": "big"}
_CLASSIC, _BIG = 42, 43
_SUBFILE = 254
_SMALLER_OR_MASK = 0b101  # a smaller copy of another page, or its mask: no page of its own
_LOOKED_AT = 8  # tags of a directory, which are in order: what is no page says so with one of the first


class _Shape(NamedTuple):
    """How a TIFF writes down its directories; BigTIFF has wider numbers."""

    order: Any  # "little" or "big"
    first: int  # where the place of the first directory stands
    place: int  # bytes of a place
    count: int  # bytes of the number of tags
    tag: int  # bytes of a tag


def is_tiff(head: bytes) -> bool:
    """Whether a file that begins with `head` is a TIFF."""
    return _shape(head) is not None


def directories(file: BinaryIO) -> Iterator[int]:
    """Where the directory of each page lies in a TIFF. Smaller copies and masks are left out, but for the first.

    Ends where the chain breaks, goes in a circle or leads out of the file; raises nothing.
    """
    file.seek(0)
    shape = _shape(file.read(16))
    if shape is None:
        return
    place, seen = _number(file, shape.first, shape.place, shape), set[int]()
    while place and place not in seen:
        following, is_copy = _look(file, place, shape)
        if not seen or not is_copy:
            yield place
        seen.add(place)
        place = following


def beginning_with(file: BinaryIO, directory: int) -> BinaryIO:
    """`file` as it would be if the directory at this place were its first."""
    file.seek(0)
    shape = _shape(file.read(16))
    file.seek(0)
    assert shape is not None
    return _Turned(file, shape.first, directory.to_bytes(shape.place, shape.order))  # type: ignore[return-value]


def _shape(head: bytes) -> _Shape | None:
    order: Any = _ORDERS.get(head[:2])
    version = int.from_bytes(head[2:4], order) if order else 0
    if version == _CLASSIC:
        return _Shape(order, 4, 4, 2, 12)
    return _Shape(order, 8, 8, 8, 20) if version == _BIG else None


def _number(file: BinaryIO, place: int, length: int, shape: _Shape) -> int:
    """0 outside the file."""
    try:
        file.seek(place)
        found = file.read(length)
    except (OSError, ValueError, OverflowError):
        return 0
    return int.from_bytes(found, shape.order) if len(found) == length else 0


def _look(file: BinaryIO, place: int, shape: _Shape) -> tuple[int, bool]:
    """Where the directory behind the one at `place` lies (0 = nowhere), and whether this one is no page."""
    count = _number(file, place, shape.count, shape)
    if not count:
        return 0, False
    tags, kind = place + shape.count, 0
    found = file.read(min(count, _LOOKED_AT) * shape.tag)
    for at in range(0, len(found) - shape.tag + 1, shape.tag):
        if int.from_bytes(found[at : at + 2], shape.order) == _SUBFILE:
            size = 2 if int.from_bytes(found[at + 2 : at + 4], shape.order) == 3 else 4  # SHORT or LONG
            value = at + 4 + shape.place
            kind = int.from_bytes(found[value : value + size], shape.order)
    return _number(file, tags + count * shape.tag, shape.place, shape), bool(kind & _SMALLER_OR_MASK)


class _Turned:
    """A file in which some bytes read otherwise; all else (its descriptor, its whole value) is the file's own."""

    def __init__(self, file: BinaryIO, start: int, instead: bytes) -> None:
        self._file, self._start, self._instead = file, start, instead

    def read(self, size: int = -1) -> bytes:
        place = self._file.tell()
        found = self._file.read(size)
        low, high = max(self._start - place, 0), min(self._start + len(self._instead) - place, len(found))
        if low >= high:
            return found
        offset = place - self._start
        return found[:low] + self._instead[low + offset : high + offset] + found[high:]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
