"""A short answer that the writer itself hardly believes is no answer: specks and textures are not read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from ..schema import Piece

SHORT, DOUBTED = 8, 0.4  # an answer of so few tokens, their probability below that in the (geometric) mean, is dropped


def believed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """`pieces`, but a short answer that the model itself hardly believes is none: specks and textures are not read.

    Pieces are held back until there are more than `SHORT` of them.
    """
    held: list[Piece] = []
    for piece in pieces:
        held.append(piece)
        if len(held) > SHORT:
            yield from held
            yield from pieces
            return
    sure = [math.log(max(piece.probability, 1e-12)) for piece in held if piece.text]
    if sure and sum(sure) / len(sure) < math.log(DOUBTED):
        yield replace(held[-1], text="", box=None)
    else:
        yield from held
