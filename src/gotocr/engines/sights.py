"""What was seen of the last few tiles, by their content: a picture that is asked about twice, or blank paper, is looked at once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np

MOST = 16 << 20  # bytes that are kept: 16 tiles of the published model


class Sights:
    """`look` gives what a network sees of one tile (1, 3, S, S), as an array or tensor; equal tiles give the same one.

    At most `most` bytes are kept; what was not asked for longest goes first. What is given must not be written to. What was seen
    for one page is not given to another, which may be another user's, who could tell by the time that it was seen before.
    """

    def __init__(self, look: Callable[[np.ndarray], Any], most: int = MOST) -> None:
        self._look, self._most = look, most
        self._seen: OrderedDict[bytes, tuple[object, Any]] = OrderedDict()  # with the page, so that its id stays its own
        self._bytes = 0
        self._turn = Lock()

    def __call__(self, tiles: np.ndarray, page: object = None) -> list[Any]:
        """Tiles (N, 3, S, S) of a page, which any object may stand for, -> N times what is seen; threads take turns."""
        with self._turn:
            return [self._of(tile, page) for tile in tiles]

    def _of(self, tile: np.ndarray, page: object) -> Any:
        tile = np.ascontiguousarray(tile, np.float32)
        state = hashlib.sha256(f"{tile.shape} {id(page)}".encode())
        state.update(tile)
        name = state.digest()
        if name in self._seen:
            self._seen.move_to_end(name)
            return self._seen[name][1]
        seen = self._look(tile[None])
        self._seen[name] = page, seen
        self._bytes += seen.nbytes
        while self._bytes > self._most:
            self._bytes -= self._seen.popitem(last=False)[1][1].nbytes
        return seen
