"""How a source is opened: which of its pages, at what resolution, with what password."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..errors import InputError, UsageError

DPI = 144.0  # pages of a PDF are drawn at, unless told otherwise
LONGEST_NUMBER = 9  # digits of a page's number


@dataclass(frozen=True)
class Opening:
    """`pages` are ranges of page numbers as people count, from 1, both ends within; None as an end = the last page.

    Pages come in the order of the source, each once. Raises UsageError for a resolution that is none.
    """

    pages: tuple[tuple[int, int | None], ...] | None = None  # None = all
    dpi: float | None = DPI  # of PDF pages; None = chosen for each page by the size of its text
    password: str | None = field(default=None, repr=False)  # of a PDF
    done: tuple[int, ...] = ()  # indices (from 0) of pages that are not wanted again
    text: bool = False  # whether what a PDF itself says of its pages is wanted, too

    def __post_init__(self) -> None:
        if self.dpi is not None and not (self.dpi > 0 and math.isfinite(self.dpi)):
            raise UsageError(f"the dpi must be a positive number (got {self.dpi:g})")

    @cached_property
    def _ranges(self) -> tuple[tuple[float, float], ...]:
        """The ranges by index from 0, in order; those that overlap are one."""
        found: list[tuple[float, float]] = []
        asked = [(1, None)] if self.pages is None else self.pages
        for first, last in sorted((first - 1, math.inf if last is None else last - 1) for first, last in asked):
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
        return tuple(found)

    @cached_property
    def _done(self) -> frozenset[int]:
        return frozenset(self.done)

    def wants(self, index: int) -> bool:
        """Whether the page `index` (from 0) is one of those asked for, and not done."""
        place = bisect_right(self._ranges, (index, math.inf)) - 1
        return place >= 0 and self._ranges[place][0] <= index <= self._ranges[place][1] and index not in self._done

    def without(self, done: Iterable[int]) -> Opening:
        """The same source, less the pages at some indices (from 0)."""
        return replace(self, done=tuple(sorted(self._done.union(done))))

    @property
    def last(self) -> int | None:
        """The index (from 0) of the last page asked for; None where that is the source's last."""
        last = self._ranges[-1][1] if self._ranges else -1
        return None if last == math.inf else int(last)

    def of(self, count: int) -> Iterator[int]:
        """The indices (from 0) of those pages asked for that a source of `count` pages has and that are not done."""
        for first, last in self._ranges:
            yield from (index for index in range(max(int(first), 0), int(min(last, count - 1)) + 1) if index not in self._done)

    def number_of(self, count: int) -> int:
        """How many of the pages of a source of `count` are asked for, done or not."""
        return sum(max(0, int(min(last, count - 1)) + 1 - max(int(first), 0)) for first, last in self._ranges)

    def absent(self, name: str, count: int) -> Iterator[tuple[int, InputError]]:
        """What to say of a source of `count` pages: an error for each range of which it has no page at all."""
        for first, last in self._ranges:
            if first >= count or last < 0:
                has = "1 page" if count == 1 else f"{count:,} pages"
                yield int(first), InputError(f"{name} has {has}; there is no page {int(first) + 1:,}")


def page_ranges(text: str) -> tuple[tuple[int, int | None], ...]:
    """Ranges as people write them: "3", "1-5,9", "10-", "-4"; pages count from 1. Raises UsageError."""
    found: list[tuple[int, int | None]] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not (first or last) or not all(_is_number(end) for end in (first, last) if end):
            raise UsageError(f"{text[:80]!r} names no pages; write them as in 1-5,9 or 10- (the first page is 1)")
        low = int(first or 1)
        high = low if not dash else int(last) if last else None
        if high is not None and high < low:
            raise UsageError(f"the pages {part} run backwards; write {high}-{low}")
        found.append((low, high))
    return tuple(found)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) > 0
