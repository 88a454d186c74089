"""An answer that the writer itself hardly believes is no answer: specks, textures and scribbles are not read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..errors import EngineError
from ..schema import Piece
from .structure import APART, Structure

UNREADABLE, BEGUN = "[unreadable]", 3  # what stands for words nobody can read; so many letters of it are no chance
DOUBTED = 0.4  # an answer whose tokens are less likely, in the (geometric) mean, is dropped
LAID_OUT, LOOSE = ("$$", "<table", "```chart", "```abc"), 0.25  # what begins so is hardly ever written of nothing, and is long to get wrong
FEW, SURE = 2, 0.8  # so is one of so few letters that is less likely than that: a ring is no O
HELD, EARLY = 24, 0.25  # tokens that are held back; what begins so badly is not waited for


def believed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """`pieces`, but of an answer that the model itself hardly believes nothing is left: specks and textures are not read.

    Pieces are held back until there are more than `HELD` of them; what goes on longer is dropped where it begins worse than
    `EARLY` (`kept` judges all of it).
    """
    held: list[Piece] = []
    try:
        for piece in pieces:
            held.append(piece)
            if len(held) > HELD:
                break
    except EngineError:  # what was written before that is kept
        yield from held
        raise
    if is_believed(held) or (len(held) > HELD and sure_of(held) >= EARLY):
        yield from held
        yield from pieces
        return
    for piece in pieces:  # to the end, which says why it ended
        held[-1] = piece
    yield replace(held[-1], text="", box=None, alternatives=())


def is_believed(pieces: Sequence[Piece]) -> bool:
    """Whether an answer is worth more than none. One that says that something cannot be read is."""
    text = "".join(piece.text for piece in pieces).strip()
    sure = sure_of(pieces)
    if UNREADABLE[:BEGUN] in text:
        return True
    return sure >= (SURE if len(text) <= FEW and text.isalnum() else LOOSE if text.startswith(LAID_OUT) else DOUBTED)


def kept(pieces: Sequence[Piece]) -> list[Piece]:
    """What of a whole answer is believed: all of it, or where it is not, those of its structures and stretches of text that are."""
    if is_believed(pieces):
        return list(pieces)
    structure, stretches = Structure(), [[]]
    for piece in pieces:
        before = structure.kind
        ended = structure.push(piece.text)
        if before not in APART and structure.kind in APART:
            stretches.append([])
        stretches[-1].append(piece)
        if ended in APART:
            stretches.append([])
    found = []
    for stretch in stretches:
        ends = [replace(piece, text="", box=None, alternatives=()) for piece in stretch if piece.finish is not None]
        found += stretch if is_believed(stretch) else ends
    return found


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
