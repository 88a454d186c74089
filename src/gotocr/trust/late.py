"""What was read late of a page, such as a line that had been passed over: where among the pieces of the page it belongs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..decode.batch import NO_TOKEN
from ..decode.structure import APART, Structure
from ..schema import Box, Piece

NEAR = 1.2  # letter heights between lines of one paragraph at most
LEVEL = 0.5  # of its height by which a box may reach into the line above


def insert(pieces: Sequence[Piece], late: Sequence[Piece], box: Box, letters: float, mode: str) -> list[Piece]:
    """`pieces` with `late`, which stands at `box`, behind the line above it or before the one below.

    Boxes are in pixels of one picture, letters of it `letters` tall. A table, a formula or a fenced block is not parted.
    """
    late = [replace(piece, finish=None) for piece in late]
    soft, hard = ("\n", "\n") if mode == "plain" else (" ", "\n\n")
    above, below = _neighbour(pieces, box, -1), _neighbour(pieces, box, 1)
    if above is not None:
        in_text = _free(pieces, above + 1) == above + 1
        near = in_text and box[1] - pieces[above].box[3] <= NEAR * letters
        at = _free(pieces, _line_end(pieces, above))
        at = at if near else _paragraph_end(pieces, at)
        before, after = (soft, "") if near else (hard, hard)
    elif below is not None:
        at = _free(pieces, _line_begin(pieces, below))
        near = pieces[below].box[1] - box[3] <= NEAR * letters
        before, after = "" if _ends_in_space(pieces[:at]) else hard, soft if near else hard
    else:
        at, before, after = len(pieces), hard, ""
    if not any(piece.text for piece in pieces[:at]):
        before = ""
    if not any(piece.text for piece in pieces[at:]) or _text(pieces[at:]).startswith(("\n", after or " ")):
        after = ""
    elif not after and not _text(pieces[at:])[:1].isspace():
        after = soft
    return [*pieces[:at], *_mark(before), *late, *_mark(after), *pieces[at:]]


def _mark(text: str) -> list[Piece]:
    return [Piece(NO_TOKEN, text, math.nan)] if text else []


def _ends_in_space(pieces: Sequence[Piece]) -> bool:
    return next((piece.text for piece in reversed(pieces) if piece.text), " ")[-1].isspace()


def _text(pieces: Sequence[Piece]) -> str:
    return next((piece.text for piece in pieces if piece.text), "")


def _neighbour(pieces: Sequence[Piece], box: Box, side: int) -> int | None:
    """The piece that stands nearest above (-1) or below (1), over or under some of the box; of one line the last, or the first."""
    best, where = None, None
    for at, piece in enumerate(pieces):
        if piece.box is None or not piece.text.strip() or piece.box[2] <= box[0] or piece.box[0] >= box[2]:
            continue
        away = box[1] - piece.box[3] if side < 0 else piece.box[1] - box[3]
        if away < -LEVEL * (piece.box[3] - piece.box[1]):
            continue
        if best is None or away < best - 1e-6 or (side < 0 and away <= best + 1e-6):
            best, where = away, at
    return where


def _same_line(one: Piece, other: Piece) -> bool:
    """Whether two pieces stand in one line."""
    if one.box is None or other.box is None:
        return True  # marks and spaces stand where their neighbours do
    middle = (other.box[1] + other.box[3]) / 2
    return one.box[1] <= middle <= one.box[3] or other.box[1] <= (one.box[1] + one.box[3]) / 2 <= other.box[3]


def _line_end(pieces: Sequence[Piece], at: int) -> int:
    """Behind the last piece of the line that a piece stands in, less the space or end of line there."""
    end = at + 1
    while end < len(pieces) and "\n" not in pieces[end].text and (not pieces[end].text.strip() or _same_line(pieces[at], pieces[end])):
        at = end if pieces[end].box is not None and pieces[end].text.strip() else at
        end += 1
    while end > at + 1 and not pieces[end - 1].text.strip():
        end -= 1
    return end


def _line_begin(pieces: Sequence[Piece], at: int) -> int:
    begin = at
    while begin > 0 and "\n" not in pieces[begin - 1].text and pieces[begin - 1].text.strip() and _same_line(pieces[at], pieces[begin - 1]):
        begin -= 1
    return begin


def _paragraph_end(pieces: Sequence[Piece], at: int) -> int:
    while at < len(pieces) and "\n" not in pieces[at].text:
        at += 1
    return at


def _free(pieces: Sequence[Piece], at: int) -> int:
    """`at`, or where the structure that it lies in ends."""
    structure, inside = Structure(), False
    for number, piece in enumerate(pieces):
        if number >= at and not inside:
            return number
        structure.push(piece.text)
        inside = structure.kind in APART
    return len(pieces)


def structures(pieces: Sequence[Piece]) -> list[slice]:
    """The pieces of each table, displayed formula and fenced block."""
    structure, found, begun = Structure(), [], 0
    for at, piece in enumerate(pieces):
        before = structure.kind
        ended = structure.push(piece.text)
        if ended in APART:
            found.append(slice(begun, at + 1))
        if structure.kind in APART and before not in APART:
            begun = at
    if structure.kind in APART:
        found.append(slice(begun, len(pieces)))
    return found


def parted(before: str, pieces: Iterator[Piece], written: bool) -> Iterator[Piece]:
    """`pieces`, behind a piece that is only `before` when something was written already and something comes."""
    for piece in pieces:
        if piece.text and written and before:
            yield Piece(NO_TOKEN, before, math.nan)
        written = written and not piece.text
        yield piece
