"""The pages of several sources one behind the other, so that what is behind a source can be read ahead; each ends with an `End`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..schema import Lost, Page


@dataclass(frozen=True)
class End:
    """The pages of a source are over, or it failed."""

    why: Exception | None = None
    index: int = 0


class Sources:
    """An iterator of pages; a source is opened when the one before it is over, by `opening`, which gives its pages.

    Whatever is raised there comes as the `End` of that source alone.
    """

    def __init__(self, sources: Iterable[object], opening: Callable[[object], Iterator[Page | Lost]]) -> None:
        self._sources, self._opening = iter(sources), opening
        self._pages: Iterator[Page | Lost] | None = None

    def __iter__(self) -> Iterator[Page | Lost | End]:
        return self

    def __next__(self) -> Page | Lost | End:
        try:
            if self._pages is None:
                self._pages = iter(self._opening(next(self._sources)))
            return next(self._pages)
        except StopIteration:
            if self._pages is None:  # of the sources, not of a page
                raise
            self.skip()
            return End()
        except Exception as error:
            self.skip()
            return End(error)

    def skip(self) -> None:
        """Close the source that is open, if one is; the next page is of the one behind it."""
        pages, self._pages = self._pages, None
        close = getattr(pages, "close", None)
        if close is not None:
            close()
