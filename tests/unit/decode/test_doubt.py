"""Short answers at a low confidence are dropped, all others are passed on."""

from __future__ import annotations

import pytest

from gotocr.decode.doubt import SHORT, UNREADABLE, believed, completed
from gotocr.schema import Piece


def pieces(count: int, probability: float) -> list[Piece]:
    written = [Piece(5, "a", probability, (0, 0, 4, 8)) for _ in range(count)]
    return [*written, Piece(0, "", 1.0, None, "stop")]


def test_a_short_answer_that_is_hardly_believed_is_none() -> None:
    for count, probability, kept in ((1, 0.3, False), (SHORT - 1, 0.35, False), (3, 0.9, True), (SHORT + 1, 0.3, True)):
        given = pieces(count, probability)
        found = list(believed(iter(given)))
        assert found == given if kept else [(piece.text, piece.finish) for piece in found] == [("", "stop")]
    assert list(believed(iter(pieces(0, 1.0)))) == pieces(0, 1.0)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Car Parks\n[unread", "Car Parks\n[unreadable]"),
        ("[un", "[unreadable]"),
        ("[u", "[u"),
        ("see [unreadable]", "see [unreadable]"),
        ("[unusual", "[unusual"),
        ("a[1] [unr", "a[1] [unreadable]"),
        ("[unread] it", "[unread] it"),
    ],
)
def test_a_mark_that_was_cut_off_is_written_out(written, expected):
    pieces = [Piece(number, letter, 0.9) for number, letter in enumerate(written)] + [Piece(0, "", 0.9, None, "stop")]
    found = list(completed(iter(pieces)))
    assert "".join(piece.text for piece in found) == expected and len(found) == len(pieces) and found[-1].finish == "stop"
    assert len(UNREADABLE) == 12
