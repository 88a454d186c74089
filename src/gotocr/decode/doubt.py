"""A short answer that the writer itself hardly believes is no answer: specks and textures are not read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..schema import Piece

UNREADABLE, BEGUN = "[unreadable]", 3  # what stands for words nobody can read; so many letters of it are no chance
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
    if sure_of(held) < DOUBTED:
        yield replace(held[-1], text="", box=None)
    else:
        yield from held


def sure_of(pieces: Iterable[Piece]) -> float:
    """The geometric mean of the probabilities of what has text, 0 to 1; 1 for nothing."""
    logs = [math.log(max(piece.probability, 1e-12)) for piece in pieces if piece.text and not math.isnan(piece.probability)]
    return math.exp(math.fsum(logs) / len(logs)) if logs else 1.0


def completed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """`pieces`, but a mark for what cannot be read that was cut off in its middle, for there was no ink left, is written out."""
    tail = ""
    for piece in pieces:
        tail = (tail + piece.text)[-len(UNREADABLE) :]
        begun = tail[tail.rfind("[") :] if "[" in tail else ""
        if piece.finish is not None and len(begun) >= BEGUN and UNREADABLE.startswith(begun):
            piece = replace(piece, text=piece.text + UNREADABLE[len(begun) :])
        yield piece
