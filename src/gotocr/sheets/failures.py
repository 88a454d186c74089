"""Pages that failed: held back while it is not known whether the whole source did."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import GotocrError
from ..schema import Leaf


class Failures:
    """Pages that failed are held back until one could be read: where none can, the source is what failed."""

    def __init__(self) -> None:
        self._held: list[Leaf] = []
        self._first: GotocrError | None = None
        self._any = False

    def sift(self, leaf: Leaf, why: GotocrError | None) -> Iterator[Leaf]:
        """The pages that can be handed out once `leaf` was read, or failed because of `why`."""
        self._first = self._first or why
        self._any = self._any or why is None
        self._held.append(leaf)
        if self._any:
            held, self._held = self._held, []
            yield from held

    def end(self) -> None:
        """Raise the first error where no page could be read."""
        if self._first is not None and not self._any:
            raise self._first
