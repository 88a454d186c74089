"""One text on its way out, whoever writes it: held back while it may be a circle, cut where it is one and at the caps."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..errors import EngineError
from ..schema import Box, Piece
from .guard import Guard

LONG = 64  # characters of a piece that is more than one token
LETTERS = 32  # most characters a token, on the whole
ROUNDING = 0.01  # by which a probability may be beside 0 to 1
PAGE = 20_000  # characters that may always be written: a page in small print has fewer
_PARTS = re.compile(r"\s?\w{1,32}|\s?[^\w\s]{1,4}|\s", re.S)
_HALVES = re.compile("[\ud800-\udfff]")  # of characters: no text may hold them


class Watch:
    """The pieces of one text. `push` each, then hand out those that are `ready`; once `push` gave a reason, `end` it.

    A piece is not ready while it may belong to a circle, so that of a loop only its first round is ever handed out, also to
    someone who reads along. `most` pieces may be written, and `LETTERS` characters for each of them; `over` says whether
    the time is up, and is asked behind every piece.
    """

    def __init__(self, most: int, over: Callable[[], bool] | None = None) -> None:
        self._most, self._over = most, over
        self._letters = max(PAGE, LETTERS * most)
        self._guard, self._held = Guard(), deque[Piece]()
        self._count = 0

    def push(self, piece: Piece) -> str | None:
        """Take one more piece; gives why it has to be the last one ("loop", "length" or "time"), else None."""
        self._held.append(piece)
        self._guard.push(piece.token, piece.text, piece.box)
        self._count += 1
        self._letters -= len(piece.text)
        if self._guard.loop:
            for _ in range(min(self._guard.loop, len(self._held) - 1)):
                self._held.pop()
            return "loop"
        if self._count >= self._most or self._letters < 0:
            return "length"
        return "time" if self._over is not None and self._over() else None

    def ready(self) -> list[Piece]:
        """What can be handed out now."""
        return [self._held.popleft() for _ in range(len(self._held) - self._guard.run - 1)]

    def end(self, finish: str, last: Piece | None = None, rest: str = "") -> list[Piece]:
        """All that is left, with `last`, where there is one, and `rest`, a text, behind it; the last piece says `finish`."""
        if last is not None:
            self._held.append(last)
        last = self._held.pop()
        return [*self.left(), replace(last, text=last.text + rest, finish=finish)]

    def left(self) -> list[Piece]:
        """All that is left, where the writer broke off."""
        held, self._held = list(self._held), deque()
        return held


def sound(piece: Piece, size: tuple[int, int]) -> Iterator[Piece]:
    """`piece` of an engine that may say anything, on a page of `size` (width, height; 0 = unknown): what makes no sense is left out.

    A box lies on the page or is None, a probability is one or nan, a text has no half characters. A long text is several
    pieces, so that a cap on tokens is one, and a circle within it is seen. Raises EngineError for what is no piece at all.
    """
    if not isinstance(piece, Piece) or not isinstance(piece.text, str) or not isinstance(piece.finish, str | None):
        raise EngineError("the engine answered with something that is no piece of text; its author has to mend that")
    token = piece.token if isinstance(piece.token, int) else -1
    piece = replace(piece, token=token, probability=_chance(piece.probability), box=_on_page(piece.box, size))
    if len(piece.text) <= LONG:
        yield replace(piece, text=_HALVES.sub("\ufffd", piece.text)) if _HALVES.search(piece.text) else piece
        return
    part = replace(piece, finish=None, alternatives=())
    for found in _PARTS.finditer(piece.text):
        yield replace(part, text=_HALVES.sub("\ufffd", found[0]))
    if piece.finish is not None:
        yield replace(part, text="", box=None, finish=piece.finish)


def _chance(value: float) -> float:
    try:
        value = float(value)
    except (TypeError, ValueError):
        return math.nan
    return min(max(value, 0.0), 1.0) if -ROUNDING < value < 1 + ROUNDING else math.nan


def _on_page(box: Box | None, size: tuple[int, int]) -> Box | None:
    """The part of `box` that lies on the page; None where there is none, or it is none."""
    if box is None:
        return None
    try:
        left, top, right, bottom = map(float, box)
    except (TypeError, ValueError, OverflowError):
        return None
    if not all(map(math.isfinite, (left, top, right, bottom))):
        return None
    width, height = size if all(size) else (math.inf, math.inf)
    left, right = max(left, 0.0), min(right, width)
    top, bottom = max(top, 0.0), min(bottom, height)
    return (left, top, right, bottom) if left <= right and top <= bottom else None
