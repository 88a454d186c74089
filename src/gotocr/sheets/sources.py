"""The pages of several sources one behind the other, so that what is behind a source can be read ahead; each ends with an `End`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..errors import GotocrError
from ..schema import Lost, Page


@dataclass(frozen=True)
class End:
    """The pages of a source are over, or it failed."""

    why: Exception | None = None
    index: int = 0


class Sources:
    """An iterator of pages; a source is opened when the one before it is over, by `opening`, which gives its pages.

    Whatever is raised there comes as the `End` of that source alone. `is_stream` says of a source whether it has to be waited for.
    """

    def __init__(
        self,
        sources: Iterable[object],
        opening: Callable[[object], Iterator[Page | Lost]],
        is_stream: Callable[[object], bool] = lambda _: False,
    ) -> None:
        self._sources, self._opening, self._is_stream = iter(sources), opening, is_stream
        self._pages: Iterator[Page | Lost] | None = None
        self._comes = False  # the source that is open has not come in yet

    def __iter__(self) -> Iterator[Page | Lost | End]:
        return self

    def __next__(self) -> Page | Lost | End:
        if not self._begin():
            raise StopIteration
        self._comes = False
        try:
            return next(self._pages)
        except StopIteration:
            self.skip()
            return End()
        except Exception as error:
            self.skip()
            return End(_bare(error))

    @property
    def must_wait(self) -> bool:
        """Whether the next page is of a source that somebody has yet to write: what is before it is not to be held up."""
        return self._begin() and self._comes

    def skip(self) -> None:
        """Close the source that is open, if one is; the next page is of the one behind it."""
        pages, self._pages, self._comes = self._pages, None, False
        close = getattr(pages, "close", None)
        if close is not None:
            close()

    def _begin(self) -> bool:
        """Take the next source where none is open; whether there is one. No page is looked at."""
        if self._pages is None:
            try:
                given = next(self._sources)
                self._comes = self._is_stream(given)
                self._pages = iter(self._opening(given))
            except StopIteration:
                return False
            except Exception as error:
                self._pages = _failing(error)
        return True


def _failing(error: Exception) -> Iterator[Page | Lost]:
    yield from ()
    raise error


def _bare(error: Exception) -> Exception:
    """An error of ours that holds nothing of where it was raised: many may wait, and whole files hang on it."""
    one: BaseException | None = error if isinstance(error, GotocrError) else None
    while one is not None and one.__traceback__ is not None:
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    return error
