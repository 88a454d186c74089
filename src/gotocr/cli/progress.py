"""A bar on standard error while sources are read; nothing where nobody watches or it is over within a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..schema import Leaf, Page, Piece

DELAY = 1.0  # seconds before it shows


class Progress:
    """One bar over all sources, with the page and the number of tokens written on it so far."""

    def __init__(self, sources: int, quiet: bool) -> None:
        self._bar: Any = None
        self._page = self._tokens = 0
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=sources, unit="file", delay=DELAY, leave=False, miniters=0, file=sys.stderr)

    def follow(self, step: Page | Piece | Leaf) -> None:
        """Take note of one step of `Reader.follow`."""
        if isinstance(step, Page):
            self._page, self._tokens = step.index + 1, 0
        elif isinstance(step, Piece):
            self._tokens += 1
        if self._bar is not None:
            self._bar.set_postfix_str(f"page {self._page}, {self._tokens} tokens", refresh=False)
            self._bar.update(0)

    def finish_source(self) -> None:
        self._page = self._tokens = 0
        if self._bar is not None:
            self._bar.update(1)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make room for other writing on the terminal."""
        if self._bar is None:
            yield
            return
        self._bar.clear()
        yield
        self._bar.refresh()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
