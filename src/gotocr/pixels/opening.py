"""How a source is opened: which of its pages, at what resolution, with what password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import UsageError

DPI = 144.0  # pages of a PDF are drawn at, unless told otherwise


@dataclass(frozen=True)
class Opening:
    """`pages` are ranges of page numbers as people count, from 1, both ends within; None as an end = the last page."""

    pages: tuple[tuple[int, int | None], ...] | None = None  # None = all
    dpi: float | None = DPI  # of PDF pages; None = chosen for each page by the size of its text
    password: str | None = None  # of a PDF

    def wants(self, index: int) -> bool:
        """Whether the page `index` (from 0) is one of those asked for."""
        return self.pages is None or any(first <= index + 1 and (last is None or index + 1 <= last) for first, last in self.pages)

    @property
    def last(self) -> int | None:
        """The index (from 0) of the last page asked for; None where that is the source's last."""
        if self.pages is None or any(last is None for _, last in self.pages):
            return None
        return max(last or 0 for _, last in self.pages) - 1

    def without(self, done: set[int]) -> Opening:
        """The same source, less the pages at some indices (from 0)."""
        if not done:
            return self
        left: list[tuple[int, int | None]] = []
        for first, last in self.pages or ((1, None),):
            for index in sorted(done):
                if index + 1 >= first and (last is None or index + 1 <= last):
                    if index + 1 > first:
                        left.append((first, index))
                    first = index + 2
            if last is None or first <= last:
                left.append((first, last))
        return replace(self, pages=tuple(left))


def page_ranges(text: str) -> tuple[tuple[int, int | None], ...]:
    """Ranges as people write them: "3", "1-5,9", "10-", "-4"; pages count from 1. Raises UsageError."""
    found: list[tuple[int, int | None]] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not (first or last) or not all(end.isascii() and end.isdigit() and int(end) for end in (first, last) if end):
            raise UsageError(f"{text!r} names no pages; write them as in 1-5,9 or 10- (the first page is 1)")
        low = int(first or 1)
        high = low if not dash else int(last) if last else None
        if high is not None and high < low:
            raise UsageError(f"the pages {part} run backwards; write {high}-{low}")
        found.append((low, high))
    return tuple(found)
