"""The file or address that a call names, opened to be read: within the folders, or fetched where that is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..pixels.opening import Opening, page_ranges
from ..pixels.public import fetch_public
from ..pixels.source import page_count
from ..pixels.web import shown

if TYPE_CHECKING:
    from .asked import Source
    from .calls import Call

_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """`name` is what it is called; `source` is what the reader is given, a path or the bytes that were fetched."""

    name: str
    source: Path | bytes
    opening: Opening
    count: int | None  # pages of all of it, where that is known

    @property
    def wanted(self) -> int | None:
        """How many of its pages are asked for."""
        return None if self.count is None else self.opening.number_of(self.count)


def given(call: Call, asked: Source, pages: str = "") -> Given:
    """Raises UsageError, InputError and what fetching raises."""
    limits = call.settings.limits
    opening = Opening(page_ranges(pages) if pages.strip() else None, password=asked.password or None)
    if _WEB.match(asked.path):
        if not call.settings.allow_urls:
            raise UsageError("this server fetches no addresses; give a file, or start it with --allow-urls")
        name, source = shown(asked.path), fetch_public(asked.path, limits)
    else:
        source = call.places.file(asked.path, limits.max_bytes)
        name = call.places.shown(source)
    call.check()
    return Given(name, source, opening, page_count(source, Opening(password=opening.password), limits))
