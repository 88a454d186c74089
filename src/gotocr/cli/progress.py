"""A bar on standard error while pages are read; nothing where nobody watches or it is over within a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..schema import Leaf, Page, Piece

DELAY = 1.0  # seconds before it shows


class Progress:
    """One bar over the pages of all sources: how many a second, the time left, and the tokens written on this page so far.

    A source counts as one page until it is opened and says how many it has.
    """

    def __init__(self, sources: int, quiet: bool) -> None:
        self._bar: Any = None
        self._page = self._tokens = 0
        self._left = 0  # pages of the source at hand that are still to come
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=sources, unit="page", delay=DELAY, leave=False, miniters=0, file=sys.stderr)

    def begin_source(self, pages: int | None) -> None:
        """So many pages come; None = not known."""
        self._left = 1 if pages is None else pages
        if self._bar is not None:
            self._bar.total += self._left - 1
            self._bar.update(0)

    def follow(self, step: Page | Piece | Leaf) -> None:
        """Take note of one step of `Reader.follow`."""
        if isinstance(step, Page):
            self._page, self._tokens = step.index + 1, 0
        elif isinstance(step, Piece):
            self._tokens += 1
        if self._bar is not None:
            self._bar.set_postfix_str(f"page {self._page}, {self._tokens} tokens", refresh=False)
            if isinstance(step, Leaf):
                self._count(1)
            else:
                self._bar.update(0)

    def _count(self, pages: int) -> None:
        if self._left < pages:  # more came than were told
            self._bar.total += pages - self._left
            self._left = pages
        self._left -= pages
        self._bar.update(pages)

    def finish_source(self) -> None:
        self._page = self._tokens = 0
        if self._bar is not None and self._left:
            self._bar.total -= self._left  # what did not come is not waited for
            self._bar.refresh()
        self._left = 0

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make room for other writing on the terminal."""
        if self._bar is None:
            yield
            return
        self._bar.clear()
        yield
        self._bar.refresh()

    def hide(self) -> None:
        """Nothing more comes of this source; the bar shows again with the next one."""
        if self._bar is not None:
            self._bar.clear()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
