"""How much of a page each type of items may fill, where all of them in full would be too much for a browser."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .views import MOST_TEXT

MOST_BYTES = 60_000_000  # of the page; browsers stay quick up to there
MOST_ITEMS = 3000  # shown in full
FRAME = 2000  # bytes of an item besides its picture and texts
LARGEST_PICTURE = 120_000  # bytes, as it stands in the page


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """What each gets: all it wants where there is room, else no less than any that gets more."""
    given = [0] * len(wanted)
    for served, place in enumerate(sorted(range(len(wanted)), key=lambda place: wanted[place])):
        given[place] = min(wanted[place], room // (len(wanted) - served))
        room -= given[place]
    return given


def expected(item: Mapping[str, Any], folder: Path) -> int:
    """About how many bytes of the page an item will take, without opening its picture."""
    try:
        picture = min(2 * os.stat(folder / item["image"]).st_size, LARGEST_PICTURE)
    except (OSError, ValueError):  # there is none, and none will be shown
        picture = 0
    texts = [item["truth"], *(reading["text"] for reading in item["readings"].values())]
    return FRAME + picture + sum(3 * min(len(text), MOST_TEXT) for text in texts)


class Room:
    """What is left of a page for each type, in their order; what one leaves is for those after it."""

    def __init__(self, by_type: Sequence[Sequence[Mapping[str, Any]]], folder: Path) -> None:
        self._items = shares([len(found) for found in by_type], MOST_ITEMS)
        wanted = [sum(expected(item, folder) for item in found) for found in by_type]
        self._bytes = shares(wanted, MOST_BYTES)

    def items(self, place: int) -> int:
        """The most items in full of the type at that place."""
        return self._items[place]

    def end(self, place: int) -> int:
        """The size of the page at which this type must end: what later types are expected to need is kept for them."""
        return MOST_BYTES - sum(self._bytes[place + 1 :])
